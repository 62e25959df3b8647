package org.kunitjvm.kunit.report.html;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.snapshot.Exhibit;
import org.kunitjvm.kernel.snapshot.Snapshot;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.FailureResult;
import org.kunitjvm.kunit.results.ResultStatus;

/** A failure with everything that is known about it. */
final class FailureHtml {
    /** Beyond this size of the page, failures come without pictures. */
    private static final int MAX_PAGE_CHARS = 6_000_000;
    private static final int MAX_MESSAGES = 20;
    private static final int MAX_MESSAGE_LINES = 60;
    private static final int MAX_LINE = 2_000;

    private final Html page;
    private final ExhibitHtml exhibits;
    private boolean first = true;

    FailureHtml(Html page) {
        this.page = page;
        this.exhibits = new ExhibitHtml(page);
    }

    /** What went wrong, in one line. */
    static String firstWords(CaseResult result) {
        FailureResult failure = result.firstFailure();
        if (failure == null || failure.message().isEmpty()) {
            return result.status() == ResultStatus.ERROR ? result.reason() : "";
        }
        for (String line : failure.message()) {
            String prefix = "# " + result.name() + ": ";
            String text = line.strip().startsWith(prefix) ? line.strip().substring(prefix.length()) : line.strip();
            if (!text.isEmpty() && !text.contains(" FAILED at ")) {
                return text.length() <= 160 ? text : text.substring(0, 160) + "…";
            }
        }
        return failure.message().getFirst().strip();
    }

    void write(String name, String id, CaseResult result, List<String> log, @Nullable Snapshot snapshot, String rerun) {
        page.raw("<article id=\"").raw(id).raw("\" class=\"failure\">\n").element("h3", name).raw("\n");
        if (result.status() == ResultStatus.ERROR) {
            page.element("p", "No result: " + result.reason()).raw("\n");
        }
        List<FailureResult> failures = result.failures();
        failures.subList(0, Math.min(MAX_MESSAGES, failures.size())).forEach(this::failure);
        if (failures.size() > MAX_MESSAGES) {
            page.element("p class=\"dim\"", "and " + (failures.size() - MAX_MESSAGES) + " more failures of this test")
                .raw("\n");
        }
        page.raw("<p class=\"again\"><span>Again:</span> ").element("code", rerun).raw(" <span class=\"dim\">took ")
            .text(Html.duration(result.hostNanos())).raw(", ").text(Html.virtual(result.virtualNanos()))
            .raw(" of virtual time</span></p>\n");
        if (snapshot != null) {
            snapshot(snapshot);
        }
        if (!log.isEmpty()) {
            page.raw(first ? "<details class=\"part\" open>" : "<details class=\"part\">")
                .raw("<summary>Log <span class=\"dim\">").number(log.size()).raw(log.size() == 1 ? " line" : " lines")
                .raw("</span></summary>\n");
            LogHtml.write(log, page);
            page.raw("</details>\n");
        }
        page.raw("</article>\n");
        first = false;
    }

    private void failure(FailureResult failure) {
        page.raw("<div class=\"message\">");
        page.raw("<p class=\"where\"><b>").text(failure.kind().replace('_', ' ')).raw("</b>");
        if (!failure.file().isEmpty()) {
            page.raw(" at ").element("code", failure.place());
        }
        page.raw("</p>\n<pre>");
        List<String> lines = failure.message();
        for (String line : lines.subList(0, Math.min(MAX_MESSAGE_LINES, lines.size()))) {
            page.text(line.length() <= MAX_LINE ? line : line.substring(0, MAX_LINE) + "…").raw("\n");
        }
        if (lines.size() > MAX_MESSAGE_LINES) {
            page.raw("… ").number(lines.size() - MAX_MESSAGE_LINES).raw(" more lines\n");
        }
        page.raw("</pre>");
        String expected = failure.expected();
        String actual = failure.actual();
        if (expected != null && actual != null) {
            page.raw("<dl class=\"values\">").element("dt", "expected").raw("<dd>").element("code", cut(expected))
                .raw("</dd>").element("dt", "found").raw("<dd>").element("code", cut(actual)).raw("</dd></dl>");
        }
        page.raw("</div>\n");
    }

    private static String cut(String value) {
        return value.length() <= MAX_LINE ? value : value.substring(0, MAX_LINE) + "…";
    }

    private void snapshot(Snapshot snapshot) {
        page.raw("<div class=\"snapshot\">\n<h4>The kernel at the failing check <span class=\"dim\">")
            .text(Html.virtual(snapshot.timeNs())).raw(" after its boot, ").text(snapshot.where())
            .raw("</span></h4>\n");
        if (page.length() > MAX_PAGE_CHARS) {
            page.element("p class=\"dim\"",
                "Left out, because this page is large already; run this test alone to see it.").raw("\n");
        } else {
            for (Exhibit exhibit : snapshot.exhibits()) {
                exhibits.write(exhibit);
            }
        }
        page.raw("</div>\n");
    }
}
