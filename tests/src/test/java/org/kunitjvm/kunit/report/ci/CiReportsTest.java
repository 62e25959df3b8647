package org.kunitjvm.kunit.report.ci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.FailureResult;
import org.kunitjvm.kunit.results.MachineResult;
import org.kunitjvm.kunit.results.ParamResult;
import org.kunitjvm.kunit.results.ResultStatus;
import org.kunitjvm.kunit.results.RunInfo;
import org.kunitjvm.kunit.results.RunResults;
import org.kunitjvm.kunit.results.SuiteResult;

/** What GitHub, GitLab and KernelCI read is what they document, whatever a test printed. */
final class CiReportsTest {
    private static final String EVIL = "100%,\r\n::error::x\u0000\u001b[1m\ud800\"";
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    private static CaseResult result(String name, ResultStatus status, String reason, FailureResult... failures) {
        return new CaseResult("s", name, 0, status, reason, "tests/S.java", 7, 2_250_000_000L, 1_500_000, 2_000, false,
            0, 3, null, List.of(failures), List.of(new ParamResult(1, "p " + EVIL, status, "", 3_000_000, 5)));
    }

    private static FailureResult failure(String kind, String file, int line, String... message) {
        return new FailureResult(kind, file, line, List.of(message), "4", "3");
    }

    private static RunResults run(CaseResult... cases) {
        return new RunResults(new RunInfo(true, RunInfo.FINISHED, List.of("bin/kunit", "run", EVIL),
            "2026-01-02T03:04:05Z", 2_000_000_000L, "x86_64", ".kunit", "6.12", 7L, null, null, null, COMMIT,
            "00ff00ff00ff",
            List.of(new MachineResult("small", "", 2, 1, 4L << 30, "movablecore=2G " + EVIL))),
            List.of(new SuiteResult("s", 0, 1, "", List.of(cases))));
    }

    private static final RunResults MIXED = run(result("good", ResultStatus.PASS, ""),
        result("skipped", ResultStatus.SKIP, EVIL), result("bad", ResultStatus.FAIL, "",
        failure("expectation", "tests/S.java", 12, "# bad: EXPECTATION FAILED", "Expected x, but " + EVIL),
            failure("leak", "", 0, "leak: pages")), result("cut", ResultStatus.ERROR,
            "it was running when the run ended"));

    // ---- GitHub ----

    @Test
    void githubGetsOneCommandForEachTestThatFailed() {
        assertEquals(List.of(
            "::error file=tests/S.java,line=12,title=s.bad::# bad: EXPECTATION FAILED%0AExpected x, but 100%25,%0A::error::x\\x00\\x1b[1m\ufffd\""
                + "%0Aand 1 more failure",
            "::error file=tests/S.java,line=7,title=s.cut::it was running when the run ended"),
            GithubAnnotations.of(MIXED));
    }

    @Test
    void githubPropertiesCannotEnd() {
        String line = GithubAnnotations.of(run(result("a:b,c%\n", ResultStatus.FAIL, "",
            failure("fault", "dir,x:y/S.java", 3, "m")))).getFirst();

        assertEquals("::error file=dir%2Cx%3Ay/S.java,line=3,title=s.a%3Ab%2Cc%25%0A::m", line);
    }

    @Test
    void githubIsNotFlooded() {
        CaseResult[] many = Collections.nCopies(500, result("bad", ResultStatus.FAIL, "",
            failure("fault", "", 0, "x".repeat(100_000)))).toArray(CaseResult[]::new);

        List<String> lines = GithubAnnotations.of(run(many));
        assertEquals(50, lines.size());
        assertTrue(lines.getFirst().length() < 5_000);
    }

    // ---- GitLab ----

    private static Object quality(RunResults run) throws IOException {
        StringWriter out = new StringWriter();
        CodeQualityReport.write(run, out);
        return Json.read(out.toString());
    }

    @Test
    void gitlabIssuesHaveTheFieldsThatItAsksFor() throws IOException {
        List<?> issues = (List<?>) quality(MIXED);

        assertEquals(3, issues.size());
        for (Object issue : issues) {
            assertFalse(Json.text(issue, "description").isEmpty());
            assertTrue(Json.text(issue, "check_name").matches("kunit\\.[a-z_]+"));
            assertTrue(Json.text(issue, "fingerprint").matches("[0-9a-f]{32}"));
            assertTrue(List.of("info", "minor", "major", "critical", "blocker").contains(Json.text(issue, "severity")));
            assertEquals("tests/S.java", Json.text(Json.at(issue, "location"), "path"));
            assertTrue(((Number) Json.at(issue, "location", "lines", "begin")).intValue() >= 1);
        }
        assertEquals(12, ((Number) Json.at(issues.getFirst(), "location", "lines", "begin")).intValue());
    }

