package org.kunitjvm.kunit.run;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.KunitStatus;

/**
 * How far a suite has come, kept apart from the kernel that it runs on: when that kernel has to be thrown away, a
 * successor goes on with a copy of this.
 */
final class SuiteProgress {
    /** What is going on. */
    enum Stage { SETUP, CASES, TEARDOWN, DONE }

    final TestSuite suite;
    final int number;
    final SuiteRecord results;
    Stage stage = Stage.SETUP;
    boolean announced;
    boolean ready;
    int nextCase;
    Stats cases = Stats.NONE;
    Stats totals = Stats.NONE;
    boolean inCase;
    @Nullable String paramName;
    int paramNumber;
    Stats params = Stats.NONE;

    SuiteProgress(TestSuite suite, int number, SuiteRecord results) {
        this.suite = suite;
        this.number = number;
        this.results = results;
    }

    /** The state from which another kernel goes on, once the case that ran has been accounted for. */
    SuiteProgress successor() {
        SuiteProgress copy = new SuiteProgress(suite, number, results);
        copy.announced = announced;
        copy.ready = ready;
        copy.nextCase = nextCase;
        copy.cases = cases;
        copy.totals = totals;
        return copy;
    }

    TestCase currentCase() {
        return suite.cases().get(nextCase);
    }

    void startCase() {
        inCase = true;
        paramName = null;
        params = Stats.NONE;
    }

    void finishCase(KunitStatus status) {
        inCase = false;
        nextCase++;
        cases = cases.plus(status);
        totals = totals.plus(params);
    }
}
