package org.kunitjvm.mm.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.mm.types.GfpFlags;
import org.kunitjvm.mm.types.MigrateType;
import org.kunitjvm.mm.types.MmConstants;

/** Trace events have the kernel's text. */
@Tag("M-225")
final class EventLogTest {
    private final EventLog log = new EventLog(16, () -> 3, false, MmConstants.VMEMMAP_START);

    private String latest() {
        StringBuilder out = new StringBuilder();
        log.append(log.written() - 1, out);
        return out.toString();
    }

    @Test
    void eachEventHasItsFields() {
        log.pageAlloc(0x11fe30, 2, GfpFlags.GFP_KERNEL | GfpFlags.__GFP_NOWARN, MigrateType.MIGRATE_UNMOVABLE);
        assertEquals("mm_page_alloc: page=ffffea00047f8c00 pfn=0x11fe30 order=2 migratetype=0 gfp_flags=GFP_KERNEL|__GFP_NOWARN", latest());
        log.pageFree(0x11fe30, 2);
        assertEquals("mm_page_free: page=ffffea00047f8c00 pfn=0x11fe30 order=2", latest());
        log.pageFreeBatched(0x11fe30);
        assertEquals("mm_page_free_batched: page=ffffea00047f8c00 pfn=0x11fe30 order=0", latest());
        log.pageAllocZoneLocked(0x10, 0, MigrateType.MIGRATE_MOVABLE, true);
        assertEquals("mm_page_alloc_zone_locked: page=ffffea0000000400 pfn=0x10 order=0 migratetype=1 percpu_refill=1",
            latest());
        log.pagePcpuDrain(0x10, 0, MigrateType.MIGRATE_ISOLATE);
        assertEquals("mm_page_pcpu_drain: page=ffffea0000000400 pfn=0x10 order=0 migratetype=4", latest());
        log.testPagesIsolated(0x400, 0x800, 0x800);
        assertEquals("test_pages_isolated: start_pfn=0x400 end_pfn=0x800 fin_pfn=0x800 ret=success", latest());
        log.testPagesIsolated(0x400, 0x800, 0x500);
        assertEquals("test_pages_isolated: start_pfn=0x400 end_pfn=0x800 fin_pfn=0x500 ret=fail", latest());
        assertEquals(3, log.cpuOf(0));
    }

    @Test
    @Tag("M-227")
    void fragmentingFollowsFromTheOrder() {
        log.pageAllocExtfrag(0x8000, 0, 8, 0, 1, true);
        assertEquals("mm_page_alloc_extfrag: page=ffffea0000200000 pfn=0x8000 alloc_order=0 fallback_order=8 pageblock_order=9 "
            + "alloc_migratetype=0 fallback_migratetype=1 fragmenting=1 change_ownership=1", latest());
        log.pageAllocExtfrag(0x8000, 0, 9, 0, 1, false);
        assertEquals("fragmenting=0 change_ownership=0", latest().substring(latest().indexOf("fragmenting")));
    }

    @Test
    void contigEventHasItsArgumentsInTheWrongPlaces() {
        log.contigMigrateRange(0x101c00, 0x101e00, MigrateType.MIGRATE_MOVABLE, 5);
        assertEquals("mm_alloc_contig_migrate_range_info: start=0x101c00 end=0x101e00 migratetype=0 nr_migrated=1 nr_reclaimed=5 "
            + "nr_mapped=0", latest());
    }

    @Test
    @Tag("M-065")
    void failedRequestHasANullPage() {
        log.pageAlloc(-1, 0, 0, 0);
        assertEquals("mm_page_alloc: page=0000000000000000 pfn=0x0 order=0 migratetype=0 gfp_flags=none", latest());
        log.hideAddresses();
        log.pageFree(0x10, 0);
        assertEquals("mm_page_free: page=(____ptrval____) pfn=0x10 order=0", latest());
    }

    @Test
    void ringKeepsTheLatest() {
        for (int i = 0; i < 20; i++) {
            log.pageFree(i, 0);
        }
        assertEquals(20, log.written());
        assertEquals(4, log.oldest());
        StringBuilder out = new StringBuilder();
        log.append(4, out);
        assertEquals("mm_page_free: page=ffffea0000000100 pfn=0x4 order=0", out.toString());
    }

    @Test
    void traceFileHasTheKernelsColumns() {
        StringBuilder out = new StringBuilder();
        TraceFile.appendContext("swapper/0", 1, 0, "d....", 327624, out);
        assertEquals("       swapper/0-1       [000] d....     0.327624: ", out.toString());
        out.setLength(0);
        TraceFile.appendHeader(2, 3, 1, out);
        assertEquals("# entries-in-buffer/entries-written: 2/3   #P:1", out.toString().split("\n")[2]);
    }
}
