package org.kunitjvm.kunit.cli;

import java.util.function.Consumer;

import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.run.KunitEvent;
import org.kunitjvm.kunit.run.Stats;
import org.kunitjvm.kunit.run.StatsMode;
import org.kunitjvm.kunit.run.TestSuite;

/**
 * Makes one suite of parts that ran on kernels of their own: a suite whose cases may run at the same time has a part
 * for each of them. What suite_init logs is heard once, from the first part, and what suite_exit logs from the last. A
 * suite that is whole is one part.
 */
final class JoinedSuite {
    private final TestSuite whole;
    private final int number;
    private final int parts;
    private final StatsMode stats;
    private final Consumer<TimedEvent> to;
    private Stats cases = Stats.NONE;
    private Stats totals = Stats.NONE;
    private KunitStatus status = KunitStatus.SKIPPED;
    private Phase phase = Phase.SETUP;
    private int part;
    private boolean over;

    /** Where the present part is. */
    private enum Phase { SETUP, CASES, TEARDOWN }

    /**
     * Join.
     *
     * @param number of the suite in the run
     * @param parts how many parts there are
     */
    JoinedSuite(TestSuite whole, int number, int parts, StatsMode stats, Consumer<TimedEvent> to) {
        this.whole = whole;
        this.number = number;
        this.parts = parts;
        this.stats = stats;
        this.to = to;
    }

    /** What came of all parts so far, with parameters counted one by one. */
    Stats totals() {
        return totals;
    }

    /** What came of the suite. */
    KunitStatus status() {
        return status;
    }

    /** Whether nothing more can come: it could not be set up. */
    boolean isOver() {
        return over;
    }

    /** Take in an event of the present part. */
    void add(TimedEvent timed) {
        KunitEvent event = timed.event();
        // No switch over types: its first use costs a short run several milliseconds.
        if (event instanceof KunitEvent.SuiteStarted e) {
            phase = Phase.SETUP;
            if (part == 0) {
                tell(timed, new KunitEvent.SuiteStarted(e.timeNs(), parts == 1 ? e.suite() : whole, number));
            }
        } else if (event instanceof KunitEvent.SuiteReady e) {
            phase = Phase.CASES;
            if (part == 0) {
                tell(timed, new KunitEvent.SuiteReady(e.timeNs(), parts == 1 ? e.suite() : whole, number));
            }
        } else if (event instanceof KunitEvent.LogLine) {
            boolean heard = phase == Phase.CASES || phase == Phase.SETUP && part == 0
                || phase == Phase.TEARDOWN && part == parts - 1;
            if (heard) {
                to.accept(timed);
            }
        } else if (event instanceof KunitEvent.CaseStarted e) {
            tell(timed, new KunitEvent.CaseStarted(e.timeNs(), e.suite(), e.testCase(), e.number() + part));
        } else if (event instanceof KunitEvent.CaseFinished e) {
            phase = parts == 1 ? Phase.CASES : Phase.TEARDOWN;
            tell(timed, new KunitEvent.CaseFinished(e.timeNs(), e.suite(), e.testCase(), e.number() + part,
                e.result(), e.params(), e.printStats()));
        } else if (event instanceof KunitEvent.SuiteFinished e) {
            finish(timed, e);
        } else {
            to.accept(timed);
        }
    }

    private void finish(TimedEvent timed, KunitEvent.SuiteFinished e) {
        cases = cases.plus(e.cases());
        totals = totals.plus(e.totals());
        boolean stillborn = e.cases().total() == 0;
        part++;
        if (part < parts && !stillborn) {
            return;
        }
        over = true;
        if (parts == 1) {
            status = e.status();
            tell(timed, new KunitEvent.SuiteFinished(e.timeNs(), e.suite(), number, status, cases, totals,
                e.printCases(), e.printTotals()));
            return;
        }
        status = stillborn ? e.status() : cases.status();
        tell(timed, new KunitEvent.SuiteFinished(e.timeNs(), whole, number, status, cases, totals,
            !stillborn && stats.prints(whole.cases().size()), !stillborn && stats.prints(totals.total())));
    }

    private void tell(TimedEvent timed, KunitEvent event) {
        to.accept(new TimedEvent(event, timed.hostNanos()));
    }
}
