/**
 * Tasks, kthreads and the scheduler that lets exactly one of them run.
 * {@link org.kunitjvm.kernel.sched.Scheduler} owns the baton; a {@link org.kunitjvm.kernel.sched.SchedulingPolicy}
 * decides at every {@link org.kunitjvm.kernel.sched.DecisionPoint} who holds it next; a
 * {@link org.kunitjvm.kernel.sched.Switcher} moves it between host threads.
 * Uses printk, time, cpu and bug; everything that can block builds on this package.
 * Invariant: between two decision points nothing else of the same kernel runs.
 */
@NullMarked
package org.kunitjvm.kernel.sched;

import org.jspecify.annotations.NullMarked;
