package org.kunitjvm.kunit.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.snapshot.Exhibit;
import org.kunitjvm.kernel.snapshot.Snapshot;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.FailureResult;
import org.kunitjvm.kunit.results.MachineResult;
import org.kunitjvm.kunit.results.ParamResult;
import org.kunitjvm.kunit.results.ResultStatus;
import org.kunitjvm.kunit.results.RunInfo;
import org.kunitjvm.kunit.results.RunResults;
import org.kunitjvm.kunit.results.SuiteResult;

/** The page says everything, needs nothing else, cannot be broken from inside, and has an end. */
final class HtmlReportTest {
    private static final String EVIL = "</pre><script>alert('x')</script>&\"\u0001\ud800";
    private static final Pattern TAG = Pattern.compile("<(/?)([a-zA-Z][a-z0-9]*)([^<>]*)>");
    private static final List<String> VOID = List.of("meta", "input", "br", "path", "rect");

    private static CaseResult result(String suite, String name, ResultStatus status, String reason,
        List<FailureResult> failures, List<ParamResult> params) {
        return new CaseResult(suite, name, 0, status, reason, "tests/S.java", 7, 0, 1_500_000, 2_000, false, 0, 3,
            status == ResultStatus.PASS ? null : "logs/" + name, failures, params);
    }

    private static FailureResult failure(String text) {
        return new FailureResult("expectation", "tests/S.java", 12,
            List.of("# a: EXPECTATION FAILED at tests/S.java:12", text), "4", "3");
    }

    private static RunResults run(boolean complete, SuiteResult... suites) {
        return new RunResults(new RunInfo(complete, complete ? RunInfo.FINISHED : "the time was up",
            List.of("bin/kunit", "run", "a*"), "2026-01-02T03:04:05Z", 2_000_000_000L, "um", ".kunit", "6.12", 7L, null,
            null, null, "0123456789".repeat(4), "00ff00ff00ff", List.of(new MachineResult("", "", 2, 1, 4L << 30,
            "movablecore=2G"))), List.of(suites));
    }

    private static SuiteResult suite(String name, CaseResult... cases) {
        return new SuiteResult(name, 0, 1, "", List.of(cases));
    }

    private static String page(RunResults run, List<String> log, @Nullable Snapshot snapshot) {
        return HtmlReport.of(run, new HtmlReport.Source() {
            @Override
            public List<String> log(SuiteResult suite, CaseResult result) {
                return log;
            }

            @Override
            public @Nullable Snapshot snapshot(SuiteResult suite, CaseResult result) {
                return snapshot;
            }

            @Override
            public String rerun(SuiteResult suite, CaseResult result) {
                return "bin/kunit run --seed=7 " + result.fullName();
            }

            @Override
            public String rerunFailed() {
                return "bin/kunit run --rerun-failed";
            }
        });
    }

    /** What follows the style, which has braces and arrows of its own, up to the script. */
    private static String body(String page) {
        return page.substring(page.indexOf("<body>"), page.lastIndexOf("<script>"));
    }

    private static String text(String page) {
        return body(page).replaceAll("<[^>]*>", " ").replaceAll("\\s+", " ");
    }

    private static Snapshot snapshot() {
        Exhibit.BlockMap map = new Exhibit.BlockMap("Pageblocks", true, "note " + EVIL, 512,
            List.of(new Exhibit.Kind("U", "Unmovable"), new Exhibit.Kind("M", "Movable")),
            List.of(new Exhibit.Run(0, 1, 0, Exhibit.State.MANAGED, 500, 4, -1),
            new Exhibit.Run(512, 4, 1, Exhibit.State.MANAGED, 512, 0, 10),
                new Exhibit.Run(2560, 1, 1, Exhibit.State.RESERVED, 0, 0, -1),
                new Exhibit.Run(3072, 2000, 1, Exhibit.State.MANAGED, 512, 0, 9)),
            List.of(new Exhibit.CloseUp(0, 0, List.of(new Exhibit.Piece(0, 8, Exhibit.Use.NEW, "", "pfn 0 " + EVIL),
                new Exhibit.Piece(8, 8, Exhibit.Use.FREE, "3", "free"),
                new Exhibit.Piece(16, 496, Exhibit.Use.USED, "", "used")))));
        Exhibit.Table table = new Exhibit.Table("Free lists", true, "", List.of("type", "order 0"),
            List.of(List.of(Exhibit.Cell.of("Unmovable"), new Exhibit.Cell("3", "0x1 0x2 " + EVIL))));
        Exhibit.Timeline timeline = new Exhibit.Timeline("Who ran when", true, "since the case began",
            List.of(new Exhibit.Lane("swapper/1", 0, "blocked"), new Exhibit.Lane(EVIL, 1, "runnable")),
            List.of(new Exhibit.Stretch(0, 0, 0, 30, "waits for " + EVIL, List.of("makes " + EVIL)),
            new Exhibit.Stretch(1, 1, 30, 5_000_000, "",
                List.of())));
        return new Snapshot(4_200, "CPU: 1", List.of(new Exhibit.Group("isolated node 1", true, List.of(map, table)),
            timeline, new Exhibit.Text("Tasks", false, List.of(EVIL))));
    }

