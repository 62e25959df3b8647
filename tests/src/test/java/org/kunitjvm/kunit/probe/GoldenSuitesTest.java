package org.kunitjvm.kunit.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.run.Runs;

/**
 * What {@link MacroSuites} and {@link LifeSuites} print is what the golden file says. No kernel has recorded it: every
 * line was derived from KUnit's rules by hand and must stay so. {@code -Dkunit.golden=write} writes the file anew, to
 * be read like code.
 */
final class GoldenSuitesTest {
    private static final String GOLDEN = "kunit-output/golden-suites.ktap";

    private static String run() {
        Class<?>[] suites = Stream.of(MacroSuites.class, LifeSuites.class)
            .flatMap(c -> Stream.of(c.getDeclaredClasses())).filter(type -> type.isAnnotationPresent(KunitSuite.class))
            .toArray(Class<?>[]::new);
        List<String> lines = new ArrayList<>(Normaliser.lines(Runs.of(suites).run().text(), Map.of()));
        return String.join("\n", lines) + "\n";
    }

    private static String golden() throws IOException {
        try (InputStream in = Objects.requireNonNull(GoldenSuitesTest.class.getResourceAsStream("/" + GOLDEN),
            GOLDEN)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    @Tag("K-006")
    @Tag("K-012")
    @Tag("K-035")
    @Tag("K-053")
    void everyMacroAndEveryPlacePrintsItsLines() throws IOException {
        String actual = run();
        if ("write".equals(System.getProperty("kunit.golden"))) {
            Files.writeString(Path.of("src/test/resources").resolve(GOLDEN), actual);
        }
        assertEquals(golden(), actual);
    }
}
