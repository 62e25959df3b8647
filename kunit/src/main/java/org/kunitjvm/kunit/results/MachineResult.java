package org.kunitjvm.kunit.results;

/**
 * A machine that tests ran on.
 *
 * @param name name of its profile; empty if it has none
 * @param profile file of its profile; empty if it has none
 * @param memoryBytes memory of all nodes
 * @param kernelArgs the kernel's command line
 */
public record MachineResult(String name, String profile, int cpus, int nodes, long memoryBytes, String kernelArgs) {
}
