package org.kunitjvm.kunit.run;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Initcalls;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.KernelBuilder;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.printk.LogRecord;
import org.kunitjvm.kernel.sched.RandomPolicy;
import org.kunitjvm.kernel.sched.RecordedPolicy;
import org.kunitjvm.kernel.sched.RoundRobinPolicy;
import org.kunitjvm.kernel.sched.Schedule;
import org.kunitjvm.kernel.sched.SchedulingPolicy;

/**
 * What kernels are booted from: the same options boot the same kernel, as often as one likes.
 *
 * @param config the configuration
 * @param cmdline the command line
 * @param machine the machine
 * @param seed for everything random, the switches between kthreads among it; {@code null} for round robin and seed 0
 * @param schedule the switches of an earlier run, to be repeated; then the seed does not choose them
 * @param initcalls where the initcalls come from
 */
public record BootOptions(KernelConfig config, String cmdline, Machine machine, @Nullable Long seed,
    @Nullable Schedule schedule, Initcalls initcalls) implements KernelFactory {
    /** Options of a kernel whose initcalls are found as services. */
    public BootOptions(KernelConfig config, String cmdline, Machine machine, @Nullable Long seed,
        @Nullable Schedule schedule) {
        this(config, cmdline, machine, seed, schedule, Initcalls.SERVICES);
    }

    @Override
    public Kernel boot(Consumer<LogRecord> console, boolean platformThreads) {
        return boot(policy(), console, platformThreads);
    }

    /** The same kernel, but with its kthreads switched as {@code policy} says; a policy serves one kernel. */
    public KernelFactory under(SchedulingPolicy policy) {
        return (console, platformThreads) -> boot(policy, console, platformThreads);
    }

    private Kernel boot(SchedulingPolicy policy, Consumer<LogRecord> console, boolean platformThreads) {
        KernelBuilder builder = Kernel.builder().config(config).cmdline(cmdline).machine(machine).policy(policy)
            .platformThreads(platformThreads).console(console)
            .initcalls(initcalls);
        if (seed != null) {
            builder.seed(seed);
        }
        return builder.build();
    }

    private SchedulingPolicy policy() {
        if (schedule != null) {
            return new RecordedPolicy(schedule);
        }
        return seed != null ? new RandomPolicy(seed) : new RoundRobinPolicy();
    }
}
