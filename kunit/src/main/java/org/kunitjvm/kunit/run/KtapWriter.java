package org.kunitjvm.kunit.run;

import java.util.function.Consumer;

/**
 * Writes a run as KTAP, line by line, as the console of a kernel would show it. Models the output of lib/kunit/test.c.
 */
public final class KtapWriter implements Consumer<KunitEvent> {
    /** Gets the lines. */
    @FunctionalInterface
    public interface LineSink {
        /** Take a line without line end, written at {@code timeNs}; a log record may hold several lines. */
        void line(long timeNs, String text);
    }

    private final LineSink sink;

    /** Write to {@code sink}. */
    public KtapWriter(LineSink sink) {
        this.sink = sink;
    }

    /** Write to {@code out}, each line with a line end. */
    public static KtapWriter to(StringBuilder out) {
        return new KtapWriter((_, text) -> out.append(text).append('\n'));
    }

    /** Other events have no text of their own: what there is to say about them was logged. */
    @Override
    public void accept(KunitEvent event) {
        if (event instanceof KunitEvent.LogLine e) {
            if (!e.atBoot()) {
                put(e, e.line().text());
            }
        } else if (event instanceof KunitEvent.Message e) {
            put(e, e.text());
        } else if (event instanceof KunitEvent.Listed e) {
            put(e, e.line());
        } else if (event instanceof KunitEvent.RunStarted e) {
            put(e, KtapLines.VERSION);
            put(e, KtapLines.plan(e.suites()));
        } else if (event instanceof KunitEvent.SuiteReady e) {
            suiteHeader(e);
        } else if (event instanceof KunitEvent.ParamsStarted e) {
            paramsHeader(e);
        } else if (event instanceof KunitEvent.ParamFinished e) {
            put(e, KtapLines.INDENT2 + KtapLines.result(e.result().status(), e.number(), e.name(),
                e.result().comment()));
        } else if (event instanceof KunitEvent.CaseFinished e) {
            caseResult(e);
        } else if (event instanceof KunitEvent.SuiteFinished e) {
            suiteResult(e);
        }
    }

    private void suiteHeader(KunitEvent.SuiteReady e) {
        put(e, KtapLines.INDENT + KtapLines.VERSION);
        put(e, KtapLines.INDENT + KtapLines.subtest(e.suite().name()));
        KtapLines.attributes(e.suite()).forEach(line -> put(e, KtapLines.INDENT + line));
        put(e, KtapLines.INDENT + KtapLines.plan(e.suite().cases().size()));
    }

    private void paramsHeader(KunitEvent.ParamsStarted e) {
        put(e, KtapLines.INDENT2 + KtapLines.VERSION);
        put(e, KtapLines.INDENT2 + KtapLines.subtest(e.testCase().name()));
        if (e.plan() >= 0) {
            put(e, KtapLines.INDENT2 + KtapLines.plan(e.plan()));
        }
    }

    private void caseResult(KunitEvent.CaseFinished e) {
        KtapLines.attributes(e.testCase()).forEach(line -> put(e, KtapLines.INDENT + line));
        if (e.printStats()) {
            put(e, KtapLines.INDENT + KtapLines.stats(e.testCase().name(), e.params()));
        }
        put(e, KtapLines.INDENT + KtapLines.result(e.result().status(), e.number(), e.testCase().name(),
            e.result().comment()));
    }

    private void suiteResult(KunitEvent.SuiteFinished e) {
        if (e.printCases()) {
            put(e, KtapLines.stats(e.suite().name(), e.cases()));
        }
        if (e.printTotals()) {
            put(e, KtapLines.stats("Totals", e.totals()));
        }
        put(e, KtapLines.result(e.status(), e.number(), e.suite().name(), ""));
    }

    private void put(KunitEvent event, String text) {
        sink.line(event.timeNs(), text);
    }
}
