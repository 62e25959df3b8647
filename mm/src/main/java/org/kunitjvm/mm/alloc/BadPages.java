package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.page.PageFlags.MODEL_TAIL;

import org.kunitjvm.kernel.bug.TaintFlag;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.Printk;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.page.PageMap;

/**
 * Finds out what is wrong with a page and reports it; the page is then leaked on purpose. Models mm/page_alloc.c:
 * bad_page.
 */
final class BadPages {
    private static final int BURST = 60;
    private static final long WINDOW_NS = 60_000_000_000L;

    private final AllocContext context;
    private final PageMap map;
    private long windowEndNs;
    private int shown;
    private int suppressed;

    BadPages(AllocContext context) {
        this.context = context;
        this.map = context.map;
    }

    /** What is wrong with the page; of several reasons the last one counts. Models mm/page_alloc.c: page_bad_reason. */
    String reason(int pfn, int flagMask, String flagReason) {
        String reason = "";
        if (map.mapcount(pfn) != -1) {
            reason = "nonzero mapcount";
        }
        if (map.mapping(pfn) != 0) {
            reason = "non-NULL mapping";
        }
        if (map.refcount(pfn) != 0) {
            reason = "nonzero _refcount";
        }
        if (map.hasFlag(pfn, flagMask)) {
            reason = flagReason;
        }
        return reason;
    }

    /**
     * Check the tails of a compound page that is freed; returns how many are bad. Models mm/page_alloc.c:
     * free_tail_page_prepare.
     */
    int checkTails(int head, int order) {
        int bad = 0;
        for (int tail = head + 1; tail < head + (1 << order); tail++) {
            String reason = "";
            if (tail == head + 1 && map.mapcount(tail) != -1) {
                reason = "nonzero large_mapcount";
            } else if (!map.hasFlag(tail, MODEL_TAIL)) {
                reason = "PageTail not set";
            } else if (map.mapping(tail) != head) {
                reason = "compound_head not consistent";
            }
            if (!reason.isEmpty()) {
                report(tail, reason);
                bad++;
            }
        }
        return bad;
    }

    /** Print the report, at most 60 in a minute, and taint the kernel. */
    void report(int pfn, String reason) {
        Printk log = context.kernel.log();
        if (isShown(log)) {
            log.printf(LogLevel.ALERT, "BUG: Bad page state in process %s  pfn:%05x", context.kernel.current().comm(),
                pfn);
            dump(log, pfn, reason);
        }
        context.kernel.taint().add(TaintFlag.BAD_PAGE);
        map.setMapcount(pfn, -1);
    }

    private boolean isShown(Printk log) {
        long now = context.kernel.clock().ktimeNs();
        if (shown == BURST) {
            if (now < windowEndNs) {
                suppressed++;
                return false;
            }
            if (suppressed > 0) {
                log.printf(LogLevel.ALERT, "BUG: Bad page state: %d messages suppressed", suppressed);
                suppressed = 0;
            }
            shown = 0;
        }
        if (shown++ == 0) {
            windowEndNs = now + WINDOW_NS;
        }
        return true;
    }

    /** Describe a page in the kernel's words. Models mm/debug.c: dump_page. */
    void dump(Printk log, int pfn, String reason) {
        log.printf(LogLevel.WARNING, "page: refcount:%d mapcount:%d mapping:%016x index:%#x pfn:%#x", map.refcount(pfn),
            map.mapcount(pfn) + 1, map.mapping(pfn), map.index(pfn), pfn);
        if (map.isHead(pfn)) {
            log.printf(LogLevel.WARNING, "head: order:%d mapcount:%d entire_mapcount:%d nr_pages_mapped:%d pincount:%d",
                map.compoundOrder(pfn), map.mapcount(pfn) + 1, 0, 0, 0);
        }
        int flags = map.flags(pfn) & PageFlags.KERNEL_MASK;
        log.printf(LogLevel.WARNING, "%sflags: %#x(%s|node=%d|zone=%d)", (map.mapping(pfn) & 1) != 0 ? "anon " : "",
            flags, PageFlags.describe(flags), context.zones.zoneOf(pfn).nid, context.zones.zoneOf(pfn).index);
        log.printf(LogLevel.WARNING, "page dumped because: %s", reason);
    }
}
