package org.kunitjvm.kunit.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.KunitStatus;

/** The directory of suites with their latest results. Models {@code /sys/kernel/debug/kunit} (lib/kunit/debugfs.c). */
public final class KunitDebugfs {
    /** What reading a {@code run} file gives; the path in it is upstream's own. */
    public static final String RUN_TEXT = "Write to this file to trigger the test suite to run.\n"
        + "usage: echo \"any string\" > /sys/kernel/debugfs/kunit/<suite>/run\n";

    private final KunitExecutor executor;
    private final Map<String, SuiteRecord> records = new LinkedHashMap<>();

    KunitDebugfs(KunitExecutor executor) {
        this.executor = executor;
    }

    /** The suites that were run or could be, in order. */
    public synchronized List<String> suites() {
        return new ArrayList<>(records.keySet());
    }

    /** The {@code results} file of a suite, or {@code null} if there is no such suite. */
    public synchronized @Nullable String results(String suite) {
        SuiteRecord found = records.get(suite);
        return found == null ? null : found.results();
    }

    /** Whether the suite has a {@code run} file: init suites cannot run again. */
    public synchronized boolean canRun(String suite) {
        SuiteRecord found = records.get(suite);
        return found != null && !found.suite().isInit();
    }

    /**
     * Run a suite again, as writing to its {@code run} file does.
     *
     * @return its status, or {@code null} if it has no {@code run} file
     */
    public @Nullable KunitStatus run(String suite) {
        SuiteRecord found;
        synchronized (this) {
            found = records.get(suite);
        }
        return found == null || found.suite().isInit() ? null : executor.rerun(found.suite());
    }

    synchronized SuiteRecord register(TestSuite suite) {
        SuiteRecord known = records.get(suite.name());
        if (known == null || known.suite() != suite) {
            known = new SuiteRecord(suite);
            records.put(suite.name(), known);
        }
        return known;
    }

    synchronized void forget(String suite) {
        records.remove(suite);
    }
}
