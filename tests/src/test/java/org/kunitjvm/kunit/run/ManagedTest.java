package org.kunitjvm.kunit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_SUPPRESSED_WARNING_COUNT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_SUPPRESSED_WARNING_COUNT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.slab.HeapObject;
import org.kunitjvm.kernel.slab.SimpleHeap;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.WarningSuppression;
import org.kunitjvm.kunit.resource.Action;

/** What a test asks the framework for is there while it runs and gone afterwards. */
final class ManagedTest {
    private static final int GFP_KERNEL = 0xcc0;
    private static final int PROT_READ = 1;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_ANONYMOUS = 0x20;

    private static Runs.Result passes(TestCase.Body body) {
        Runs.Result result = Runs.ofCase(body).run();
        assertEquals(KunitStatus.SUCCESS, result.of("test").status(), result.text());
        return result;
    }

    @Test
    @Tag("K-022")
    void actionsRunNewestFirstAsOftenAsTheyWereAdded() {
        List<String> ran = new ArrayList<>();
        Action<String> one = ran::add;
        Action<String> two = text -> ran.add("two " + text);
        passes(test -> {
            KUNIT_EXPECT_EQ(test, test.addAction(one, "a"), 0);
            test.addAction(two, "a");
            test.addAction(one, "a");
            test.addAction(one, "removed");
            test.removeAction(one, "removed");
            test.removeAction(one, "never added");
            test.addAction(two, "released");
            test.releaseAction(two, "released");
            test.releaseAction(one, "never added");
            KUNIT_EXPECT_EQ(test, ran.size(), 1);
            KUNIT_EXPECT_EQ(test, test.addActionOrReset(one, "last"), 0);
        });
        assertEquals(List.of("two released", "last", "a", "two a", "a"), ran);
    }

    private static void count(int[] counter) {
        counter[0]++;
    }

    private static void countTen(int[] counter) {
        counter[0] += 10;
    }

    @Test
    @Tag("K-022")
    void actionsAreToldApartByTheirFunctionAndTheirContext() {
        int[] counter = {0};
        int[] other = {0};
        List<String> one = new ArrayList<>();
        List<String> two = new ArrayList<>();
        passes(test -> {
            test.addAction(ManagedTest::count, counter);
            test.removeAction(ManagedTest::countTen, counter);
            test.removeAction(ManagedTest::count, other);
            test.removeAction(c -> c[0]++, counter);
            test.releaseAction(ManagedTest::count, counter);
            KUNIT_EXPECT_EQ(test, counter[0], 1);
            test.addAction(one::add, "x");
            test.removeAction(two::add, "x");
            test.addAction(two::add, "y");
            test.removeAction(two::add, "y");
        });
        assertEquals(1, counter[0]);
        assertEquals(List.of("x"), one);
        assertEquals(List.of(), two);
    }

    @Test
    @Tag("K-022")
    void actionOfNothingEndsTheCase() {
        Runs.Result result = Runs.ofCase(test -> test.addAction(null, "x")).run();
        assertTrue(result.text().contains("    Expected action != ((void *)0), but\n"
            + "        action == 0000000000000000\n"
            + "        ((void *)0) == 0000000000000000\nTried to action a NULL function!\n"), result.text());
    }

    @Test
    @Tag("K-023")
    void actionThatAbortsEndsTheCleanup() {
        List<String> ran = new ArrayList<>();
        Runs.Result result = Runs.ofCase(test -> {
            test.addAction(ran::add, "never run");
            test.kmalloc(16, GFP_KERNEL);
            test.addAction(t -> t.skip("in an action"), test);
            test.addAction(ran::add, "newest");
        }).run();
        assertEquals(List.of("newest"), ran);
        assertTrue(result.lines().contains("    # test: test aborted during cleanup. continuing without cleaning up"));
        assertEquals(KunitStatus.FAILURE, result.of("test").status());
    }

    @Test
    @Tag("K-019")
    void logCallsChooseLevelAndPrefix() {
        List<String> levels = new ArrayList<>();
        Runs.Result result = passes(test -> {
            test.info("i %d", 1);
            test.warn("w");
            test.err("100%%");
            test.printk(LogLevel.DEBUG, "d");
            test.log(LogLevel.NOTICE, "bare %s", "line");
        });
        result.only(KunitEvent.LogLine.class).forEach(e -> {
            levels.add(e.line().level() + e.line().text());
            assertTrue(e.fromKunit());
        });
        assertEquals(List.of("INFO    # test: i 1", "WARNING    # test: w", "ERR    # test: 100%", "DEBUG    # test: d",
            "NOTICEbare line"), levels);
    }

