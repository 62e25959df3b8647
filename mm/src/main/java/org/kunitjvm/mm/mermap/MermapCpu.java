package org.kunitjvm.mm.mermap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.sched.MmStruct;

/** What one CPU has of one address space's mermap. Models {@code struct mermap_cpu}. */
final class MermapCpu {
    final int cpu;
    final MermapAlloc[] normal;
    final @Nullable MermapAlloc reserve;
    final MermapMapper mapper;
    long nextAddr;
    int tlbFlushes;

    MermapCpu(MmStruct mm, int cpu, MermapLayout layout, MermapVariant variant) {
        this.cpu = cpu;
        this.nextAddr = layout.cpuBase(cpu);
        this.normal = new MermapAlloc[layout.normalSlots()];
        for (int i = 0; i < normal.length; i++) {
            normal[i] = new MermapAlloc(mm, cpu, i, false);
        }
        this.reserve = layout.hasReserve() ? new MermapAlloc(mm, cpu, normal.length, true) : null;
        this.mapper = new MermapMapper(mm, variant);
    }

    /** The first slot that is not in use, or {@code null}. */
    @Nullable MermapAlloc freeNormal() {
        for (MermapAlloc slot : normal) {
            if (!slot.inUse) {
                return slot;
            }
        }
        return null;
    }

    /** The highest end of the normal allocations in use, but at least {@code floor}. */
    long highestEnd(long floor) {
        long highest = floor;
        for (MermapAlloc slot : normal) {
            if (slot.inUse && Long.compareUnsigned(slot.end, highest) > 0) {
                highest = slot.end;
            }
        }
        return highest;
    }

    /** The slot in use whose mapping contains the address, or {@code null}. */
    @Nullable MermapAlloc holding(long vaddr) {
        for (MermapAlloc slot : normal) {
            if (contains(slot, vaddr)) {
                return slot;
            }
        }
        return reserve != null && contains(reserve, vaddr) ? reserve : null;
    }

    private static boolean contains(MermapAlloc slot, long vaddr) {
        return slot.inUse && vaddr >= slot.base && vaddr < slot.end;
    }

    /** A slot in use, or {@code null} if all are free. */
    @Nullable MermapAlloc anyInUse() {
        for (MermapAlloc slot : normal) {
            if (slot.inUse) {
                return slot;
            }
        }
        return reserve != null && reserve.inUse ? reserve : null;
    }
}
