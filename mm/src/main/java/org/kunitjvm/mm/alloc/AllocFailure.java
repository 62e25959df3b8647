package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.GfpFlags.__GFP_DMA;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.MmConstants.ZONE_DMA;

import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.Printk;
import org.kunitjvm.mm.types.GfpText;
import org.kunitjvm.mm.zone.Zone;

/** Reports a request that failed. Models mm/page_alloc.c: warn_alloc. */
final class AllocFailure {
    private static final long WINDOW_NS = 10_000_000_000L;

    private final AllocContext context;
    private long nextReportNs = Long.MIN_VALUE;

    AllocFailure(AllocContext context) {
        this.context = context;
    }

    /** Print the request, the stack and the state of memory, at most once in ten seconds. */
    void warnAlloc(AllocRequest request, long nodemask) {
        if ((request.gfp() & __GFP_NOWARN) != 0 || (request.gfp() & __GFP_DMA) != 0 && !hasManagedDma()) {
            return;
        }
        long now = context.kernel.clock().ktimeNs();
        if (now < nextReportNs) {
            return;
        }
        nextReportNs = now + WINDOW_NS;
        Printk log = context.kernel.log();
        log.print(LogLevel.WARNING, context.kernel.current().comm() + ": page allocation failure: order:"
            + request.order() + ", mode:" + String.format("%#x", request.gfp()) + "(" + GfpText.printk(request.gfp())
            + "), nodemask=" + MemoryReport.nodemaskText(nodemask) + ",cpuset=/,mems_allowed="
            + MemoryReport.onlineNodes(context));
        MemoryReport.printCallTrace(log);
        new MemoryReport(context).print(log);
    }

    private boolean hasManagedDma() {
        return context.zones.all().stream().anyMatch(zone -> zone.index == ZONE_DMA && zone.isManaged());
    }
}
