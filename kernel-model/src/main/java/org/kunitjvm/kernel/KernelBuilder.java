package org.kunitjvm.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.hw.MemorySize;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.LogRecord;
import org.kunitjvm.kernel.sched.RoundRobinPolicy;
import org.kunitjvm.kernel.sched.SchedulingPolicy;

/**
 * Describes a kernel and the machine that it boots on. The default machine is a PC with 2 CPUs and 4 GiB in one node.
 */
public final class KernelBuilder {
    private static final List<String> OWN_PARAMS = List.of("kunit.*", "kunit_shutdown", "console", "mem", "root",
        "init", "quiet", "no5lvl", "nokaslr", "nopcid", "rodata", "panic", "oops", "loglevel", "ro", "rw");

    private KernelConfig config = KernelConfig.defconfig();
    private KernelCommandLine cmdline = KernelCommandLine.EMPTY;
    private @Nullable Machine machine;
    private int cpus = 2;
    private String memory = "4G";
    private SchedulingPolicy policy = new RoundRobinPolicy();
    private boolean platformThreads;
    private long seed;
    private @Nullable List<Initcall> initcalls;
    private Initcalls programInitcalls = Initcalls.SERVICES;
    private final List<Consumer<LogRecord>> consoles = new ArrayList<>();

    KernelBuilder() {
    }

    /** Use these CONFIG symbols. */
    public KernelBuilder config(KernelConfig newConfig) {
        config = newConfig;
        return this;
    }

    /** Boot with this command line. */
    public KernelBuilder cmdline(String text) {
        cmdline = KernelCommandLine.parse(text);
        return this;
    }

    /** Boot on exactly this machine; {@link #cpus} and {@link #memory} then have no effect. */
    public KernelBuilder machine(Machine newMachine) {
        machine = newMachine;
        return this;
    }

    /** Number of CPUs of a one-node machine. */
    public KernelBuilder cpus(int count) {
        cpus = count;
        return this;
    }

    /** Memory of a one-node machine, such as {@code 4G}. */
    public KernelBuilder memory(String size) {
        memory = size;
        return this;
    }

    /** Schedule with this policy. */
    public KernelBuilder policy(SchedulingPolicy newPolicy) {
        policy = newPolicy;
        return this;
    }

    /** Carry kthreads on platform threads, for debuggers that hide virtual ones. */
    public KernelBuilder platformThreads(boolean use) {
        platformThreads = use;
        return this;
    }

    /** The seed of everything random in the kernel except the scheduling policy, which has its own. */
    public KernelBuilder seed(long newSeed) {
        seed = newSeed;
        return this;
    }

    /** Run exactly these initcalls instead of those that are found as services. */
    public KernelBuilder initcalls(List<? extends Initcall> list) {
        initcalls = List.copyOf(list);
        return this;
    }

    /** Run these initcalls of the program, as the thread that boots sees them. */
    public KernelBuilder initcalls(Initcalls ofProgram) {
        programInitcalls = ofProgram;
        return this;
    }

    /** Send the kernel log, from the first line on, to {@code console}. */
    public KernelBuilder console(Consumer<LogRecord> console) {
        consoles.add(console);
        return this;
    }

    /**
     * Boot. The calling host thread becomes the init task.
     *
     * @throws KernelParamException if the command line or the machine makes no sense
     */
    public Kernel build() {
        Kernel kernel = new Kernel(this);
        consoles.forEach(kernel.log()::registerConsole);
        List<Initcall> calls = new ArrayList<>(initcalls != null ? initcalls : programInitcalls.visible());
        calls.sort(KernelBuilder::compareLevelAndName);
        for (Initcall call : calls) {
            call.init(kernel);
        }
        reportUnknownParams(kernel, calls);
        kernel.markBooted();
        return kernel;
    }

    private static int compareLevelAndName(Initcall a, Initcall b) {
        int byLevel = a.level().compareTo(b.level());
        return byLevel != 0 ? byLevel : a.name().compareTo(b.name());
    }

    private static void reportUnknownParams(Kernel kernel, List<Initcall> calls) {
        List<String> unknown = unknownParams(kernel.cmdline(), calls);
        if (!unknown.isEmpty()) {
            kernel.log().print(LogLevel.NOTICE, "Unknown kernel command line parameters \"" + String.join(" ", unknown)
                + "\", will be passed to user space.");
        }
    }

    /** The parameters of {@code cmdline} that no part of the kernel understands. */
    static List<String> unknownParams(KernelCommandLine cmdline, List<Initcall> calls) {
        List<String> known = new ArrayList<>(OWN_PARAMS);
        calls.forEach(call -> known.addAll(call.params()));
        return cmdline.params().stream()
            .filter(param -> known.stream().noneMatch(name -> matches(name, param.name())))
            .map(KernelCommandLine.Param::toString)
            .toList();
    }

    /** The parameters of {@code cmdline} that no part of a kernel with the usual initcalls understands. */
    public static List<String> unknownParams(KernelCommandLine cmdline) {
        return unknownParams(cmdline, Initcalls.SERVICES.home());
    }

    private static boolean matches(String known, String name) {
        if (known.endsWith("*")) {
            return name.replace('-', '_').startsWith(known.substring(0, known.length() - 1).replace('-', '_'));
        }
        return KernelCommandLine.sameName(known, name);
    }

    KernelConfig config() {
        return config;
    }

    KernelCommandLine cmdline() {
        return cmdline;
    }

    Machine machine() {
        if (machine != null) {
            return machine;
        }
        try {
            return Machine.pc(cpus, MemorySize.parse(memory));
        } catch (IllegalArgumentException e) {
            throw new KernelParamException("memory: " + e.getMessage());
        }
    }

    SchedulingPolicy policy() {
        return policy;
    }

    boolean platformThreads() {
        return platformThreads;
    }

    long seed() {
        return seed;
    }
}
