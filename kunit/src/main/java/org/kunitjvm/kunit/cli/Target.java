package org.kunitjvm.kunit.cli;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.hw.MemorySize;
import org.kunitjvm.kunit.results.MachineResult;

/**
 * A machine that tests run on, and how the kernel for it is configured and booted.
 *
 * @param profile the profile that describes it, or {@code null} for the machine that the command line alone describes
 * @param configure makes its configuration
 * @param setup boots it
 */
record Target(@Nullable MachineProfile profile, Configure configure, BootSetup setup) {
    /** The profile's name; empty without one. */
    String name() {
        return profile == null ? "" : profile.name();
    }

    /** The profile's file; empty without one. */
    private String file() {
        return profile == null ? "" : profile.file();
    }

    /** Whether it has a configuration of its own. */
    boolean hasConfig() {
        return profile != null && profile.hasConfig();
    }

    /** What results say of the machine. */
    MachineResult result(BootRequest request) {
        Machine machine = request.machine();
        return new MachineResult(name(), file(), machine.cpus(), machine.nodes(), machine.memoryBytes(),
            request.cmdline());
    }

    /** A line that announces the machine. */
    String title() {
        return "Machine " + name() + " (" + describe(setup.machine()) + ")";
    }

    /** A machine in a few words. */
    static String describe(Machine machine) {
        return count(machine.cpus(), "CPU") + ", " + count(machine.nodes(), "node") + ", "
            + MemorySize.format(machine.memoryBytes());
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
