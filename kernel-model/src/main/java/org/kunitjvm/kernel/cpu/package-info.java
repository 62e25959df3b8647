/**
 * CPUs, sets of CPUs and data that exists once per CPU.
 * {@link org.kunitjvm.kernel.cpu.CpuMask} is an immutable set, {@link org.kunitjvm.kernel.cpu.PerCpu} an array indexed
 * by CPU.
 * Uses nothing of the model but a way to ask for the executing CPU.
 */
@NullMarked
package org.kunitjvm.kernel.cpu;

import org.jspecify.annotations.NullMarked;
