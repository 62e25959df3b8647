package org.kunitjvm.mm.lru;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.Locale;

import com.sun.management.OperatingSystemMXBean;
import org.kunitjvm.kernel.sched.ScheduleSearch;

/**
 * Measures how many schedules of the mlock race are explored per second, each on a kernel of its own. Not a test: run {@code main}, on
 * one core with {@code taskset -c 0 java -XX:+UseSerialGC}.
 */
final class MlockRaceBench {
    private static final int ROUNDS = 3;
    private static final int PREEMPTIONS = 2;

    private MlockRaceBench() {
    }

    /** Print the table. The first round warms up. */
    public static void main(String[] args) {
        PrintStream out = System.out;
        for (int round = 1; round <= ROUNDS; round++) {
            for (MlockRace.Check check : MlockRace.Check.values()) {
                MlockRace race = new MlockRace(check, Lru.PAGEVEC_SIZE);
                long start = System.nanoTime();
                long cpuStart = cpuNanos();
                ScheduleSearch.Found found = ScheduleSearch.all(PREEMPTIONS, Long.MAX_VALUE).run(race);
                double seconds = (System.nanoTime() - start) / 1e9;
                double cpuSeconds = (cpuNanos() - cpuStart) / 1e9;
                out.printf(Locale.ROOT, "round %d, %-14s %s; %.0f schedules/s, %.0f per second of CPU time%n", round, check, found,
                    found.schedules() / seconds, found.schedules() / cpuSeconds);
            }
        }
    }

    /** CPU time of all threads: on a machine that does other things, too, it says more than the clock. */
    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }
}