    @Test
    void headSaysWhatWasRunAndHow() {
        String text = text(page(run(true, suite("s", result("s", "a", ResultStatus.FAIL, "",
            List.of(failure("Expected x == 4")), List.of()),
            result("s", "b", ResultStatus.PASS, "", List.of(), List.of()))), List.of(), null));

        for (String part : List.of("kunit: 1 of 2 tests failed", "bin/kunit run a*", "2026-01-02T03:04:05Z",
            "2 CPUs, 1 node, 4 GiB, booted with movablecore=2G", "seed 7", "KUnit of 6.12", "0123456789".repeat(4),
            "digest 00ff00ff00ff", "bin/kunit run --rerun-failed", "1 passed", "1 failed", "1 suite ",
            "2.00 s wall time")) {
            assertTrue(text.contains(part), part + " is not in\n" + text);
        }
    }

    @Test
    void failureHasPlaceValuesMessageCommandAndLog() {
        String text = text(page(run(true, suite("s", result("s", "a", ResultStatus.FAIL, "",
            List.of(failure("Expected x == 4")), List.of()))), List.of("    # a: said before", "    not ok 1 a"),
            null));

        for (String part : List.of("expectation at tests/S.java:12", "Expected x == 4", "expected 4 found 3",
            "Again: bin/kunit run --seed=7 s.a", "took 1.5 ms, 2,000 ns of virtual time", "Log 2 lines",
            "# a: said before")) {
            assertTrue(text.contains(part), part + " is not in\n" + text);
        }
    }

    @Test
    void incompleteRunSaysSo() {
        String text = text(page(run(false, suite("s", result("s", "a", ResultStatus.ERROR,
            "it was running when the run ended", List.of(), List.of()))), List.of(), null));

        assertTrue(text.contains("and the run is incomplete"), text);
        assertTrue(text.contains("end the time was up"), text);
        assertTrue(text.contains("No result: it was running when the run ended"), text);
    }

    @Test
    void skipsAreListedByReasonAndWarningsByTest() {
        String text = text(page(run(true, suite("s", result("s", "a", ResultStatus.SKIP, "needs 2 nodes", List.of(),
            List.of()), result("s", "b", ResultStatus.SKIP, "needs 2 nodes", List.of(), List.of()))),
            List.of("WARNING: CPU: 0 PID: 1 at Buddy.java:3"), null));

        assertTrue(text.contains("needs 2 nodes s.a s.b"), text);
        assertTrue(text.contains("kunit: 0 of 2 tests passed, 2 skipped"), text);
        assertTrue(text.contains("s.a WARNING: CPU: 0 PID: 1 at Buddy.java:3"), text);
    }

    @Test
    void parametersStandUnderTheirCase() {
        String page = page(run(true, suite("s", result("s", "a", ResultStatus.PASS, "", List.of(),
            List.of(new ParamResult(1, "order 0", ResultStatus.PASS, "", 1, 1),
            new ParamResult(2, "order 1", ResultStatus.SKIP, "too large", 1, 1))))), List.of(), null);

        assertTrue(text(page).contains("2 parameters ✓ passed order 0 – skipped order 1 too large"), text(page));
    }

    @Test
    void everyTextFromOutsideIsEscaped() {
        RunResults run = run(true, suite(EVIL, result(EVIL, EVIL, ResultStatus.FAIL, EVIL,
            List.of(new FailureResult("leak", EVIL, 1, List.of(EVIL), EVIL, EVIL)),
            List.of(new ParamResult(1, EVIL, ResultStatus.FAIL, EVIL, 1, 1)))));
        String page = page(run, List.of(EVIL, "WARNING: " + EVIL), snapshot());

        assertFalse(body(page).contains("<script"), "a script came from outside");
        assertFalse(page.contains("\u0001"));
        assertFalse(page.contains("\ud800"));
        assertTrue(page.contains("&lt;/pre&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;\\x01\ufffd"));
        assertBalanced(body(page));
    }

