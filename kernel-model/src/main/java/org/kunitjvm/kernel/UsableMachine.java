package org.kunitjvm.kernel;

import java.util.Collections;
import java.util.List;

import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.hw.MemoryRange;

/**
 * The part of a machine that a kernel of some configuration can use: one CPU without SMP, {@code NR_CPUS} CPUs with it,
 * and without NUMA all memory in one node. A configuration without {@code NR_CPUS} comes from Kconfig files that know
 * tests and no machine; it has all of it.
 */
final class UsableMachine {
    private static final String NR_CPUS = "NR_CPUS";
    private static final int LOCAL_DISTANCE = 10;

    private UsableMachine() {
    }

    static Machine of(Machine whole, KernelConfig config) {
        if (config.value(NR_CPUS) == null) {
            return whole;
        }
        int limit = config.isEnabled("SMP") ? (int) config.longValue(NR_CPUS, 1) : 1;
        Machine machine = limit < whole.cpus()
            ? new Machine(whole.cpuToNode().subList(0, limit), whole.memory(), whole.distances()) : whole;
        return config.isEnabled("NUMA") || machine.nodes() == 1 ? machine : inOneNode(machine);
    }

    private static Machine inOneNode(Machine machine) {
        List<MemoryRange> memory = machine.memory().stream()
            .map(range -> new MemoryRange(range.startPfn(), range.endPfn(), 0)).toList();
        return new Machine(Collections.nCopies(machine.cpus(), 0), memory, List.of(List.of(LOCAL_DISTANCE)));
    }
}
