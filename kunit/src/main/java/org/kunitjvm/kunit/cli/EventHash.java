package org.kunitjvm.kunit.cli;

import org.kunitjvm.kunit.run.KunitEvent;

/**
 * A hash of everything that happened in a run, with the time on the kernel's clock: two runs with one hash were the
 * same run. FNV-1a of 64 bits over what the events say; wall time and the host are no part of it.
 */
final class EventHash {
    private static final long BASIS = 0xcbf2_9ce4_8422_2325L;
    private static final long PRIME = 0x100_0000_01b3L;

    private long hash = BASIS;

    void add(KunitEvent event) {
        text(event.getClass().getSimpleName());
        number(event.timeNs());
        switch (event) {
            case KunitEvent.RunStarted e -> number(e.suites());
            case KunitEvent.Message e -> text(e.text());
            case KunitEvent.Listed e -> text(e.line());
            case KunitEvent.SuiteStarted e -> text(e.suite().name());
            case KunitEvent.SuiteReady e -> text(e.suite().name());
            case KunitEvent.LogLine e -> text(e.line().text());
            case KunitEvent.CaseStarted e -> text(e.testCase().name());
            case KunitEvent.ParamsStarted e -> number(e.plan());
            case KunitEvent.ParamStarted e -> text(e.name());
            case KunitEvent.Failed e -> text(e.failure().text());
            case KunitEvent.ParamFinished e -> result(e.result());
            case KunitEvent.CaseFinished e -> result(e.result());
            case KunitEvent.SuiteFinished e -> text(e.status().name());
            case KunitEvent.RunFinished e -> text(e.status().name());
        }
    }

    long value() {
        return hash;
    }

    private void result(KunitEvent.Result result) {
        text(result.status().name());
        text(result.comment());
        number(result.durationNs());
    }

    private void text(String text) {
        for (int i = 0; i < text.length(); i++) {
            number(text.charAt(i));
        }
        number(-1);
    }

    private void number(long number) {
        hash = (hash ^ number) * PRIME;
    }
}
