package org.kunitjvm.kunit.run;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kunit.KunitLog;
import org.kunitjvm.kunit.KunitStatus;

/**
 * What is kept of the latest run of a suite: logs and results. Models what lib/kunit/debugfs.c shows in {@code
 * results}.
 */
final class SuiteRecord {
    private final TestSuite suite;
    private final KunitLog suiteLog = new KunitLog();
    private final List<KunitLog> caseLogs = new ArrayList<>();
    private KunitStatus status;

    SuiteRecord(TestSuite suite) {
        this.suite = suite;
        suite.cases().forEach(_ -> caseLogs.add(new KunitLog()));
        // Cases that never ran count as passed, so only an empty suite starts as skipped.
        this.status = suite.cases().isEmpty() ? KunitStatus.SKIPPED : KunitStatus.SUCCESS;
    }

    TestSuite suite() {
        return suite;
    }

    KunitLog suiteLog() {
        return suiteLog;
    }

    KunitLog caseLog(int index) {
        return caseLogs.get(index);
    }

    void setStatus(KunitStatus newStatus) {
        status = newStatus;
    }

    /** The text of {@code /sys/kernel/debug/kunit/<suite>/results}. */
    String results() {
        StringBuilder out = new StringBuilder();
        out.append(KtapLines.VERSION).append('\n').append(KtapLines.plan(1)).append('\n');
        out.append(KtapLines.INDENT).append(KtapLines.VERSION).append('\n');
        out.append(KtapLines.INDENT).append(KtapLines.subtest(suite.name())).append('\n');
        out.append(KtapLines.INDENT).append(KtapLines.plan(suite.cases().size())).append('\n');
        caseLogs.forEach(out::append);
        out.append(suiteLog);
        String result = status == KunitStatus.FAILURE ? "not ok 1 " : "ok 1 ";
        return out.append(result).append(suite.name()).append('\n').toString();
    }
}
