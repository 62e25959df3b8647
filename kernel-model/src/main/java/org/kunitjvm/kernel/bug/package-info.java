/**
 * BUG, WARN and taint.
 * {@link org.kunitjvm.kernel.bug.Warnings} reports a broken assumption and goes on,
 * {@link org.kunitjvm.kernel.bug.KernelBug} ends the kthread that ran into it, {@link org.kunitjvm.kernel.bug.Taint}
 * remembers for ever.
 * Uses printk only. Models kernel/panic.c and lib/bug.c.
 */
@NullMarked
package org.kunitjvm.kernel.bug;

import org.jspecify.annotations.NullMarked;