    @Test
    @Tag("K-024")
    void memoryIsGivenBackAtTheEnd() {
        Runs.Result result = passes(test -> {
            HeapObject object = test.kmalloc(32, GFP_KERNEL);
            KUNIT_ASSERT_NOT_NULL(test, object);
            KUNIT_EXPECT_EQ(test, object.size(), 32);
            HeapObject zeroed = test.kcalloc(3, 5, GFP_KERNEL);
            KUNIT_EXPECT_EQ(test, zeroed.bytes(), new byte[15]);
            KUNIT_EXPECT_EQ(test, test.kzalloc(4, GFP_KERNEL).bytes(), new byte[4]);
            KUNIT_EXPECT_NULL(test, test.kmallocArray(Long.MAX_VALUE, 4, GFP_KERNEL));
            KUNIT_EXPECT_NULL(test, test.kmalloc(5L << 20, GFP_KERNEL));
            test.kfree(object);
            KUNIT_EXPECT_TRUE(test, object.isFreed());
            test.kfree(object);
            test.kfree(null);
            KUNIT_EXPECT_FALSE(test, zeroed.isFreed());
        });
        Kernel kernel = result.kernels().getFirst();
        assertFalse(SimpleHeap.of(kernel) == null);
        assertEquals(List.of(), ((SimpleHeap) SimpleHeap.of(kernel)).leaksSince(Set.of()));
    }

    @Test
    @Tag("K-024")
    void stringsAreCopiedUnlessTheyAreConstant() {
        passes(test -> {
            HeapObject copy = test.kstrdup("text", GFP_KERNEL);
            KUNIT_EXPECT_STREQ(test, copy.string(), "text");
            KUNIT_EXPECT_EQ(test, copy.size(), 5);
            KUNIT_EXPECT_NULL(test, test.kstrdup(null, GFP_KERNEL));
            String constant = "constant";
            KUNIT_EXPECT_PTR_EQ(test, test.kstrdupConst(constant, GFP_KERNEL), constant);
            test.kfreeConst(constant);
            Object second = test.kstrdupConst(copy, GFP_KERNEL);
            KUNIT_EXPECT_TRUE(test, second != copy);
            test.kfreeConst(second);
            KUNIT_EXPECT_TRUE(test, ((HeapObject) second).isFreed());
        });
    }

    @Test
    void memoryThatIsNotManagedIsALeak() {
        Runs.Result result = Runs.ofCase(test -> SimpleHeap.of(test.kernel()).kmalloc(8, GFP_KERNEL)).run();
        // The heap was made by the case itself, so nothing was known of it before: it counts from the next case on.
        assertEquals(KunitStatus.SUCCESS, result.of("test").status());
        TestSuite suite = TestSuite.named("suite").cases(
            TestCase.of("first", test -> test.kmalloc(8, GFP_KERNEL)),
            TestCase.of("test", test -> SimpleHeap.of(test.kernel()).kmalloc(8, GFP_KERNEL)));
        Runs.Result leaking = Runs.of(suite).run();
        assertTrue(leaking.text().contains("    # test: leak: heap: 8 bytes at ffff8880"), leaking.text());
    }

    @Test
    @Tag("K-025")
    void addressSpaceLastsAsLongAsTheThread() {
        MmStruct[] seen = new MmStruct[2];
        TestSuite suite = TestSuite.named("suite").hooks(new TestSuite.Hooks() {
            @Override
            public void exit(Kunit test) {
                seen[1] = test.kernel().current().mm();
            }
        }).cases(TestCase.of("test", test -> {
            KUNIT_EXPECT_NULL(test, test.kernel().current().mm());
            KUNIT_EXPECT_EQ(test, test.attachMm(), 0);
            KUNIT_EXPECT_EQ(test, test.attachMm(), 0);
            seen[0] = test.kernel().current().mm();
            KUNIT_EXPECT_NOT_NULL(test, seen[0]);
        }));
        Runs.Result result = Runs.of(suite).run();
        assertEquals(KunitStatus.SUCCESS, result.of("test").status(), result.text());
        assertEquals(0, seen[0].mmUsers());
        assertEquals(null, seen[1]);
        assertEquals(List.of(), result.kernels().getFirst().sched().mmTable().live());
    }

