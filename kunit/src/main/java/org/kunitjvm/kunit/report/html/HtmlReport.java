package org.kunitjvm.kunit.report.html;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.snapshot.Snapshot;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.ParamResult;
import org.kunitjvm.kunit.results.ResultStatus;
import org.kunitjvm.kunit.results.RunResults;
import org.kunitjvm.kunit.results.SuiteResult;

/**
 * Writes a run as one HTML page: what was run, the failures with everything that is known about them, warnings, skips,
 * and all suites.
 */
public final class HtmlReport {
    /** Failures that are shown in full; of the others there is a line each. */
    static final int MAX_FAILURES = 100;

    private static final int MAX_NAMED = 1_000;
    private static final int MAX_WARNINGS = 100;
    private static final int SLOWEST = 10;

    /** Knows what the results do not hold. */
    public interface Source {
        /** What the console said about a case. */
        List<String> log(SuiteResult suite, CaseResult result);

        /** What its kernel looked like when it failed, or {@code null}. */
        @Nullable Snapshot snapshot(SuiteResult suite, CaseResult result);

        /** The command that runs one case again. */
        String rerun(SuiteResult suite, CaseResult result);

        /** The command that runs all that failed again. */
        String rerunFailed();
    }

    private final RunResults run;
    private final Source source;
    private final Html page = new Html();
    /** Anchors of the failures that are shown in full. */
    private final Set<String> inFull = new HashSet<>();

    private HtmlReport(RunResults run, Source source) {
        this.run = run;
        this.source = source;
    }

    /** The whole page. */
    public static String of(RunResults run, Source source) {
        HtmlReport report = new HtmlReport(run, source);
        report.write();
        return report.page.toString();
    }

    private record Placed(SuiteResult suite, CaseResult result) {
    }

    private List<Placed> all() {
        List<Placed> all = new ArrayList<>();
        run.suites().forEach(suite -> suite.cases().forEach(result -> all.add(new Placed(suite, result))));
        return all;
    }

    private void write() {
        List<Placed> all = all();
        List<Placed> bad = all.stream().filter(each -> each.result().status().isBad()).toList();
        bad.stream().limit(MAX_FAILURES).forEach(each -> inFull.add(id(each)));
        RunHeader header = new RunHeader(run, page, bad.isEmpty() ? "" : source.rerunFailed());
        page.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .raw("<meta name=\"color-scheme\" content=\"light dark\">\n")
            .raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; ")
            .raw("script-src 'unsafe-inline'\">\n").element("title", header.title()).raw("\n<style>\n")
            .raw(resource("report.css")).raw("</style>\n</head>\n<body>\n");
        // Filled areas refer to this pattern; it has to be in the page once, whether it is seen or not.
        page.raw("<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\"><defs><pattern id=\"hatch\" width=\"4\" ")
            .raw("height=\"4\" patternUnits=\"userSpaceOnUse\"><path class=\"lane\" style=\"stroke:var(--ink)\" d=\"M0 4l4-4M-1 1l2-2M3 5l2-2\"/>")
            .raw("</pattern></defs></svg>\n");
        header.write();
        page.raw("<main>\n");
        failures(bad);
        warnings(all);
        skips(all);
        slowest(all);
        suites();
        page.raw("</main>\n<footer>written by kunit; this file needs no other</footer>\n<script>\n")
            .raw(resource("report.js")).raw("</script>\n</body>\n</html>\n");
    }

