package org.kunitjvm.kunit.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was written can be read back without loss, also if its end is missing. */
final class ResultsFileTest {
    private static final String ODD = "ä\"\\\t\u0001\u2028</script>";

    @TempDir
    Path folder;

    private static RunInfo info(boolean complete) {
        return new RunInfo(complete, complete ? RunInfo.FINISHED : "running 17", List.of("bin/kunit", "run", "a b"),
            "2026-11-21T14:00:00Z", 1_500_000_000, "um", ".kunit", "6.12", 7L, null, 11L, "1/2",
            "0123456789abcdef0123456789abcdef01234567", "00ff00ff00ff",
            List.of(new MachineResult("small", "machines/small.machine", 1, 2, 1L << 30, "kunit.enable=1")));
    }

    private static CaseResult result(SplittableRandom random, String suite, int order, int line) {
        ResultStatus status = ResultStatus.values()[random.nextInt(4)];
        List<FailureResult> failures = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            failures.add(new FailureResult("expectation", random.nextBoolean() ? "x.java" : "", random.nextInt(3),
                List.of("Expected " + ODD, "    b == " + random.nextInt()), random.nextBoolean() ? "3" : null,
                random.nextBoolean() ? ODD : null));
        }
        List<ParamResult> params = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            params.add(new ParamResult(params.size() + 1, "p" + ODD + i, ResultStatus.PASS, "", random.nextInt(1000),
                random.nextInt(1000)));
        }
        return new CaseResult(suite, "case" + order, order, status, random.nextBoolean() ? ODD : "", "S.java",
            random.nextInt(2), random.nextInt(1_000_000), random.nextInt(), random.nextLong() >>> 12,
            random.nextBoolean(), line, line + 3, random.nextBoolean() ? "logs/" + suite + "/" + order + ".log" : null,
            failures, params);
    }

    private static RunResults results(long seed, boolean complete) {
        SplittableRandom random = new SplittableRandom(seed);
        List<SuiteResult> suites = new ArrayList<>();
        int line = 0;
        for (int s = 0; s < 3; s++) {
            List<CaseResult> cases = new ArrayList<>();
            for (int c = 1 + random.nextInt(4); c > 0; c--) {
                cases.add(result(random, "suite" + s, c, line += 3));
            }
            suites.add(new SuiteResult("suite" + s, s, 1, "small", cases));
        }
        return new RunResults(info(complete), suites);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void fileIsReadBackAsItWas(long seed) throws IOException {
        RunResults written = results(seed, true);
        Path file = folder.resolve(ResultsFile.NAME);
        try (var out = Files.newBufferedWriter(file)) {
            ResultsFile.write(written, out);
        }

        assertEquals(written, ResultsFile.readFolder(folder), "seed " + seed);
    }

    private byte[] journal(RunResults run) throws IOException {
        StringWriter text = new StringWriter();
        try (ResultsJournal journal = new ResultsJournal(text,
            run.info().ended(false, run.info().end(), 0, List.of()))) {
            journal.kernel(run.info().machines().getFirst());
            for (SuiteResult suite : run.suites()) {
                journal.suite(suite);
                for (CaseResult each : suite.cases()) {
                    journal.started(each.name(), each.order());
                    journal.result(each);
                }
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void journalIsReadBackAsItWas(long seed) throws IOException {
        RunResults run = results(seed, false);
        Files.write(folder.resolve(ResultsJournal.NAME), journal(run));

        RunResults read = ResultsFile.readFolder(folder);

        assertEquals(run.suites(), read.suites(), "seed " + seed);
        assertEquals(run.info().machines(), read.info().machines());
        assertFalse(read.info().complete());
    }

    @Test
    void journalCutAnywhereGivesWhatItHolds() throws IOException {
        RunResults run = results(11, false);
        List<CaseResult> all = run.cases().toList();
        byte[] text = journal(run);
        Path file = folder.resolve(ResultsJournal.NAME);
        int first = new String(text, StandardCharsets.UTF_8).indexOf('\n');
        int seen = 0;
        for (int end = first + 1; end < text.length + 13; end += 13) {
            Files.write(file, Arrays.copyOf(text, Math.min(end, text.length)));
            List<CaseResult> read = ResultsFile.readFolder(folder).cases().toList();
            int whole = read.isEmpty() || all.contains(read.getLast()) ? read.size() : read.size() - 1;
            assertEquals(all.subList(0, whole), read.subList(0, whole), "cut at " + end);
            if (whole < read.size()) {
                assertEquals(ResultStatus.ERROR, read.getLast().status());
                assertEquals("it was running when the run ended", read.getLast().reason());
                assertEquals(all.get(whole).name(), read.getLast().name());
            }
            assertTrue(whole >= seen, "cut at " + end);
            seen = whole;
        }
        assertEquals(all.size(), seen);
    }

    @Test
    void readerOfKunitPysFilesFindsWhatItKnows() throws IOException {
        CaseResult plain = new CaseResult("s", "plain", 0, ResultStatus.FAIL, "", "", 0, 0, 0, 0, false, 0, 1, null,
            List.of(), List.of());
        CaseResult withParams = new CaseResult("s", "many", 1, ResultStatus.PASS, "", "", 0, 0, 0, 0, false, 1, 2, null,
            List.of(), List.of(new ParamResult(1, "one", ResultStatus.PASS, "", 0, 0),
            new ParamResult(2, "two", ResultStatus.SKIP, "", 0, 0)));
        StringWriter text = new StringWriter();
        ResultsFile.write(new RunResults(info(true), List.of(new SuiteResult("s", 0, 1, "",
            List.of(plain, withParams)))), text);

        Map<String, Object> root = ResultJson.object(text.toString());
        Map<String, Object> suite = JsonReading.objects(root, "sub_groups").getFirst();
        Map<String, Object> group = JsonReading.objects(suite, "sub_groups").getFirst();

        assertEquals("KUnit Test Group", root.get("name"));
        assertEquals("kselftest", group.get("git_branch"));
        assertEquals(List.of("PASS", "SKIP"), JsonReading.objects(group, "test_cases").stream()
            .map(c -> c.get("status")).toList());
        assertEquals(List.of("FAIL"), JsonReading.objects(suite, "test_cases").stream().map(c -> c.get("status"))
            .toList());
        assertEquals(Map.of("tests", 3L, "passed", 1L, "failed", 1L, "crashed", 0L, "skipped", 1L, "errors", 0L),
            root.get("misc"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "17", "{}", "{\"format\":\"kunit-results/2\"}",
        "{\"format\":\"kunit-results/1\",\"sub_groups\":[{\"test_cases\":[{\"name\":\"a\",\"status\":\"GOOD\"}]}]}"})
    void whatIsSomethingElseIsRefused(String text) throws IOException {
        Path file = folder.resolve(ResultsFile.NAME);
        Files.writeString(file, text);

        IOException e = assertThrows(IOException.class, () -> ResultsFile.readFolder(folder));

        assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
    }
}
