package org.kunitjvm.mm.proc;

import static org.kunitjvm.mm.zone.Zone.WMARK_LOW;

import org.kunitjvm.mm.node.NodeStat;
import org.kunitjvm.mm.types.MmConstants;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/**
 * Summary in kB. Differs from Linux: no swap, no vmalloc, no huge page pool and no per-CPU allocator are modelled, and
 * the lines of the direct map are left out; what is shown has the kernel's text and order. Models fs/proc/meminfo.c.
 */
final class MemInfo {
    private static final int KB_SHIFT = MmConstants.PAGE_SHIFT - 10;
    private static final int LABEL_WIDTH = 16;
    private static final int VALUE_WIDTH = 8;
    private static final long VMALLOC_TOTAL_KB = 34_359_738_367L;

    private final ProcView view;
    private final StringBuilder out;

    private MemInfo(ProcView view, StringBuilder out) {
        this.view = view;
        this.out = out;
    }

    static void append(ProcView view, StringBuilder out) {
        new MemInfo(view, out).append();
    }

    private void append() {
        long managed = view.zones().stream().mapToLong(zone -> zone.managedPages).sum();
        pages("MemTotal:", managed);
        pages("MemFree:", VmStat.zoneSum(view, ZoneStat.NR_FREE_PAGES));
        pages("MemAvailable:", available());
        pages("Buffers:", 0);
        pages("Cached:", node(NodeStat.NR_FILE_PAGES));
        pages("SwapCached:", 0);
        lru();
        pages("SwapTotal:", 0);
        pages("SwapFree:", 0);
        usage();
        pages("CommitLimit:", managed / 2);
        pages("Committed_AS:", 0);
        kilobytes("VmallocTotal:", VMALLOC_TOTAL_KB);
        pages("VmallocUsed:", 0);
        pages("VmallocChunk:", 0);
        pages("Percpu:", 0);
        pages("AnonHugePages:", node(NodeStat.NR_ANON_TRANSPARENT_HUGEPAGES));
        pages("ShmemHugePages:", node(NodeStat.NR_SHMEM_HUGEPAGES));
        pages("ShmemPmdMapped:", node(NodeStat.NR_SHMEM_PMDMAPPED));
        pages("FileHugePages:", node(NodeStat.NR_FILE_HUGEPAGES));
        pages("FilePmdMapped:", node(NodeStat.NR_FILE_PMDMAPPED));
        if (view.hasCma()) {
            pages("CmaTotal:", 0);
            pages("CmaFree:", VmStat.zoneSum(view, ZoneStat.NR_FREE_CMA));
        }
    }

    private void lru() {
        pages("Active:", node(NodeStat.NR_ACTIVE_ANON) + node(NodeStat.NR_ACTIVE_FILE));
        pages("Inactive:", node(NodeStat.NR_INACTIVE_ANON) + node(NodeStat.NR_INACTIVE_FILE));
        pages("Active(anon):", node(NodeStat.NR_ACTIVE_ANON));
        pages("Inactive(anon):", node(NodeStat.NR_INACTIVE_ANON));
        pages("Active(file):", node(NodeStat.NR_ACTIVE_FILE));
        pages("Inactive(file):", node(NodeStat.NR_INACTIVE_FILE));
        pages("Unevictable:", node(NodeStat.NR_UNEVICTABLE));
        pages("Mlocked:", VmStat.zoneSum(view, ZoneStat.NR_MLOCK));
    }

    private void usage() {
        pages("Dirty:", node(NodeStat.NR_DIRTY));
        pages("Writeback:", node(NodeStat.NR_WRITEBACK));
        pages("AnonPages:", node(NodeStat.NR_ANON_PAGES));
        pages("Mapped:", node(NodeStat.NR_MAPPED));
        pages("Shmem:", node(NodeStat.NR_SHMEM));
        pages("KReclaimable:", node(NodeStat.NR_SLAB_RECLAIMABLE) + node(NodeStat.NR_KERNEL_MISC_RECLAIMABLE));
        pages("Slab:", node(NodeStat.NR_SLAB_RECLAIMABLE) + node(NodeStat.NR_SLAB_UNRECLAIMABLE));
        pages("SReclaimable:", node(NodeStat.NR_SLAB_RECLAIMABLE));
        pages("SUnreclaim:", node(NodeStat.NR_SLAB_UNRECLAIMABLE));
        // The kernel stack is counted in kB already.
        kilobytes("KernelStack:", node(NodeStat.NR_KERNEL_STACK));
        pages("PageTables:", node(NodeStat.NR_PAGE_TABLE_PAGES));
        pages("SecPageTables:", node(NodeStat.NR_SEC_PAGE_TABLE_PAGES));
        pages("NFS_Unstable:", 0);
        pages("Bounce:", VmStat.zoneSum(view, ZoneStat.NR_BOUNCE));
        pages("WritebackTmp:", node(NodeStat.NR_WRITEBACK_TEMP));
    }

    /** Models mm/show_mem.c: si_mem_available. */
    private long available() {
        long low = 0;
        for (Zone zone : view.zones()) {
            low += zone.mark(WMARK_LOW);
        }
        long available = VmStat.zoneSum(view, ZoneStat.NR_FREE_PAGES) - VmStat.totalreserve(view);
        long cache = node(NodeStat.NR_ACTIVE_FILE) + node(NodeStat.NR_INACTIVE_FILE);
        available += cache - Math.min(cache / 2, low);
        long reclaimable = node(NodeStat.NR_SLAB_RECLAIMABLE) + node(NodeStat.NR_KERNEL_MISC_RECLAIMABLE);
        available += reclaimable - Math.min(reclaimable / 2, low);
        return Math.max(0, available);
    }

    private long node(NodeStat stat) {
        return VmStat.nodeSum(view, stat);
    }

    private void pages(String label, long nrPages) {
        kilobytes(label, nrPages << KB_SHIFT);
    }

    private void kilobytes(String label, long value) {
        Columns.left(out, label, LABEL_WIDTH);
        Columns.right(out, value, VALUE_WIDTH).append(" kB\n");
    }
}
