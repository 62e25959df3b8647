package org.kunitjvm.kunit.suites;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;

import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitLog;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.SuiteContext;

/** What a test logs goes to the console and, with debugfs, to its buffer, each entry on a line of its own. */
@KunitSuite(value = "kunit-log-test", config = "KUNIT_TEST", module = "kunit_test", link = 22)
final class KunitLogKunit {
    @KunitCase
    void kunitLogTest(Kunit test) {
        KunitLog caseLog = test.log() == null ? null : new KunitLog();
        KunitLog suiteLog = test.log() == null ? null : new KunitLog();
        Kunit inner = test.fake("testing_test", caseLog);
        SuiteContext suite = new SuiteContext(test.environment(), "testing_suite", suiteLog);

        inner.log(LogLevel.INFO, "put this in log.");
        inner.log(LogLevel.INFO, "this too.");
        suite.log(LogLevel.INFO, "add to suite log.");
        suite.log(LogLevel.INFO, "along with this.");

        if (caseLog == null || suiteLog == null) {
            KUNIT_EXPECT_NULL(test, inner.log());
            KUNIT_EXPECT_NULL(test, suite.log());
            return;
        }
        KUNIT_EXPECT_TRUE(test, caseLog.toString().contains("put this in log."));
        KUNIT_EXPECT_TRUE(test, caseLog.toString().contains("this too."));
        KUNIT_EXPECT_TRUE(test, suiteLog.toString().contains("add to suite log."));
        KUNIT_EXPECT_TRUE(test, suiteLog.toString().contains("along with this."));
        KUNIT_EXPECT_NOT_NULL(test, inner.log());
    }

    @KunitCase
    void kunitLogNewlineTest(Kunit test) {
        test.info("Add newline");
        KunitLog log = test.log();
        if (log == null) {
            throw test.skip("only useful when debugfs is enabled");
        }
        KUNIT_EXPECT_TRUE(test, log.toString().contains("Add newline\n"));
    }
}
