package org.kunitjvm.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.hw.Machine;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to boot a machine with memory and to shut it down again. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BootBench {
    private static final long GIB = 1L << 30;

    private static int boot(List<Integer> cpuToNode, List<Long> nodeBytes) {
        try (Kernel kernel = Kernel.builder().machine(Machine.numa(cpuToNode, nodeBytes)).build()) {
            return kernel.log().records().size();
        }
    }

    /** 4 GiB in two nodes, a CPU in each. */
    @Benchmark
    public int twoNodes4GiB() {
        return boot(List.of(0, 1), List.of(2 * GIB, 2 * GIB));
    }

    /** 64 GiB in one node. */
    @Benchmark
    public int oneNode64GiB() {
        return boot(List.of(0, 0), List.of(64 * GIB));
    }

    /** 1 TiB in one node. */
    @Benchmark
    public int oneNode1TiB() {
        return boot(List.of(0, 0), List.of(1024 * GIB));
    }
}
