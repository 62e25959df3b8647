package org.kunitjvm.mm.lru;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_LT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_FAIL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_FAIL_AND_ABORT;
import static org.kunitjvm.mm.vma.Mman.MCL_CURRENT;
import static org.kunitjvm.mm.vma.Mman.MCL_FUTURE;
import static org.kunitjvm.mm.vma.Mman.MCL_ONFAULT;
import static org.kunitjvm.mm.vma.Mman.MLOCK_ONFAULT;
import static org.kunitjvm.mm.vma.Mman.PAGE_SIZE;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.KernelCommandLine;
import org.kunitjvm.kernel.sched.RoundRobinPolicy;
import org.kunitjvm.kernel.sched.Schedule;
import org.kunitjvm.kernel.sched.SchedulePlan;
import org.kunitjvm.kernel.sched.ScheduleSearch;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;

/**
 * The 13 results of the selftest mlock2-tests, each a case, and the race that made an older version of it fail now and
 * then.
 *
 * <p>{@code kunit.schedules=all:2} lets the race be run under every schedule with at most two preemptions instead of
 * under round-robin alone, {@code kunit.schedule=CHECK/SCHEDULE} replays one.
 */
@KunitSuite(value = "mlock2", config = "MLOCK_KUNIT_TEST")
final class Mlock2Kunit {
    private static final int TWO = 2;
    private static final int THREE = 3;

    // test_mlock_lock

    @KunitCase
    void mlockLockLocked(Kunit test) {
        MlockFixture process = new MlockFixture(test);
        long addr = process.mapPages(TWO);
        process.ok(() -> process.space.mlock2(addr, TWO * PAGE_SIZE, 0));
        KUNIT_EXPECT_TRUE(test, process.isLockedVma(addr));
        KUNIT_EXPECT_EQ(test, process.smapsKb(addr, "Rss"), process.smapsKb(addr, "Size"));
    }

    @KunitCase
    void mlockLockUnlocked(Kunit test) {
        MlockFixture process = new MlockFixture(test);
        long addr = process.mapPages(TWO);
        process.ok(() -> process.space.mlock2(addr, TWO * PAGE_SIZE, 0));
        process.ok(() -> process.space.munlock(addr, TWO * PAGE_SIZE));
        KUNIT_EXPECT_FALSE(test, process.isLockedVma(addr));
    }

    // test_mlock_onfault

    @KunitCase
    void mlockOnfaultLocked(Kunit test) {
        MlockFixture process = new MlockFixture(test);
        long addr = process.mapPages(TWO);
        process.ok(() -> process.space.mlock2(addr, TWO * PAGE_SIZE, MLOCK_ONFAULT));
        process.write(addr);
        KUNIT_EXPECT_TRUE(test, process.isLockedVma(addr));
        KUNIT_EXPECT_LT(test, process.smapsKb(addr, "Rss"), process.smapsKb(addr, "Size"));
    }

    @KunitCase
    void mlockOnfaultUnlocked(Kunit test) {
        MlockFixture process = new MlockFixture(test);
        long addr = process.mapPages(TWO);
        process.ok(() -> process.space.mlock2(addr, TWO * PAGE_SIZE, MLOCK_ONFAULT));
        process.write(addr);
        process.ok(() -> process.space.munlock(addr, TWO * PAGE_SIZE));
        KUNIT_EXPECT_FALSE(test, process.isLockedVma(addr));
        KUNIT_EXPECT_FALSE(test, process.isLockedVma(addr + PAGE_SIZE));
    }

    // test_munlockall0

    @KunitCase
    void munlockall0Locked(Kunit test) {
        MlockFixture process = new MlockFixture(test);
        long addr = process.mapPages(TWO);
        process.ok(() -> process.space.mlockall(MCL_CURRENT));
        KUNIT_EXPECT_TRUE(test, process.isFullyLocked(addr));
    }

    @KunitCase
    void munlockall0Unlocked(Kunit test) {
        MlockFixture process = new MlockFixture(test);
        long addr = process.mapPages(TWO);
        process.ok(() -> process.space.mlockall(MCL_CURRENT));
        process.ok(process.space::munlockall);
        KUNIT_EXPECT_FALSE(test, process.isLockedVma(addr));
    }

    // test_munlockall1

    @KunitCase
    void munlockall1LockedOnfault(Kunit test) {
        MlockFixture process = new MlockFixture(test);
        long addr = lockAllOnFault(process);
        KUNIT_EXPECT_TRUE(test, process.isLockedVma(addr));
        KUNIT_EXPECT_LT(test, process.smapsKb(addr, "Rss"), process.smapsKb(addr, "Size"));
    }

    @KunitCase
    void munlockall1UnlockedOnfault(Kunit test) {
        MlockFixture process = new MlockFixture(test);
        long addr = lockAllOnFault(process);
        process.ok(process.space::munlockall);
        KUNIT_EXPECT_FALSE(test, process.isLockedVma(addr));
    }

