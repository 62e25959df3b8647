package org.kunitjvm.kernel.mmu;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.sched.Task;

/** Knows who may touch which address of the mm-local region, beyond what page tables can say. */
@FunctionalInterface
public interface AccessGuard {
    /**
     * Why {@code task}, on its CPU, must not touch {@code vaddr}, which translates; {@code null} if it may. Called at
     * every access.
     */
    @Nullable String objection(long vaddr, Task task);
}
