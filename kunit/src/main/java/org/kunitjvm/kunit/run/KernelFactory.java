package org.kunitjvm.kunit.run;

import java.util.function.Consumer;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.printk.LogRecord;

/** Boots the kernels that suites run on. It is called on the host thread that will be the kernel's init task. */
@FunctionalInterface
public interface KernelFactory {
    /**
     * Boot.
     *
     * @param console gets every record of the log, from the first line of the boot on
     * @param platformThreads whether kthreads should be carried by platform threads, because a host thread was lost to
     *     a body that does not end
     */
    Kernel boot(Consumer<LogRecord> console, boolean platformThreads);
}
