package org.kunitjvm.kunit.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
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
}
