package org.kunitjvm.kernel.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * One {@code T} for each possible CPU. Models {@code DEFINE_PER_CPU} and the accessors of include/linux/percpu-defs.h.
 *
 * @param <T> what each CPU has
 */
public final class PerCpu<T> {
    private final CurrentCpu current;
    private final List<T> slots;

    /** Make the instance of each of {@code nrCpus} CPUs. */
    public PerCpu(CurrentCpu current, int nrCpus, IntFunction<? extends T> init) {
        this.current = current;
        List<T> made = new ArrayList<>(nrCpus);
        for (int cpu = 0; cpu < nrCpus; cpu++) {
            made.add(init.apply(cpu));
        }
        this.slots = made;
    }

    /** This CPU's instance; the caller must not be migratable ({@code this_cpu_ptr}). */
    public T thisCpu() {
        return slots.get(current.smpProcessorId());
    }

    /** This CPU's instance, unchecked ({@code raw_cpu_ptr}). */
    public T rawThisCpu() {
        return slots.get(current.rawSmpProcessorId());
    }

    /** The instance of {@code cpu} ({@code per_cpu_ptr}); the caller must hold whatever protects it. */
    public T of(int cpu) {
        return slots.get(cpu);
    }

    /** How many CPUs have an instance. */
    public int size() {
        return slots.size();
    }
}
