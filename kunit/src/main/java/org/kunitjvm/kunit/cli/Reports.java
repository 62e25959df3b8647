package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

import org.kunitjvm.kunit.ktap.KtapParser.KeepLogs;
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

    private final Options options;
    private final Host host;

    Reports(Options options, Host host) {
        this.options = options;
        this.host = host;
    }

    /** How the log is to be read and shown. */
    KtapConsumer.Options consumerOptions() {
        KtapConsumer.Show show = options.has(Flag.SUMMARY) ? KtapConsumer.Show.SUMMARY
            : options.has(Flag.FAILED) ? KtapConsumer.Show.FAILED : KtapConsumer.Show.ALL;
        KeepLogs keep = options.has(Flag.JUNIT) ? KeepLogs.ALL : KeepLogs.NONE;
        return new KtapConsumer.Options(options.release(), host.colour(), show, keep);
    }

    /** Write what was asked for; {@code printer} says where it went. */
    void write(TestResult root, RunMetadata metadata, PrettyPrinter printer) {
        String json = options.text(Flag.JSON);
        if (json != null) {
            store(json, printer, out -> new JsonReport(options.release(), metadata).write(root, out));
        }
        String junit = options.text(Flag.JUNIT);
        if (junit != null) {
            store(junit, printer, out -> new JunitXmlReport(CaseDetails.NONE).write(root, out));
        }
    }

    private interface Report {
        void write(Writer out) throws IOException;
    }

    private void store(String where, PrettyPrinter printer, Report report) {
        StringWriter text = new StringWriter();
        try {
            report.write(text);
        } catch (IOException e) {
            throw new CliException("cannot make the report: " + BuildDir.reason(e));
        }
        if (where.equals(STDOUT)) {
            printer.plain(text.toString());
            return;
        }
        Path file = host.root().resolve(where).toAbsolutePath().normalize();
        replace(file, text.toString());
        printer.timestamped("Test results stored in " + file);
    }

    private static void replace(Path file, String text) {
        Path temporary = file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            try {
                Files.writeString(temporary, text, StandardCharsets.UTF_8);
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new CliException("cannot write " + file + ": " + BuildDir.reason(e)
                + "; name a file in a folder that exists");
        }
    }
}
