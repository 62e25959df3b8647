package org.kunitjvm.kunit.run;

import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.LogRecord;
import org.kunitjvm.kunit.KunitFailure;
import org.kunitjvm.kunit.KunitStatus;

/**
 * What happens in a run, in order. Each event has the virtual time of the kernel it happened in, 0 outside of every
 * kernel. Listeners are called by one thread at a time, and never for a kernel that was abandoned.
 */
public sealed interface KunitEvent {
    /** Nanoseconds since the boot of the kernel. */
    long timeNs();

    /** A run of {@code suites} suites begins. */
    record RunStarted(long timeNs, int suites) implements KunitEvent {
    }

    /** The executor says something outside of every suite: that a filter is wrong, that KUnit is disabled. */
    record Message(long timeNs, LogLevel level, String text) implements KunitEvent {
    }

    /** A line of a listing instead of a run. */
    record Listed(long timeNs, String line) implements KunitEvent {
    }

    /** A suite is about to be set up. */
    record SuiteStarted(long timeNs, TestSuite suite, int number) implements KunitEvent {
    }

    /** A suite was set up; its cases follow. */
    record SuiteReady(long timeNs, TestSuite suite, int number) implements KunitEvent {
    }

    /**
     * The kernel wrote to its log.
     *
     * @param fromKunit whether KUnit wrote it
     * @param atBoot whether the kernel was still booting, which is before the suite and no part of the KTAP text
     */
    record LogLine(LogRecord line, boolean fromKunit, boolean atBoot) implements KunitEvent {
        @Override
        public long timeNs() {
            return line.timeNs();
        }
    }

    /** A case begins. */
    record CaseStarted(long timeNs, TestSuite suite, TestCase testCase, int number) implements KunitEvent {
    }

    /** The parameters of a case follow; {@code plan} is their number, or -1 if it is not announced. */
    record ParamsStarted(long timeNs, TestSuite suite, TestCase testCase, int plan) implements KunitEvent {
    }

    /** A parameter begins. */
    record ParamStarted(long timeNs, TestSuite suite, TestCase testCase, int number, String name)
        implements KunitEvent {
    }

    /** Something made the running case fail; its text was logged before. */
    record Failed(long timeNs, TestSuite suite, TestCase testCase, KunitFailure failure) implements KunitEvent {
    }

    /** A parameter ended. */
    record ParamFinished(long timeNs, TestSuite suite, TestCase testCase, int number, String name, Result result)
        implements KunitEvent {
    }

    /** A case ended. {@code params} are the results of its parameters, or its own result if it has none. */
    record CaseFinished(long timeNs, TestSuite suite, TestCase testCase, int number, Result result, Stats params,
        boolean printStats) implements KunitEvent {
    }

    /**
     * A suite ended.
     *
     * @param cases results of the cases
     * @param totals results with parameters counted one by one
     */
    record SuiteFinished(long timeNs, TestSuite suite, int number, KunitStatus status, Stats cases, Stats totals,
        boolean printCases, boolean printTotals) implements KunitEvent {
    }

    /** The run is over. */
    record RunFinished(long timeNs, KunitStatus status, Stats totals) implements KunitEvent {
    }

    /**
     * How a case or parameter ended.
     *
     * @param comment why it was skipped, else empty
     * @param durationNs virtual time of the body
     */
    record Result(KunitStatus status, String comment, long durationNs) {
    }
}
