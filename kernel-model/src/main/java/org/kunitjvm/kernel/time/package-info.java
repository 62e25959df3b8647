/**
 * Virtual time.
 * {@link org.kunitjvm.kernel.time.VirtualClock} is the only source of time in the model: it advances with the steps
 * that kthreads take and jumps when every CPU is idle. {@link org.kunitjvm.kernel.time.TimerQueue} holds what is due
 * later.
 * Uses nothing of the model.
 * Invariant: time never goes back and never depends on the host.
 */
@NullMarked
package org.kunitjvm.kernel.time;

import org.jspecify.annotations.NullMarked;
