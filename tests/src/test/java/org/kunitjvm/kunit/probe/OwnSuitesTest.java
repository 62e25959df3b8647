package org.kunitjvm.kunit.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kunit.report.KtapConsumer;
import org.kunitjvm.kunit.run.KtapWriter;
import org.kunitjvm.kunit.run.KunitExecutor;
import org.kunitjvm.kunit.run.KunitOptions;
import org.kunitjvm.kunit.run.SuiteLoader;
import org.kunitjvm.kunit.run.SuiteScanner;
import org.kunitjvm.kunit.run.TestSuite;

/** KUnit's own suites print what they print in the kernel, in the same order, byte for byte but for the rules below. */
final class OwnSuitesTest {
    private static final String FIRST_SUITE = "================= example_init (1 subtest) =================";
    private static final String PACKAGE = "org.kunitjvm.kunit.suites.";

    private static List<TestSuite> ownSuites() throws IOException, ClassNotFoundException {
        List<TestSuite> suites = new ArrayList<>();
        for (SuiteScanner.Found found : SuiteScanner.scan(List.of(Path.of("target", "test-classes")))) {
            if (found.className().startsWith(PACKAGE)) {
                suites.addAll(SuiteLoader.loadByName(OwnSuitesTest.class.getClassLoader(), List.of(found.className())));
            }
        }
        return suites;
    }

    private static String run(List<TestSuite> suites) {
        KernelConfig config = KernelConfig.defconfig().with("KUNIT_DEBUGFS", "n");
        StringBuilder out = new StringBuilder();
        new KunitExecutor((console, platform) -> Kernel.builder().config(config).memory("64M").initcalls(List.of())
            .console(console).platformThreads(platform).build(), KunitOptions.DEFAULT.withShutdown("halt"),
            KtapWriter.to(out)).run(suites);
        return out.toString();
    }

    private static String recording(String name) throws IOException {
        InputStream file = Objects.requireNonNull(OwnSuitesTest.class.getResourceAsStream("/kunit-output/" + name
            + ".gz"), name);
        try (InputStream in = new GZIPInputStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String normalised(String text) {
        List<String> kept = new ArrayList<>();
        for (String line : Normaliser.lines(text, Map.of())) {
            // How fast strings grow is a measurement, and what the kernel says about a duplicate file name holds
            // addresses.
            String plain = line.startsWith("    # string_stream_performance_test: ") ? line.replaceAll("\\d+", "N")
                : line;
            if (plain.startsWith("    ") || plain.startsWith("# ") || plain.matches("(KTAP|1\\.\\.|ok|not ok).*")) {
                kept.add(plain);
            }
        }
        return String.join("\n", kept);
    }

    @Test
    @Tag("K-102")
    void ownSuitesPrintWhatTheKernelPrints() throws Exception {
        List<TestSuite> suites = ownSuites();
        // The recording is of User Mode Linux, which cannot survive a fault: the suite is there and has no case.
        suites.replaceAll(suite -> suite.name().equals("kunit_fault") ? suite.withCases(List.of()) : suite);
        assertEquals(normalised(recording("all-suites.raw-kunit.ktap")), normalised(run(suites)));
    }

    @Test
    @Tag("K-102")
    void ownSuitesLookAsOnAMachineThatSurvivesFaults() throws Exception {
        List<String> shown = new ArrayList<>();
        KtapConsumer consumer = new KtapConsumer(KtapConsumer.Options.PLAIN, shown::add, () -> LocalTime.MIDNIGHT);
        run(ownSuites()).lines().forEach(consumer::accept);
        consumer.end();
        assertEquals(results(recording("x86_64-qemu.all-suites.pretty.txt").lines().toList()), results(shown));
    }

    /** From the first suite to the summary, without the time of day. */
    private static String results(List<String> lines) {
        return lines.stream().map(line -> line.replaceFirst("^\\[..:..:..] ", "").stripTrailing())
            .dropWhile(line -> !line.equals(FIRST_SUITE))
            .takeWhile(line -> !line.startsWith("Elapsed time: ")).collect(Collectors.joining("\n")).strip();
    }
}
