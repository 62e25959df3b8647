/**
 * Execution context and locks.
 * {@link org.kunitjvm.kernel.sync.Preempt} holds the preempt, interrupt and migration state of the current task and the
 * checks on it; {@link org.kunitjvm.kernel.sync.SpinLock}, {@link org.kunitjvm.kernel.sync.Mutex} and
 * {@link org.kunitjvm.kernel.sync.RwSem} are the locks.
 * Uses sched and what lies below it.
 * Invariant: every acquisition and release is a decision point.
 */
@NullMarked
package org.kunitjvm.kernel.sync;

import org.jspecify.annotations.NullMarked;
