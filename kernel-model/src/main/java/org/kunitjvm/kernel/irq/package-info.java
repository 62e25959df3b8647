/**
 * Interrupts between and from outside of CPUs, and what runs because of them: function calls on other CPUs, softirqs.
 * {@link org.kunitjvm.kernel.irq.Interrupts} is the entry point. An interrupt is pending until its CPU reaches a
 * decision point with interrupts on (or is idle, or is somewhere where interrupts are on while another CPU steps), so
 * its arrival is a scheduled event.
 * Uses sched, sync, cpu and bug.
 * Invariant: a handler runs with hardirq context on the CPU that it was sent to.
 */
@NullMarked
package org.kunitjvm.kernel.irq;

import org.jspecify.annotations.NullMarked;