    @Test
    void gitlabTellsFailuresApartAndKnowsThemAgain() throws IOException {
        CaseResult twice = result("bad", ResultStatus.FAIL, "", failure("expectation", "tests/S.java", 12, "a"),
            failure("expectation", "tests/S.java", 14, "b"));
        CaseResult moved = result("bad", ResultStatus.FAIL, "", failure("expectation", "tests/S.java", 22, "a"),
            failure("expectation", "tests/S.java", 24, "b"));

        Set<String> first = new HashSet<>();
        ((List<?>) quality(run(twice))).forEach(issue -> first.add(Json.text(issue, "fingerprint")));
        Set<String> second = new HashSet<>();
        ((List<?>) quality(run(moved))).forEach(issue -> second.add(Json.text(issue, "fingerprint")));
        assertEquals(2, first.size());
        assertEquals(first, second);
    }

    @Test
    void gitlabGetsAnEmptyListIfNothingFailed() throws IOException {
        assertEquals(List.of(), quality(run(result("good", ResultStatus.PASS, ""))));
    }

    // ---- KernelCI ----

    private static Object kcidb(RunResults run, List<String> log) throws IOException {
        StringWriter out = new StringWriter();
        new KcidbReport("kunit_jvm", run, (_, _) -> log).write(out);
        return Json.read(out.toString());
    }

    @Test
    void kcidbFollowsTheSchema() throws IOException {
        Object submission = kcidb(MIXED, List.of("log " + EVIL, "x".repeat(40_000), "last"));

        assertEquals(List.of(), KcidbSchema.problems(submission));
        List<?> tests = (List<?>) Json.at(submission, "tests");
        assertEquals(List.of("PASS", "SKIP", "FAIL", "ERROR"),
            tests.stream().map(test -> Json.text(test, "status")).toList());
        assertEquals("kunit.s.bad", Json.text(tests.get(2), "path"));
        assertEquals("0.0015", Json.at(tests.get(2), "duration").toString());
        assertEquals("2026-01-02T03:04:05Z", Json.text(((List<?>) Json.at(submission, "builds")).getFirst(),
            "start_time"));
        assertEquals("2026-01-02T03:04:07.250Z", Json.text(tests.get(2), "start_time"), "2.25 s after the run");
        assertTrue(Json.text(tests.getFirst(), "log_excerpt").endsWith("last"));
        assertEquals(COMMIT, Json.text(((List<?>) Json.at(submission, "checkouts")).getFirst(), "git_commit_hash"));
    }

    @Test
    void kcidbWithoutACommitHasNone() throws IOException {
        RunInfo info = MIXED.info();
        RunResults run = new RunResults(new RunInfo(true, RunInfo.FINISHED, info.command(), info.started(), 0, "um",
            ".kunit", "6.12", null, null, null, null, null, "", List.of()), MIXED.suites());

        assertEquals(List.of(), KcidbSchema.problems(kcidb(run, List.of())));
    }

    @Test
    void schemaOfTheTestNoticesWhatIsWrong() throws IOException {
        for (String broken : List.of("{}", "{\"version\":{\"major\":4}}", "{\"version\":{\"major\":5},\"tests\":[{}]}",
            "{\"version\":{\"major\":5},\"tests\":[{\"build_id\":\"a:1\",\"id\":\"a:2\",\"origin\":\"a\",\"path\":\"a..b\"}]}",
            "{\"version\":{\"major\":5},\"tests\":[{\"build_id\":\"a:1\",\"id\":\"a:2\",\"origin\":\"a\",\"status\":\"OK\"}]}",
            "{\"version\":{\"major\":5},\"builds\":[{\"checkout_id\":\"a:1\",\"id\":\"a:2\",\"origin\":\"A\"}]}",
            "{\"version\":{\"major\":5},\"builds\":[{\"checkout_id\":\"a:1\",\"id\":\"a:2\",\"origin\":\"a\",\"valid\":true}]}",
            "{\"version\":{\"major\":5},\"checkouts\":[{\"id\":\"1\",\"origin\":\"a\"}]}")) {
            assertFalse(KcidbSchema.problems(Json.read(broken)).isEmpty(), broken);
        }
    }

    @Test
    void originIsChecked() {
        assertThrows(IllegalArgumentException.class, () -> new KcidbReport("My CI", MIXED, (_, _) -> List.of()));
        assertTrue(KcidbReport.isOrigin("my_ci2"));
    }
}