    private static String resource(String name) {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("this program was built without " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- failures ----

    private void failures(List<Placed> bad) {
        if (bad.isEmpty()) {
            return;
        }
        page.raw("<section id=\"failures\">\n").element("h2", "Failures").raw("\n");
        if (bad.size() > 1) {
            page.raw("<ol class=\"toc\">\n");
            for (Placed each : bad.subList(0, Math.min(MAX_NAMED, bad.size()))) {
                page.raw("<li>");
                link(each, name(each));
                page.raw(" ").element("span class=\"dim\"", FailureHtml.firstWords(each.result())).raw("</li>\n");
            }
            page.raw("</ol>\n");
            more(bad.size() - MAX_NAMED, "failures");
        }
        FailureHtml failure = new FailureHtml(page);
        for (Placed each : bad) {
            if (inFull.contains(id(each))) {
                failure.write(name(each), id(each), each.result(), source.log(each.suite(), each.result()),
                    source.snapshot(each.suite(), each.result()), source.rerun(each.suite(), each.result()));
            }
        }
        page.raw("</section>\n");
    }

    /** A name, and if its failure is shown in full the way there. */
    private void link(Placed each, String name) {
        if (inFull.contains(id(each))) {
            page.raw("<a href=\"#").raw(id(each)).raw("\">").text(name).raw("</a>");
        } else {
            page.element("span class=\"name\"", name);
        }
    }

    /** A name that is different for each machine. */
    private String name(Placed each) {
        String machine = each.suite().machine();
        return each.result().fullName() + (machine.isEmpty() ? "" : " on " + machine);
    }

    private static String id(Placed each) {
        return "case-" + each.suite().kernel() + "-" + Html.anchor(each.result().fullName());
    }

    // ---- warnings, skips, the slowest ----

    private void warnings(List<Placed> all) {
        List<String[]> found = new ArrayList<>();
        for (Placed each : all) {
            if (each.result().log() != null || each.result().status().isBad()) {
                for (String line : source.log(each.suite(), each.result())) {
                    if (LogHtml.isWarning(line)) {
                        found.add(new String[] {name(each), line.strip()});
                    }
                }
            }
        }
        if (found.isEmpty()) {
            return;
        }
        page.raw("<section id=\"warnings\">\n").element("h2", "Warnings of the kernels")
            .raw("\n<table class=\"list\">\n");
        page.raw("<thead><tr><th>test</th><th>what the log says</th></tr></thead>\n<tbody>\n");
        for (String[] warning : found.subList(0, Math.min(MAX_WARNINGS, found.size()))) {
            page.raw("<tr>").element("td class=\"name\"", warning[0]).element("td class=\"mono\"", warning[1])
                .raw("</tr>\n");
        }
        page.raw("</tbody>\n</table>\n");
        more(found.size() - MAX_WARNINGS, "warnings");
        page.raw("</section>\n");
    }

    private void more(int count, String what) {
        if (count > 0) {
            page.element("p class=\"dim\"", "and " + count + " more " + what).raw("\n");
        }
    }

    private void skips(List<Placed> all) {
        Map<String, List<String>> byReason = new TreeMap<>();
        for (Placed each : all) {
            if (each.result().status() == ResultStatus.SKIP) {
                String reason = each.result().reason();
                byReason.computeIfAbsent(reason.isEmpty() ? "no reason given" : reason, _ -> new ArrayList<>())
                    .add(name(each));
            }
        }
        if (byReason.isEmpty()) {
            return;
        }
        page.raw("<section id=\"skips\">\n").element("h2", "Skipped").raw("\n<table class=\"list\">\n");
        page.raw("<thead><tr><th>why</th><th>tests</th></tr></thead>\n<tbody>\n");
        byReason.forEach((reason, names) -> {
            page.raw("<tr>").element("td", reason).raw("<td class=\"name\">");
            for (int i = 0; i < names.size(); i++) {
                page.raw(i == 0 ? "" : "<br>").text(names.get(i));
            }
            page.raw("</td></tr>\n");
        });
        page.raw("</tbody>\n</table>\n</section>\n");
    }

    private void slowest(List<Placed> all) {
        List<Placed> sorted = all.stream().filter(each -> each.result().status() != ResultStatus.SKIP)
            .sorted(Comparator.comparingLong((Placed each) -> each.result().hostNanos()).reversed()).limit(SLOWEST)
            .toList();
        if (sorted.isEmpty()) {
            return;
        }
        page.raw("<section id=\"slowest\">\n<details>\n").element("summary", "The slowest tests")
            .raw("\n<table class=\"list\">\n");
        page.raw("<thead><tr><th>test</th><th>wall time</th><th>virtual time</th></tr></thead>\n<tbody>\n");
        for (Placed each : sorted) {
            page.raw("<tr>").element("td class=\"name\"", name(each))
                .element("td class=\"num\"", Html.duration(each.result().hostNanos()))
                .element("td class=\"num\"", Html.virtual(each.result().virtualNanos())).raw("</tr>\n");
        }
        page.raw("</tbody>\n</table>\n</details>\n</section>\n");
    }

    // ---- all suites ----

    private void suites() {
        page.raw("<section id=\"suites\">\n").element("h2", "All suites").raw("\n");
        page.raw("<form class=\"filter\" hidden><label>Find <input type=\"search\" placeholder=\"suite or test\"></label>");
        for (ResultStatus status : ResultStatus.values()) {
            if (run.count(status) > 0) {
                page.raw("<label><input type=\"checkbox\" checked value=\"").raw(status.name()).raw("\"> ")
                    .text(word(status)).raw(" ").number(run.count(status)).raw("</label>");
            }
        }
        page.raw("</form>\n");
        run.suites().forEach(this::suite);
        page.raw("</section>\n");
    }

    private void suite(SuiteResult suite) {
        ResultStatus status = suite.status();
        long nanos = suite.cases().stream().mapToLong(CaseResult::hostNanos).sum();
        page.raw("<details class=\"suite\"").raw(status.isBad() ? " open" : "").raw("><summary>");
        badge(status);
        page.element("span class=\"name\"", suite.name() + (suite.machine().isEmpty() ? "" : " on " + suite.machine()));
        page.element("span class=\"dim\"", counts(suite) + ", " + Html.duration(nanos))
            .raw("</summary>\n<table class=\"cases\">\n<tbody>\n");
        for (CaseResult result : suite.cases()) {
            row(suite, result);
        }
        page.raw("</tbody>\n</table>\n</details>\n");
    }

    private static String counts(SuiteResult suite) {
        StringBuilder text = new StringBuilder();
        for (ResultStatus status : ResultStatus.values()) {
            long count = suite.cases().stream().filter(result -> result.status() == status).count();
            if (count > 0) {
                text.append(text.isEmpty() ? "" : ", ").append(count).append(' ').append(word(status));
            }
        }
        return text.isEmpty() ? "no tests" : text.toString();
    }

    private void row(SuiteResult suite, CaseResult result) {
        page.raw("<tr data-status=\"").raw(result.status().name()).raw("\" data-name=\"").text(result.fullName())
            .raw("\"><td>");
        badge(result.status());
        page.raw("</td><td class=\"name\">");
        link(new Placed(suite, result), result.name());
        if (result.slow()) {
            page.raw(" <span class=\"slow\">slow</span>");
        }
        if (!result.reason().isEmpty()) {
            page.element("div class=\"dim\"", result.reason());
        }
        params(result.params());
        page.raw("</td>").element("td class=\"num\"", Html.duration(result.hostNanos()))
            .element("td class=\"num dim\"", Html.virtual(result.virtualNanos())).raw("</tr>\n");
    }

    private void params(List<ParamResult> params) {
        if (params.isEmpty()) {
            return;
        }
        boolean bad = params.stream().anyMatch(param -> param.status().isBad());
        page.raw(bad ? "<details open>" : "<details>").element("summary", params.size() + " parameters")
            .raw("<ul class=\"params\">");
        for (ParamResult param : params) {
            page.raw("<li>");
            badge(param.status());
            page.text(param.name());
            if (!param.reason().isEmpty()) {
                page.raw(" ").element("span class=\"dim\"", param.reason());
            }
            page.raw("</li>");
        }
        page.raw("</ul></details>");
    }

    private void badge(ResultStatus status) {
        page.raw("<span class=\"badge ").raw(status.name().toLowerCase(java.util.Locale.ROOT)).raw("\">")
            .raw(mark(status)).raw(" ").raw(word(status)).raw("</span> ");
    }

    /** A shape for each status: nobody should have to tell it by its colour. */
    private static String mark(ResultStatus status) {
        return switch (status) {
            case PASS -> "✓";
            case FAIL -> "✗";
            case SKIP -> "–";
            case ERROR -> "!";
        };
    }

    static String word(ResultStatus status) {
        return switch (status) {
            case PASS -> "passed";
            case FAIL -> "failed";
            case SKIP -> "skipped";
            case ERROR -> "no result";
        };
    }
}
