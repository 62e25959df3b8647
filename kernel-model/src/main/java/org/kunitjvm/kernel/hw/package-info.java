/**
 * The modelled machine: how many CPUs and nodes, which physical memory, and what is in it.
 * {@link org.kunitjvm.kernel.hw.Machine} describes, {@link org.kunitjvm.kernel.hw.PhysicalMemory} holds contents.
 * Uses nothing of the model.
 * Invariant: a page frame that was never written costs no host memory.
 */
@NullMarked
package org.kunitjvm.kernel.hw;

import org.jspecify.annotations.NullMarked;
