package org.kunitjvm.mm.alloc;

import org.kunitjvm.kernel.sync.Mutex;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;

/**
 * Switches the CPUs' caches of a zone off while somebody must know where every free page is, such as memory offlining.
 * Freed pages then go straight to the free lists, and refills bring one block at a time.
 *
 * <p>The mutex is held from {@link #disable} to {@link #enable}: one zone at a time, and nobody may change the bounds
 * of the caches meanwhile. May sleep. Models mm/page_alloc.c: zone_pcp_disable, zone_pcp_enable.
 */
public final class PcpSwitch {
    private final PageAllocator allocator;
    private final Mutex lock;
    private int highMin;
    private int highMax;
    private int batch;

    PcpSwitch(PageAllocator allocator) {
        this.allocator = allocator;
        this.lock = allocator.context().kernel.locks().mutex("pcp_batch_high_lock");
    }

    /**
     * Switch the caches of {@code zone} off and empty them; CPUs that look empty are drained, too, because they might
     * just have filled up.
     */
    public void disable(Zone zone) {
        lock.lock();
        // All CPUs of a zone have the same bounds.
        highMin = zone.pcp[0].highMin;
        highMax = zone.pcp[0].highMax;
        batch = zone.pcp[0].batch;
        setBounds(zone, 0, 0, 1);
        for (int cpu = 0; cpu < zone.pcp.length; cpu++) {
            allocator.drainPages(cpu, zone);
        }
    }

    /** Give the caches of {@code zone} the bounds that they had. */
    public void enable(Zone zone) {
        setBounds(zone, highMin, highMax, batch);
        lock.unlock();
    }

    private static void setBounds(Zone zone, int highMin, int highMax, int batch) {
        for (PerCpuPages pcp : zone.pcp) {
            pcp.highMin = highMin;
            pcp.highMax = highMax;
            pcp.batch = batch;
        }
    }
}
