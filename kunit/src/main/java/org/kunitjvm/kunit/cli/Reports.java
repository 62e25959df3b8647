package org.kunitjvm.kunit.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.ktap.KtapParser.KeepLogs;
import org.kunitjvm.kunit.ktap.KtapParser.KeepTests;
import org.kunitjvm.kunit.ktap.TestResult;
import org.kunitjvm.kunit.report.CaseDetails;
import org.kunitjvm.kunit.report.JsonReport;
import org.kunitjvm.kunit.report.JunitXmlReport;
import org.kunitjvm.kunit.report.KtapConsumer;
import org.kunitjvm.kunit.report.PrettyPrinter;
import org.kunitjvm.kunit.report.RunMetadata;

/**
 * The results as {@code --json} and {@code --junit} want them, and how much of them is printed. Models the end of
 * kunit.py: parse_tests.
 */
final class Reports {
    private static final String STDOUT = "stdout";

    /** Where a test that Bazel started leaves its results. */
    private static final String XML_OUTPUT_FILE = "XML_OUTPUT_FILE";

    private final Options options;
    private final Host host;
    private final List<JunitXmlReport.Kernel> kernels = new ArrayList<>();

    Reports(Options options, Host host) {
        this.options = options;
        this.host = host;
    }

    /** How the log is to be read and shown. */
    KtapConsumer.Options consumerOptions() {
        KtapConsumer.Show show = options.has(Flag.SUMMARY) ? KtapConsumer.Show.SUMMARY
            : options.has(Flag.FAILED) ? KtapConsumer.Show.FAILED : KtapConsumer.Show.ALL;
        boolean junit = options.has(Flag.JUNIT) || xmlOutputFile() != null;
        return new KtapConsumer.Options(options.release(), host.screen(), show,
            junit || options.has(Flag.JSON) ? KeepTests.ALL : KeepTests.NOT_OK, junit ? KeepLogs.ALL : KeepLogs.NONE);
    }

    private @Nullable String xmlOutputFile() {
        return options.command() == Command.PARSE ? null : host.variable(XML_OUTPUT_FILE);
    }

    /**
     * Write what was asked for about one more kernel; {@code printer} says where it went. As in kunit.py, the JSON is
     * that of the latest kernel; a file of JUnit XML has all so far.
     */
    void write(TestResult root, RunMetadata metadata, CaseDetails details, PrettyPrinter printer) {
        kernels.add(new JunitXmlReport.Kernel(root, details));
        String json = options.text(Flag.JSON);
        if (json != null) {
            store(json, host, printer, out -> new JsonReport(options.release(), metadata).write(root, out));
        }
        String junit = options.text(Flag.JUNIT);
        if (junit != null) {
            List<JunitXmlReport.Kernel> shown = junit.equals(STDOUT) ? List.of(kernels.getLast()) : kernels;
            store(junit, host, printer, out -> JunitXmlReport.write(shown, out));
        }
        String bazel = xmlOutputFile();
        if (bazel != null) {
            replace(host.directory().resolve(bazel), out -> JunitXmlReport.write(kernels, out));
        }
    }

    /** Something that can be written. */
    interface Report {
        void write(Writer out) throws IOException;
    }

    /** Print a report, or store it in a file that appears whole or not at all. */
    static void store(String where, Host host, PrettyPrinter printer, Report report) {
        if (where.equals(STDOUT)) {
            print(host.out(), report);
            return;
        }
        Path file = host.root().resolve(where).toAbsolutePath().normalize();
        host.out().flush();
        replace(file, report);
        printer.timestamped("Test results stored in " + file);
    }

    private static void print(PrintStream out, Report report) {
        Writer text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        try {
            report.write(text);
            text.write('\n');
            text.flush();
        } catch (IOException e) {
            throw new CliException("cannot make the report: " + BuildDir.reason(e));
        }
    }

    private static void replace(Path file, Report report) {
        if (Files.exists(file) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            writeInto(file, report);
            return;
        }
        Path temporary = file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            try {
                try (Writer text = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8)) {
                    report.write(text);
                }
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    /** Print to a device or a pipe, such as /dev/stdout, or write the file that a link leads to: neither is replaced. */
    private static void writeInto(Path place, Report report) {
        boolean isFile = Files.isRegularFile(place) && !place.startsWith("/dev") && !place.startsWith("/proc");
        try (Writer text = Files.newBufferedWriter(place, StandardCharsets.UTF_8, StandardOpenOption.WRITE,
                isFile ? StandardOpenOption.TRUNCATE_EXISTING : StandardOpenOption.APPEND)) {
            report.write(text);
        } catch (IOException e) {
            throw cannotWrite(place, e);
        }
    }

    private static CliException cannotWrite(Path file, IOException e) {
        return new CliException("cannot write " + file + ": " + BuildDir.reason(e)
            + "; name a file in a folder that exists");
    }
}
