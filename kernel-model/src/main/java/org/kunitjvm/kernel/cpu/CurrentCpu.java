package org.kunitjvm.kernel.cpu;

/** A way to ask which CPU executes the caller. */
public interface CurrentCpu {
    /**
     * The executing CPU; complains in the kernel's words if the caller could be moved to another
     * ({@code smp_processor_id()}).
     */
    int smpProcessorId();

    /** The executing CPU, unchecked ({@code raw_smp_processor_id()}). */
    int rawSmpProcessorId();
}
