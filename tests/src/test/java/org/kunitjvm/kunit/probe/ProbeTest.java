package org.kunitjvm.kunit.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.run.KtapWriter;
import org.kunitjvm.kunit.run.KunitExecutor;
import org.kunitjvm.kunit.run.KunitOptions;
import org.kunitjvm.kunit.run.SuiteLoader;
import org.kunitjvm.kunit.run.TestSuite;

/**
 * The port of a recorded C suite prints what the kernel printed, byte for byte but for the rules of {@link Normaliser}.
 */
final class ProbeTest {
    private static String recording(String name) throws IOException {
        InputStream file = Objects.requireNonNull(ProbeTest.class.getResourceAsStream("/kunit-output/" + name + ".gz"),
            name);
        try (InputStream in = new GZIPInputStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<TestSuite> suitesIn(Class<?> holder) {
        return SuiteLoader.loadAll(Arrays.stream(holder.getDeclaredClasses())
            .filter(type -> type.isAnnotationPresent(KunitSuite.class)).toList());
    }

    static String run(Class<?> holder, String glob) {
        StringBuilder out = new StringBuilder();
        KunitExecutor executor = new KunitExecutor(
            (console, platform) -> Kernel.builder().memory("64M").initcalls(List.of()).console(console)
                .platformThreads(platform).build(),
            KunitOptions.DEFAULT.withFilterGlob(glob).withShutdown("halt"), KtapWriter.to(out));
        executor.run(suitesIn(holder));
        return out.toString();
    }

    @Test
    @Tag("K-005")
    @Tag("K-007")
    @Tag("K-008")
    @Tag("K-009")
    @Tag("K-010")
    @Tag("K-011")
    @Tag("K-012")
    @Tag("K-034")
    @Tag("K-035")
    @Tag("K-053")
    void probeSuitesPrintWhatTheKernelPrinted() throws IOException {
        // Java has no arithmetic on strings.
        Map<String, String> spellings = Map.of("a.substring(1)", "a + 1");
        List<String> expected = Normaliser.lines(recording("zz_probe.raw.ktap"), Map.of());
        List<String> actual = Normaliser.lines(run(ProbeSuites.class, "probe*"), spellings);
        assertEquals(String.join("\n", expected), String.join("\n", actual));
    }

    @Test
    @Tag("K-006")
    @Tag("K-013")
    @Tag("K-031")
    void truthSuitesPrintWhatTheKernelPrinted() throws IOException {
        // sizeof, the suffix of unsigned constants, casts and -> have no Java form.
        Map<String, String> spellings = Map.of("Integer.BYTES", "sizeof(int)", "0UL", "0L", "(void *)0x2000", "0x2000L",
            "(long)test->param_value", "test.paramValue()", "p->v", "p.v");
        List<String> expected = Normaliser.lines(untilCrash(recording("failing.raw-kunit.ktap")), spellings);
        List<String> actual = Normaliser.lines(untilCrash(run(TruthSuites.class, "truth_*")), spellings);
        assertEquals(String.join("\n", expected), String.join("\n", actual));
    }

    @Test
    @Tag("K-015")
    void crashPrintsWhatTheKernelPrintedAroundTheOops() throws IOException {
        List<String> expected = withoutOops(Normaliser.lines(recording("crash.x86_64-qemu.raw.txt"), Map.of()));
        List<String> actual = withoutOops(Normaliser.lines(run(TruthSuites.class, "truth_crash"), Map.of()));
        assertEquals(String.join("\n", expected), String.join("\n", actual));
    }

    /** User Mode Linux dies of a bad pointer, a real kernel goes on: only what comes before can be compared. */
    private static String untilCrash(String text) {
        String last = "    # null_deref: about to crash\n";
        return text.substring(0, text.indexOf(last) + last.length());
    }

    /** What a processor says about a bad access is not what a JVM says. */
    private static List<String> withoutOops(List<String> lines) {
        int from = lines.indexOf("    # null_deref: about to crash") + 1;
        int to = lines.indexOf("    # null_deref: try faulted");
        List<String> rest = new ArrayList<>(lines.subList(0, from));
        rest.addAll(lines.subList(to, lines.indexOf("not ok 1 truth_crash") + 1));
        return rest;
    }
}