    @Test
    @Tag("K-025")
    void memoryIsMappedIntoTheSpaceOfTheTestThread() {
        StringBuilder text = new StringBuilder();
        KunitExecutor executor = new KunitExecutor(
            (console, platform) -> Kernel.builder().memory("256M").console(console).build(), KunitOptions.DEFAULT,
                KtapWriter.to(text));
        TestSuite suite = TestSuite.named("suite").cases(TestCase.of("test", test -> {
            long address = test.vmMmap(null, 0, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, 0);
            KUNIT_EXPECT_TRUE(test, address > 0);
            KUNIT_EXPECT_EQ(test, address % 4096, 0);
            KUNIT_EXPECT_EQ(test, test.vmMmap(null, 0, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, 0), -22);
        }));
        assertEquals(KunitStatus.SUCCESS, executor.run(List.of(suite)), text::toString);
        assertEquals(0, passes(test -> KUNIT_EXPECT_EQ(test, test.vmMmap(null, 0, 4096, PROT_READ, MAP_PRIVATE, 0), 0))
            .only(KunitEvent.Failed.class).size());
    }

    @Test
    @Tag("K-030")
    void irqTestCallsTheFunctionInAllThreeContexts() {
        boolean[] contexts = new boolean[3];
        passes(test -> test.runIrqTest(state -> {
            int context = test.kernel().preempt().inHardirq() ? 0 : test.kernel().preempt().inServingSoftirq() ? 1 : 2;
            contexts[context] = true;
            return state.length() == 5;
        }, 1000, "state"));
        assertEquals("true true true", contexts[0] + " " + contexts[1] + " " + contexts[2]);
    }

    @Test
    @Tag("K-030")
    void irqTestTellsTheContextThatFailed() {
        String text = Runs.ofCase(test -> test.runIrqTest(state -> !test.kernel().preempt().inHardirq(), 1000,
            "")).run().text();
        assertTrue(text.contains("\nFailure reported from hardirq context\n"), text);
        assertFalse(text.contains("task context") || text.contains("softirq context"), text);
        String endless = Runs.ofCase(test -> {
            test.kernel().preempt().localIrqDisable();
            test.runIrqTest(_ -> true, 10, "");
            test.kernel().preempt().localIrqEnable();
        }).run().text();
        assertTrue(endless.contains("\nTimer function was not called\n"), endless);
        assertTrue(endless.contains("\nBH work function was not called\n"), endless);
    }

    @Test
    @Tag("K-033")
    void expectedWarningsAreSwallowedAndCounted() {
        Runs.Result result = passes(test -> {
            try (WarningSuppression expected = test.suppressWarnings()) {
                KUNIT_EXPECT_TRUE(test, test.hasActiveSuppression());
                test.kernel().warnings().warnOn(true);
                test.kernel().warnings().warn("again");
                KUNIT_EXPECT_SUPPRESSED_WARNING_COUNT(test, expected, 2);
            }
            KUNIT_EXPECT_FALSE(test, test.hasActiveSuppression());
            test.kernel().warnings().warn("to be seen");
            WarningSuppression untilCleanup = test.suppressWarnings();
            KUNIT_ASSERT_SUPPRESSED_WARNING_COUNT(test, untilCleanup, 0);
            test.kernel().kthreads().run("other", () -> {
                test.kernel().warnings().warn("of another task");
                return 0;
            });
            test.kernel().sched().msleep(1);
            KUNIT_EXPECT_EQ(test, untilCleanup.count(), 0);
        });
        assertEquals(2, result.kernels().getFirst().warnings().count());
        result.kernels().getFirst().warnings().warn("after the test");
        assertEquals(3, result.kernels().getFirst().warnings().count());
    }

    @Test
    @Tag("K-033")
    void suppressionsDoNotNest() {
        String text = Runs.ofCase(test -> {
            test.suppressWarnings();
            test.suppressWarnings();
        }).run().text();
        assertTrue(text.contains("\nAnother suppression block is already active\n"), text);
    }
}
