package org.kunitjvm.mm.alloc;

import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;

/**
 * What each CPU does once in a while: fold its counters, and let its caches shrink. Models mm/vmstat.c: vmstat_update.
 */
public final class VmstatWorker {
    private static final int EXPIRE_TICKS = 3;

    private final PageAllocator allocator;
    private final AllocContext context;

    /** On top of {@code allocator}. */
    public VmstatWorker(PageAllocator allocator) {
        this.allocator = allocator;
        this.context = allocator.context();
    }

    /**
     * Do it for the executing CPU and all populated zones. Models mm/vmstat.c: refresh_cpu_vm_stats with
     * {@code do_pagesets}.
     *
     * @return how much changed; 0 means that the CPU may stop doing it
     */
    public int refreshCpuVmStats() {
        int cpu = context.cpu();
        int changes = 0;
        for (Zone zone : context.zones.all()) {
            if (zone.isPopulated()) {
                changes += refresh(zone, cpu);
            }
        }
        return changes;
    }

    private int refresh(Zone zone, int cpu) {
        PerCpuPages pcp = zone.pcp[cpu];
        int changes = zone.counters.fold(cpu);
        if (changes > 0) {
            pcp.expire = EXPIRE_TICKS;
        }
        changes += allocator.pcp().decayHigh(zone, pcp);
        if (pcp.expire == 0 || pcp.count == 0) {
            return changes;
        }
        // Pages of the own node may stay: somebody will want them.
        if (zone.nid == context.nodes.nodeOfCpu(cpu)) {
            pcp.expire = 0;
            return changes;
        }
        if (--pcp.expire > 0) {
            return changes + 1;
        }
        allocator.pcp().drainZonePages(zone, pcp);
        return changes + 1;
    }
}
