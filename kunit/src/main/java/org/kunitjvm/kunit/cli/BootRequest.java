package org.kunitjvm.kunit.cli;

import java.nio.file.Path;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.sched.SchedulePlan;

/**
 * One boot of the modelled kernel, complete: the same request gives the same console, byte for byte.
 *
 * @param kernelArgs the kernel's command line
 * @param config its configuration
 * @param machine what it boots on
 * @param suiteFolders where the classes of suites are
 * @param sourceRoots where their sources are, for the text of failed expectations
 * @param seed what switches between kthreads depend on
 * @param newest whether KUnit behaves as in 7.x
 * @param timeoutSeconds most wall time
 * @param jobs suites that run at the same time
 * @param selection which of the suites run, and in which order, beyond the kernel's own filters
 * @param failFast whether everything behind the first failure is skipped
 * @param schedules which schedules to try before the run that is shown, or {@code null} for none
 * @param caseTimeoutSeconds most time for one case, or {@code null} for the usual limit
 * @param caseSteps most decision points of one case, or {@code null} for the usual limit
 */
record BootRequest(List<String> kernelArgs, KernelConfig config, Machine machine, List<Path> suiteFolders,
    List<Path> sourceRoots,
        Seed seed, boolean newest, int timeoutSeconds, int jobs,
        Selection selection, boolean failFast, @Nullable Integer caseTimeoutSeconds, @Nullable Long caseSteps,
        @Nullable SchedulePlan schedules) {

    /** The command line as one text, as the kernel gets it. */
    String cmdline() {
        return String.join(" ", kernelArgs);
    }
}
