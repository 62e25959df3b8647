package org.kunitjvm.mm.mermap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Task;

/**
 * One slot of a CPU: a mapping while it is in use. Models {@code struct mermap_alloc}. The object belongs to the slot
 * and is handed out again after a put.
 */
public final class MermapAlloc {
    final MmStruct mm;
    final int cpu;
    final int index;
    final boolean reserve;
    boolean inUse;
    long base;
    long end;
    @Nullable Task owner;

    MermapAlloc(MmStruct mm, int cpu, int index, boolean reserve) {
        this.mm = mm;
        this.cpu = cpu;
        this.index = index;
        this.reserve = reserve;
    }

    /** First address of the mapping ({@code mermap_addr}). */
    public long addr() {
        return base;
    }

    /** Bytes of the mapping. */
    public long sizeBytes() {
        return end - base;
    }

    /** Whether the slot holds a mapping. */
    public boolean isInUse() {
        return inUse;
    }

    /** The CPU whose region it is in. */
    public int cpu() {
        return cpu;
    }

    @Override
    public String toString() {
        String slot = "mermap " + (reserve ? "reserve slot" : "slot " + index) + " of CPU " + cpu + ", mm#" + mm.id();
        Task holder = owner;
        if (!inUse) {
            return slot + " (free)";
        }
        return slot + String.format(" [%x, %x)", base, end)
            + (holder == null ? "" : " got by " + holder.comm() + "/" + holder.pid());
    }
}
