package org.kunitjvm.kunit.report.html;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.kunitjvm.kunit.results.MachineResult;
import org.kunitjvm.kunit.results.ResultStatus;
import org.kunitjvm.kunit.results.RunInfo;
import org.kunitjvm.kunit.results.RunResults;

/** The head of the page: how it went, and what exactly was run. */
final class RunHeader {
    private static final int MAX_MACHINES = 8;

    private final RunResults run;
    private final Html page;
    private final String rerunFailed;

    RunHeader(RunResults run, Html page, String rerunFailed) {
        this.run = run;
        this.page = page;
        this.rerunFailed = rerunFailed;
    }

    /** The outcome in a few words. */
    String title() {
        long total = run.cases().count();
        long bad = run.cases().filter(result -> result.status().isBad()).count();
        String tests = total + (total == 1 ? " test" : " tests");
        String text = bad > 0 ? bad + " of " + tests + " failed" : total == 0 ? "no tests" : passed(total, tests);
        return "kunit: " + text + (run.info().complete() ? "" : ", and the run is incomplete");
    }

    private String passed(long total, String tests) {
        long skipped = run.count(ResultStatus.SKIP);
        return skipped == 0 ? tests + " passed" : (total - skipped) + " of " + tests + " passed, " + skipped
            + " skipped";
    }

    void write() {
        boolean bad = run.cases().anyMatch(result -> result.status().isBad());
        boolean nothing = run.cases().findAny().isEmpty();
        page.raw("<header class=\"").raw(bad || nothing ? "red" : run.info().complete() ? "green" : "amber")
            .raw("\">\n").element("h1", title()).raw("\n");
        bar();
        facts();
        if (!rerunFailed.isEmpty()) {
            page.raw("<p class=\"again\">").element("span", "All that failed again:").raw(" ")
                .element("code", rerunFailed).raw("</p>\n");
        }
        page.raw("</header>\n");
    }

    /** Counts as a bar whose parts are as long as there are tests, and as words below it. */
    private void bar() {
        page.raw("<div class=\"bar\" aria-hidden=\"true\">");
        for (ResultStatus status : List.of(ResultStatus.FAIL, ResultStatus.ERROR, ResultStatus.SKIP,
            ResultStatus.PASS)) {
            if (run.count(status) > 0) {
                page.raw("<i class=\"").raw(status.name().toLowerCase(Locale.ROOT)).raw("\" style=\"flex-grow:")
                    .number(run.count(status)).raw("\"></i>");
            }
        }
        page.raw("</div>\n<ul class=\"counts\">");
        for (ResultStatus status : List.of(ResultStatus.PASS, ResultStatus.FAIL, ResultStatus.ERROR,
            ResultStatus.SKIP)) {
            if (run.count(status) > 0) {
                page.raw("<li><b>").number(run.count(status)).raw("</b> ").text(HtmlReport.word(status)).raw("</li>");
            }
        }
        page.raw("<li><b>").number(run.suites().size()).raw(run.suites().size() == 1 ? "</b> suite</li>"
            : "</b> suites</li>").raw("<li><b>").text(Html.duration(run.info().hostNanos()))
            .raw("</b> wall time</li></ul>\n");
    }

    private void facts() {
        RunInfo info = run.info();
        page.raw("<dl class=\"facts\">\n");
        fact("command", String.join(" ", info.command()), true);
        fact("started", info.started(), false);
        if (!info.complete()) {
            fact("end", info.end(), false);
        }
        machines(info.machines());
        String seed = info.seed() == null ? "none: kthreads take turns" : Long.toString(info.seed());
        fact("seed", info.schedule() == null ? seed : seed + ", schedule " + info.schedule(), false);
        fact("follows", "KUnit of " + info.mode(), false);
        fact("shard", info.shard() == null ? "" : info.shard(), false);
        fact("commit", info.commit() == null ? "" : info.commit(), true);
        fact("configuration", info.config().isEmpty() ? "" : "digest " + info.config(), true);
        page.raw("</dl>\n");
    }

    private void machines(List<MachineResult> machines) {
        List<String> lines = new ArrayList<>();
        for (MachineResult machine : machines) {
            String line = (machine.name().isEmpty() ? "" : machine.name() + ": ") + plural(machine.cpus(), "CPU") + ", "
                + plural(machine.nodes(), "node") + ", " + memory(machine.memoryBytes())
                + (machine.kernelArgs().isEmpty() ? "" : ", booted with " + machine.kernelArgs());
            if (!lines.contains(line)) {
                lines.add(line);
            }
        }
        for (String line : lines.subList(0, Math.min(MAX_MACHINES, lines.size()))) {
            fact("machine", line, false);
        }
        if (lines.size() > MAX_MACHINES) {
            fact("machine", "and " + (lines.size() - MAX_MACHINES) + " others", false);
        }
    }

    private static String plural(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private static String memory(long bytes) {
        return bytes % (1L << 30) == 0 ? (bytes >> 30) + " GiB" : (bytes >> 20) + " MiB";
    }

    private void fact(String name, String value, boolean code) {
        if (!value.isEmpty()) {
            page.element("dt", name).raw("<dd>").element(code ? "code" : "span", value).raw("</dd>\n");
        }
    }
}