    @KunitCase
    void munlockall1Locked(Kunit test) {
        MlockFixture process = new MlockFixture(test);
        long addr = lockAllOnFault(process);
        process.ok(process.space::munlockall);
        process.ok(() -> process.space.mlockall(MCL_CURRENT | MCL_FUTURE));
        KUNIT_EXPECT_TRUE(test, process.isFullyLocked(addr));
    }

    @KunitCase
    void munlockall1Unlocked(Kunit test) {
        MlockFixture process = new MlockFixture(test);
        long addr = lockAllOnFault(process);
        process.ok(process.space::munlockall);
        process.ok(() -> process.space.mlockall(MCL_CURRENT | MCL_FUTURE));
        process.ok(process.space::munlockall);
        KUNIT_EXPECT_FALSE(test, process.isLockedVma(addr));
    }

    private static long lockAllOnFault(MlockFixture process) {
        long addr = process.mapPages(TWO);
        process.ok(() -> process.space.mlockall(MCL_CURRENT | MCL_ONFAULT));
        process.write(addr);
        return addr;
    }

    // test_lock_onfault_of_present

    @KunitCase
    void lockOnfaultOfPresent(Kunit test) {
        MlockFixture process = new MlockFixture(test);
        long addr = process.mapPages(TWO);
        process.write(addr);
        process.ok(() -> process.space.mlock2(addr, TWO * PAGE_SIZE, MLOCK_ONFAULT));
        KUNIT_EXPECT_TRUE(test, process.isLockedOnFault(addr));
    }

    // test_vma_management

    @KunitCase
    void vmaManagement(Kunit test) {
        MlockFixture process = new MlockFixture(test);
        long addr = process.mapPages(THREE);
        process.ok(() -> process.space.mlock2(addr, THREE * PAGE_SIZE, MLOCK_ONFAULT));
        expectSplitsAndMerges(process, addr);
    }

    // test_mlockall

    @KunitCase
    void mlockallVmaManagement(Kunit test) {
        MlockFixture process = new MlockFixture(test);
        process.ok(() -> process.space.mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT));
        expectSplitsAndMerges(process, process.mapPages(THREE));
        process.ok(process.space::munlockall);
    }

    private static void expectSplitsAndMerges(MlockFixture process, long addr) {
        KUNIT_EXPECT_STREQ(process.test, process.areas(addr, THREE), "0-3");
        process.ok(() -> process.space.munlock(addr + PAGE_SIZE, PAGE_SIZE));
        KUNIT_EXPECT_STREQ(process.test, process.areas(addr, THREE), "0-1 1-2 2-3");
        process.ok(() -> process.space.munlock(addr, THREE * PAGE_SIZE));
        KUNIT_EXPECT_STREQ(process.test, process.areas(addr, THREE), "0-3");
    }

    // The race.

    static List<MlockRace.Check> checks() {
        return List.of(MlockRace.Check.values());
    }

    @KunitCase(params = "checks", explores = true)
    void unevictableAfterFault(Kunit test, MlockRace.Check check) {
        MlockRace race = new MlockRace(check, batchSize(test.kernel().cmdline()));
        String schedule = test.kernel().cmdline().get("kunit.schedule");
        String schedules = test.kernel().cmdline().get("kunit.schedules");
        if (schedule != null) {
            replay(test, race, check, schedule);
        } else if (schedules != null) {
            search(test, race, check, ScheduleSearch.of(SchedulePlan.parse(schedules, 0)));
        } else {
            KUNIT_EXPECT_STREQ(test, outcome(race.run(new RoundRobinPolicy(), () -> { })), "passed");
        }
    }

    private static void replay(Kunit test, MlockRace race, MlockRace.Check check, String text) {
        int slash = text.indexOf('/');
        String wanted = text.substring(0, Math.max(0, slash));
        if (checks().stream().noneMatch(known -> known.toString().equals(wanted))) {
            KUNIT_FAIL_AND_ABORT(test, "--schedule=%s: no check '%s'; there are %s", text, wanted, checks());
        }
        if (!wanted.equals(check.toString())) {
            test.skip("--schedule=%s is for another check", text);
        }
        Schedule schedule = Schedule.parse(text.substring(slash + 1));
        test.info("%s: what each CPU did, a column per kthread", check);
        test.info("%s", race.table(schedule));
        KUNIT_EXPECT_STREQ(test, outcome(race.replay(schedule)), "passed");
    }

    private static void search(Kunit test, MlockRace race, MlockRace.Check check, ScheduleSearch search) {
        ScheduleSearch.Found found = search.run(race);
        Schedule failing = found.shortest();
        test.info("%s (%s): %s%s", check, search, found, failing == null ? ""
            : "; replay: --schedule=" + check + "/" + failing);
        if (failing != null) {
            test.info("%s: what each CPU did, a column per kthread", check);
            test.info("%s", race.table(failing));
            KUNIT_FAIL(test, "%s; replay: --schedule=%s/%s", outcome(found.failure()), check, failing);
        }
    }

    private static String outcome(@Nullable String failure) {
        return failure == null ? "passed" : failure;
    }

    private static int batchSize(KernelCommandLine cmdline) {
        String size = cmdline.get("pagevec_size");
        return size == null ? Lru.PAGEVEC_SIZE : Integer.parseInt(size);
    }
}