    @Test
    void pageRefersToNothingOutside() {
        String page = page(run(true, suite("s", result("s", "a", ResultStatus.FAIL, "", List.of(failure("x")),
            List.of()))), List.of(), snapshot());

        for (String outside : List.of("http:", "https:", "src=", "@import", "<link", "url(/", "fetch(",
            "XMLHttpRequest")) {
            assertFalse(page.contains(outside), outside);
        }
        assertLinksLeadSomewhere(page);
        assertBalanced(body(page));
    }

    private static void assertLinksLeadSomewhere(String page) {
        Matcher link = Pattern.compile("href=\"#([^\"]*)\"").matcher(page);
        int links = 0;
        while (link.find()) {
            assertTrue(page.contains("id=\"" + link.group(1) + "\""), link.group());
            links++;
        }
        assertTrue(links > 0);
    }

    /** Every element that is opened is closed, in order. */
    private static void assertBalanced(String body) {
        List<String> open = new ArrayList<>();
        Matcher tag = TAG.matcher(body);
        while (tag.find()) {
            String name = tag.group(2);
            if (tag.group(3).endsWith("/") || VOID.contains(name) && tag.group(1).isEmpty()
                && !closes(body, tag.end(), name)) {
                continue;
            }
            if (tag.group(1).isEmpty()) {
                open.add(name);
            } else {
                assertEquals(open.removeLast(), name, () -> body.substring(Math.max(0, tag.start() - 200), tag.end()));
            }
        }
        assertEquals(List.of("body"), open);
    }

    private static boolean closes(String body, int from, String name) {
        return body.startsWith("<title>", from) && body.indexOf("</" + name + ">", from) > 0;
    }

    @Test
    void mapShowsOrdersTypesAndRunsThatAreFolded() {
        String page = page(run(true, suite("s", result("s", "a", ResultStatus.FAIL, "", List.of(failure("x")),
            List.of()))), List.of(), snapshot());

        assertTrue(page.contains("title=\"pfn 0x0: Unmovable, 500 pages free, 4 in caches of CPUs, 8 in use\">U</i>"),
            page);
        assertEquals(2, count(page, ", 2 pageblocks: Movable, free, order 10\">M10</i>"));
        assertTrue(page.contains(", 2000 pageblocks: Movable, free, order 9\">M9 × 2,000</i>"), page);
        assertTrue(page.contains("class=\"p-new\" d=\"M0 0h80v10h-80z\""), page);
        assertTrue(page.contains("class=\"p-used\" d=\"M160 0h160v10h-160zM0 10h320v150h-320z\""), page);
        assertTrue(page.contains("<td class=\"has\" title=\"0x1 0x2 "), page);
        assertTrue(text(page).contains("the failing check"), text(page));
        assertTrue(text(page).contains("on CPU 1, from 30 ns to 5,000 µs"), text(page));
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    @Test
    void hugeLogIsCutInTheMiddle() {
        List<String> log = new ArrayList<>(List.of("first line"));
        for (int i = 0; i < 20_000; i++) {
            log.add("line " + i + " of a log that is longer than anybody reads");
        }
        log.add("x".repeat(300_000));
        log.add("last line");
        String page = page(run(true, suite("s", result("s", "a", ResultStatus.FAIL, "",
            List.of(failure("x".repeat(1_000_000))), List.of()))), log, null);

        assertTrue(page.length() < 150_000, page.length() + " characters");
        assertTrue(page.contains("first line") && page.contains("last line") && page.contains(" lines left out"), page);
    }

    @Test
    void manyFailuresStayReadable() {
        CaseResult[] cases = new CaseResult[3_000];
        for (int i = 0; i < cases.length; i++) {
            cases[i] = result("s", "case" + i, ResultStatus.FAIL, "", Collections.nCopies(50, failure("y".repeat(500))),
                List.of());
        }
        String page = page(run(true, suite("s", cases)), Collections.nCopies(500, "z".repeat(100)), snapshot());

        assertTrue(page.length() < 16_000_000, page.length() + " characters");
        assertEquals(HtmlReport.MAX_FAILURES, count(page, "<article "));
        assertTrue(page.contains(">case2999</span>"));
        assertLinksLeadSomewhere(page);
    }

    @Test
    void sameResultsGiveTheSamePage() {
        RunResults run = run(true, suite("s", result("s", "a", ResultStatus.FAIL, "", List.of(failure("x")),
            List.of())));

        assertEquals(page(run, List.of("l"), snapshot()), page(run, List.of("l"), snapshot()));
    }
}
