package org.kunitjvm.kunit;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.hw.MemorySize;

/**
 * What a test needs of the machine and the configuration. {@link KunitNeeds} says it for a suite or a case;
 * {@link Kunit#need} says it when a test finds out while it runs. A test whose machine lacks something is skipped, and
 * the reason names both sides.
 *
 * @param cpus least number of CPUs
 * @param nodes least number of nodes
 * @param memoryBytes least memory of all nodes together
 * @param config symbols that must be y or m, without {@code CONFIG_}
 */
public record Needs(int cpus, int nodes, long memoryBytes, List<String> config) {
    /** Any machine will do. */
    public static final Needs NOTHING = new Needs(0, 0, 0, List.of());

    /** Copy. */
    public Needs {
        config = List.copyOf(config);
    }

    /** The same and this many CPUs. */
    public Needs withCpus(int least) {
        return new Needs(least, nodes, memoryBytes, config);
    }

    /** The same and this many nodes. */
    public Needs withNodes(int least) {
        return new Needs(cpus, least, memoryBytes, config);
    }

    /** The same and this much memory, such as {@code 4G}. */
    public Needs withMemory(String least) {
        return new Needs(cpus, nodes, MemorySize.parse(least), config);
    }

    /** The same and these symbols, with or without {@code CONFIG_}. */
    public Needs withConfig(String... symbols) {
        return new Needs(cpus, nodes, memoryBytes, List.of(symbols));
    }

    /** Why a test cannot run on this kernel, or {@code null} if it can. The first thing that is missing. */
    public @Nullable String lackingOn(Kernel kernel) {
        if (kernel.machine().cpus() < cpus) {
            return "needs " + count(cpus, "CPU") + ", the machine has " + kernel.machine().cpus();
        }
        if (kernel.machine().nodes() < nodes) {
            return "needs " + count(nodes, "node") + ", the machine has " + kernel.machine().nodes();
        }
        if (kernel.machine().memoryBytes() < memoryBytes) {
            return "needs " + MemorySize.format(memoryBytes) + " of memory, the machine has "
                + MemorySize.format(kernel.machine().memoryBytes());
        }
        for (String symbol : config) {
            String name = symbol.startsWith("CONFIG_") ? symbol.substring("CONFIG_".length()) : symbol;
            if (!kernel.config().isEnabled(name)) {
                return "needs CONFIG_" + name + ", the kernel is built without it";
            }
        }
        return null;
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
