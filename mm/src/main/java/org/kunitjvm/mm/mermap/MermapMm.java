package org.kunitjvm.mm.mermap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.cpu.PerCpu;
import org.kunitjvm.kernel.sync.Mutex;

/** The mermap of one address space. Models {@code struct mermap_mm}. */
final class MermapMm {
    /** Serialises preparation. */
    final Mutex initLock;
    /** State per CPU, {@code null} until prepared. */
    @Nullable PerCpu<MermapCpu> percpu;
    /** Whether page tables of the mm-local region were made ({@code MMF_LOCAL_REGION_USED}). */
    boolean localRegionUsed;

    MermapMm(Mutex initLock) {
        this.initLock = initLock;
    }
}
