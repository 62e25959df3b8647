package org.kunitjvm.mm.mermap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.mmu.PageTable;
import org.kunitjvm.kernel.mmu.PageTableKunitSuites;
import org.kunitjvm.kernel.mmu.Pgprot;
import org.kunitjvm.kernel.sched.Explorer;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.RandomPolicy;
import org.kunitjvm.kernel.sched.SchedulingPolicy;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.sync.LockKunitSuites;

/**
 * The suites of this area pass however their kthreads interleave. A usual build tries 40 random schedules of each suite
 * and every schedule with one preemption of each case; the profile {@code all-schedules} tries 1,000 and every one with
 * two.
 */
final class MermapSchedulesTest {
    private static final int PFN = 0x800;
    private static final int RANDOM_RUNS = Integer.getInteger("kunitjvm.schedules", 40);
    private static final int PREEMPTIONS = Integer.getInteger("kunitjvm.preemptions", 1);
    private static final long ALL = 1_000_000;
    private static final String SUITES =
        "mermap,mermap_tlb,mermap_concurrency,mermap_lifetime,page_table,direct_map,lock_rules";

    /** The suites under test, by name. */
    private static Class<?> suite(String name) {
        return switch (name) {
            case "mermap" -> MermapKunit.class;
            case "mermap_tlb" -> MermapTlbKunit.class;
            case "mermap_concurrency" -> MermapConcurrencyKunit.class;
            case "mermap_lifetime" -> MermapLifetimeKunit.class;
            case "page_table" -> PageTableKunitSuites.PAGE_TABLE;
            case "direct_map" -> PageTableKunitSuites.DIRECT_MAP;
            case "lock_rules" -> LockKunitSuites.LOCK_RULES;
            default -> throw new IllegalArgumentException(name);
        };
    }

    @ParameterizedTest
    @MethodSource("suites")
    void suitesPassRoundRobinAndUnderRandomSchedules(String name) {
        SuiteRun usual = SuiteRun.of(suite(name), "");
        assertEquals(List.of(), usual.failures(), usual.output());
        assertFalse(usual.results().isEmpty(), usual.output());
        for (long seed = 1; seed <= RANDOM_RUNS; seed++) {
            long policySeed = seed;
            SuiteRun run = SuiteRun.of(suite(name), "", "*", () -> new RandomPolicy(policySeed));
            assertEquals(List.of(), run.failures(), "seed " + seed + "\n" + run.output());
            assertEquals(usual.results().keySet(), run.results().keySet(), "seed " + seed);
        }
    }

    static Stream<String> suites() {
        return Stream.of(SUITES.split(","));
    }

    /** No case has more than three kthreads of its own. */
    @ParameterizedTest
    @MethodSource("suites")
    void everyCasePassesUnderEveryScheduleWithFewPreemptions(String name) {
        for (String testCase : SuiteRun.of(suite(name), "").results().keySet()) {
            Explorer.Result result = new Explorer(PREEMPTIONS, ALL).exploreAll(policy -> {
                SuiteRun run = SuiteRun.of(suite(name), "", "*." + testCase, () -> policy);
                assertEquals(Set.of(testCase), run.results().keySet(), run.output());
                assertEquals(List.of(), run.failures(), run.output());
            });
            assertTrue(result.passed() && result.complete(), () -> name + "." + testCase + ": " + result);
        }
    }

    /** Workers on their CPUs get, read and put; the frames differ, so that a mixed-up mapping shows. */
    private static void workers(SchedulingPolicy policy, String cmdline, int rounds, int... cpus)
        throws ErrnoException {
        try (Kernel kernel = Kernel.builder().cpus(2).memory("64M").cmdline(cmdline).policy(policy)
            .initcalls(List.of(new MermapInitcall())).build()) {
            TestMermap mermap = TestMermap.of(kernel);
            MmStruct mm = kernel.sched().mmTable().alloc();
            mermap.mmPrepare(mm);
            List<Task> tasks = new ArrayList<>();
            for (int i = 0; i < cpus.length; i++) {
                int pfn = PFN + i;
                kernel.memory().writeInt((long) pfn << PageTable.PAGE_SHIFT, pfn);
                Task task = kernel.kthreads().createOnCpu("worker", cpus[i],
                    () -> work(kernel, mermap, mm, pfn, rounds));
                kernel.sched().wake(task);
                tasks.add(task);
            }
            for (Task task : tasks) {
                kernel.sched().join(task, Long.MAX_VALUE);
                if (task.deathCause() != null || task.exitCode() != 0) {
                    throw new AssertionError("a worker read " + task.exitCode(), task.deathCause());
                }
            }
            mm.mmput();
            assertEquals(0, kernel.warnings().count());
        }
    }

    private static int work(Kernel kernel, TestMermap mermap, MmStruct mm, int pfn, int rounds) {
        kernel.mmSwitch().use(mm);
        for (int i = 0; i < rounds; i++) {
            MermapAlloc alloc = mermap.getFrom(mm, pfn, PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL, false);
            assertNotNull(alloc);
            int read = kernel.mmu().readInt(alloc.addr());
            if (read != pfn) {
                return read;
            }
            mermap.putTo(mm, alloc);
        }
        kernel.mmSwitch().unuse(mm);
        return 0;
    }

    @Test
    @Tag("M-147")
    void twoWorkersPassUnderEveryScheduleWithTwoPreemptions() {
        for (int[] cpus : new int[][] {{0, 1}, {0, 0}}) {
            Explorer.Result result = new Explorer(2, ALL).exploreAll(policy -> workers(policy, "", 2, cpus));
            assertTrue(result.passed() && result.complete(), result.toString());
        }
    }

    @Test
    @Tag("M-147")
    void threeWorkersPassUnderEveryScheduleWithOnePreemption() {
        Explorer.Result result = new Explorer(1, ALL).exploreAll(policy -> workers(policy, "", 1, 0, 0, 1));
        assertTrue(result.passed() && result.complete(), result.toString());
    }

    @Test
    @Tag("M-147")
    void forgottenMigrateDisableIsFoundByNobodyWhoIsBoundAndThatIsRight() {
        // Tasks bound to one CPU cannot be moved: the mistake must not be reported where it does no harm.
        Explorer.Result result = new Explorer(1, ALL).exploreAll(policy -> workers(policy,
            "mermap.variant=latest,no-migrate-disable", 1, 0, 1));
        assertTrue(result.passed(), result.toString());
    }
}
