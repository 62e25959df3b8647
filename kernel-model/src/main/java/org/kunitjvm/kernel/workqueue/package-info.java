/**
 * Timers in jiffies, and work that kthreads do later.
 * {@link org.kunitjvm.kernel.workqueue.Workqueue} is the entry point; {@link org.kunitjvm.kernel.workqueue.KernelTimer}
 * fires in softirq context and never early. Workers are made when the first item of a CPU is queued.
 * Uses sched, sync, time, cpu and bug.
 * Invariant: an item is pending at most once.
 */
@NullMarked
package org.kunitjvm.kernel.workqueue;

import org.jspecify.annotations.NullMarked;
