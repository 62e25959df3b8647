package org.kunitjvm.kunit.ktap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The strict reader accepts what a real kernel printed and refuses each way of getting it slightly wrong. */
class KtapStrictReaderTest {
    private static final String GOOD = """
            KTAP version 1
            1..2
                # s: initializing suite
                KTAP version 1
                # Subtest: s
                # module: m
                1..3
                # a: EXPECTATION FAILED at x.c:1
                Expected x == 1, but
                    x == 2 (0x2)

            message at column 0
                not ok 1 a
                    KTAP version 1
                    # Subtest: b
                # b: log of a parameter
                    ok 1 p # SKIP not here
                    ok 2 q
                # b: pass:1 fail:0 skip:1 total:2
                ok 2 b
                # c.speed: slow
                ok 3 c
            # s: pass:2 fail:1 skip:0 total:3
            # Totals: pass:2 fail:1 skip:1 total:4
            not ok 1 s
            # t:     # failed to initialize (-19)
            not ok 2 t
            """;

    private static String recorded(String name) throws IOException {
        try (InputStream in = KtapStrictReaderTest.class.getResourceAsStream("/kunit-output/" + name + ".gz")) {
            KtapFilter filter = new KtapFilter();
            StringBuilder block = new StringBuilder();
            new String(new GZIPInputStream(in).readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> !line.matches("\\[..:..:..] Elapsed time: .*"))
                    .map(filter::accept).filter(line -> line != null).forEach(line -> block.append(line).append('\n'));
            return block.toString().stripTrailing();
        }
    }

    @ParameterizedTest
    @CsvSource({"example.raw-kunit.ktap, false", "example.raw-all.txt, false", "all-suites.raw-kunit.ktap, true",
        "zz_probe.raw.ktap, true", "crash.x86_64-qemu.raw.txt, true"})
    void realKernelsPrintStrictKtap(String name, boolean kernelLines) throws IOException {
        assertEquals(List.of(), KtapStrictReader.check(recorded(name), kernelLines));
    }

    @Test
    void realKernelThatCrashedLeavesItsSuiteOpen() throws IOException {
        List<String> problems = KtapStrictReader.check(recorded("failing.raw-kunit.ktap"), true);

        assertEquals(2, problems.size(), problems.toString());
        assertTrue(problems.getFirst().endsWith("the run ends inside 'truth_crash'"), problems.toString());
        assertTrue(problems.getLast().endsWith("the run has 7 suites of 8 planned"), problems.toString());
    }

    @Test
    void aGoodRunHasNoProblemsAndItsCasesAreCounted() {
        KtapStrictReader reader = new KtapStrictReader(false);
        GOOD.lines().forEach(reader::accept);

        assertEquals(List.of(), reader.finish());
        assertEquals(3, reader.cases());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "KTAP version 1\\n1..2\\n|1..2\\n|the first line is not",
        "1..2\\n|1..3\\n|the run has 2 suites of 3 planned",
        "1..2\\n|1..1\\n|more than the plan of 1",
        "    1..3\\n|    1..4\\n|'s' has 3 results of 4 planned",
        "    1..3\\n||before the plan",
        "    # Subtest: s\\n||plan where none is due",
        "not ok 1 s|not ok 1 x|result of 'x' closes 's'",
        "not ok 1 s|ok 1 s|'s' is ok though something in it is not",
        "not ok 1 s|not ok 3 s|'s' has number 3, expected 1",
        "ok 3 c|ok 4 c|'c' has number 4, expected 3",
        "\"    ok 3 c\"|\"  ok 3 c\"|malformed result line 'ok 3 c' at indentation 2",
        "    ok 3 c|    ok 3|malformed result line",
        "    ok 3 c|    ok c|malformed result line",
        "\"        ok 2 q\"|\"    ok 2 q\"|closes 'b'",
        "# b: pass:1|# b: pass:2|statistics of 'b' should be",
        "# Totals: pass:2|# Totals: pass:3|statistics of 'Totals' should be",
        "# s: pass|# x: pass|statistics of 'x' inside 's'",
        "    ok 2 b\\n|    ok 2 b\\nhello\\n|stray line 'hello'",
        "# t:     # failed to initialize (-19)\\n||result of suite 't' without the suite",
        "not ok 1 s\\n||the run has 1 suites of 2 planned",
    })
    void oneWrongThingIsFound(String from, String to, String problem) {
        String before = from.replace("\\n", "\n");
        String after = to == null ? "" : to.replace("\\n", "\n");
        assertTrue(GOOD.contains(before), before);

        List<String> problems = KtapStrictReader.check(GOOD.replace(before, after), false);

        assertTrue(problems.stream().anyMatch(text -> text.contains(problem)), problems.toString());
    }

    @Test
    void problemsNameTheirLine() {
        assertEquals(List.of("line 3: stray line 'x'"), KtapStrictReader.check("KTAP version 1\n1..0\nx\n", false));
        assertFalse(KtapStrictReader.check("", false).isEmpty());
    }
}
