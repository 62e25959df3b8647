package org.kunitjvm.kunit.cli;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.printk.LogRecord;
import org.kunitjvm.kunit.run.KernelFactory;

/** Boots the kernels of one suite and knows the one that it booted last: for those who look at it when events come. */
class LastKernel implements KernelFactory {
    private final KernelFactory kernels;
    private volatile @Nullable Kernel last;

    LastKernel(KernelFactory kernels) {
        this.kernels = kernels;
    }

    @Override
    public Kernel boot(Consumer<LogRecord> console, boolean platformThreads) {
        Kernel booted = kernels.boot(console, platformThreads);
        last = booted;
        return booted;
    }

    /** The kernel, or {@code null} before the first boot. */
    @Nullable Kernel last() {
        return last;
    }
}
