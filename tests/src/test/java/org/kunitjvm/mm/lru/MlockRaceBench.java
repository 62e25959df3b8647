package org.kunitjvm.mm.lru;

import java.util.concurrent.TimeUnit;

import org.kunitjvm.kernel.sched.SchedulePlan;
import org.kunitjvm.kernel.sched.ScheduleSearch;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many schedules of the mlock race are explored per second, each on a kernel of its own. The host has one
 * processor.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(value = 1, jvmArgsAppend = {"-XX:ActiveProcessorCount=1", "-XX:+UseSerialGC"})
public class MlockRaceBench {
    private static final int PREEMPTIONS = 1;

    /** Name of a {@link MlockRace.Check}. */
    @Param({"HISTORICAL", "SCHED_YIELD", "COMPACT_MEMORY", "TOLERANT"})
    public String check = "HISTORICAL";

    /** What is counted besides whole searches. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Counters {
        /** Distinct schedules that were run. */
        public long schedules;
    }

    /** Every schedule with at most one preemption. */
    @Benchmark
    public long search(Counters counters) {
        MlockRace race = new MlockRace(MlockRace.Check.valueOf(check), Lru.PAGEVEC_SIZE);
        ScheduleSearch.Found found = ScheduleSearch.of(SchedulePlan.all(PREEMPTIONS, Long.MAX_VALUE)).run(race);
        counters.schedules += found.schedules();
        return found.failing();
    }
}
