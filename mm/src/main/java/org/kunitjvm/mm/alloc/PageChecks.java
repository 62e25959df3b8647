package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.page.PageFlags.CHECK_AT_FREE;
import static org.kunitjvm.mm.page.PageFlags.CHECK_AT_PREP;
import static org.kunitjvm.mm.page.PageFlags.PG_HEAD;
import static org.kunitjvm.mm.page.PageFlags.PG_HWPOISON;
import static org.kunitjvm.mm.page.PageFlags.PG_MLOCKED;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_COMP;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_UNMAPPED;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ZERO;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.hw.PhysicalMemory;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.PageOwner;
import org.kunitjvm.mm.page.UnmappedClearer;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.ZoneStat;

/**
 * What is done to a page between the free lists and its owner, in both directions: checks, zeroing, poisoning, compound
 * metadata. Models mm/page_alloc.c: prep_new_page, free_pages_prepare.
 */
public final class PageChecks {
    /** Pattern of free pages when {@code page_poison=1}. */
    public static final byte PAGE_POISON = (byte) 0xaa;

    private final AllocContext context;
    private final PageMap map;
    private final PhysicalMemory memory;
    private final BadPages badPages;
    private boolean checksEnabled;
    private boolean poisoning;
    private boolean initOnAlloc;
    private boolean initOnFree;
    /** Whether a freed page has to be looked at or written, whatever state it is in. */
    private boolean needsCare;

    PageChecks(AllocContext context) {
        this.context = context;
        this.map = context.map;
        this.memory = context.kernel.memory();
        this.badPages = new BadPages(context);
        var cmdline = context.kernel.cmdline();
        var config = context.kernel.config();
        this.poisoning = config.isEnabled("PAGE_POISONING") && isOn(cmdline.get("page_poison"), false);
        this.initOnAlloc = isOn(cmdline.get("init_on_alloc"), config.isEnabled("INIT_ON_ALLOC_DEFAULT_ON"));
        this.initOnFree = isOn(cmdline.get("init_on_free"), config.isEnabled("INIT_ON_FREE_DEFAULT_ON"));
        boolean debugPagealloc = config.isEnabled("DEBUG_PAGEALLOC") && isOn(cmdline.get("debug_pagealloc"), false);
        this.checksEnabled = poisoning || initOnAlloc || initOnFree || debugPagealloc || config.isEnabled("DEBUG_VM");
        this.needsCare = checksEnabled;
        context.setLongWay(AllocContext.FOR_CHECKS, checksEnabled);
    }

    static boolean isOn(@Nullable String value, boolean byDefault) {
        return value == null ? byDefault : (value.equals("1") || value.equals("on") || value.equals("y"));
    }

    /** Whether pages are checked when they are allocated and freed ({@code check_pages_enabled}). */
    public boolean checksEnabled() {
        return checksEnabled;
    }

    /** Switch the checks on or off. */
    public void setChecksEnabled(boolean enabled) {
        checksEnabled = enabled;
        needsCare = enabled || poisoning || initOnFree;
        context.setLongWay(AllocContext.FOR_CHECKS, needsCare || initOnAlloc);
    }

    // ---------------------------------------------------------------- allocation

    /** Whether any page of a block must not be handed out. Models mm/page_alloc.c: check_new_pages. */
    boolean hasBadNewPage(int pfn, int order) {
        if (!checksEnabled) {
            return false;
        }
        for (int page = pfn; page < pfn + (1 << order); page++) {
            if (isBadNewPage(page)) {
                return true;
            }
        }
        return false;
    }

    private boolean isBadNewPage(int pfn) {
        if (map.isBare(pfn, CHECK_AT_PREP | PG_HWPOISON)) {
            return false;
        }
        // A page with broken memory is dropped without a word: it was reported when it broke.
        if (map.hasFlag(pfn, PG_HWPOISON)) {
            return true;
        }
        badPages.report(pfn, badPages.reason(pfn, CHECK_AT_PREP, "PAGE_FLAGS_CHECK_AT_PREP flag(s) set"));
        return true;
    }

    /** Make a block ready for its owner. Models mm/page_alloc.c: prep_new_page. */
    void prepNewPage(int pfn, int order, int gfp, int allocFlags) {
        map.setAllocated(pfn);
        if (poisoning) {
            checkPoison(pfn, order);
        }
        if ((gfp & __GFP_ZERO) != 0 || initOnAlloc) {
            clearPages(pfn, order, gfp);
        }
        PageOwner owner = context.owner;
        if (owner != null) {
            owner.set(pfn, order, gfp);
        }
        if (order > 0 && (gfp & __GFP_COMP) != 0) {
            map.makeCompound(pfn, order);
        }
        if ((allocFlags & AllocFlags.ALLOC_NO_WATERMARKS) != 0) {
            map.addFlags(pfn, PageFlags.MODEL_PFMEMALLOC);
        }
    }

    /** Zero a block and make it compound as far as {@code gfp} asks for it. */
    void prepareContents(int pfn, int order, int gfp) {
        if ((gfp & __GFP_ZERO) != 0) {
            clearPages(pfn, order, gfp);
        }
        if (order > 0 && (gfp & __GFP_COMP) != 0) {
            map.makeCompound(pfn, order);
        }
    }

    private void checkPoison(int pfn, int order) {
        for (int page = pfn; page < pfn + (1 << order); page++) {
            if (!initOnFree && !memory.isFilledWith(page, PAGE_POISON)) {
                context.kernel.log().err("pagealloc: memory corruption");
            }
        }
    }

    private void clearPages(int pfn, int order, int gfp) {
        if ((gfp & __GFP_UNMAPPED) != 0) {
            clearUnmappedPages(pfn, order);
            return;
        }
        for (int page = pfn; page < pfn + (1 << order); page++) {
            memory.clearPage(page);
        }
    }

    /** As the kernel has to: through a mapping, since the direct map does not have the pages. */
    private void clearUnmappedPages(int pfn, int order) {
        UnmappedClearer clearer = context.kernel.get(UnmappedClearer.class);
        for (int page = pfn; page < pfn + (1 << order); page++) {
            clearer.clearUnmappedPage(page);
        }
    }

    // ---------------------------------------------------------------- free

    /**
     * Drop the only reference to a block and take it back, if neither its pages, the settings nor an owner table want
     * any care. What {@link #freePrepare} would do is then nothing but the event.
     *
     * @return false if the long way is needed; then nothing was changed
     */
    boolean dropPlain(int pfn, int order) {
        if (needsCare || context.owner != null || !map.dropPlain(pfn, order)) {
            return false;
        }
        AllocTracer tracer = context.tracer;
        if (tracer != null) {
            tracer.pageFree(pfn, order);
        }
        return true;
    }

    /**
     * Take a block back from its owner.
     *
     * @return false if something is wrong with it: then it must not be used again
     */
    boolean freePrepare(int pfn, int order) {
        AllocTracer tracer = context.tracer;
        if (tracer != null) {
            tracer.pageFree(pfn, order);
        }
        int flags = map.flags(pfn);
        if ((flags & (PG_MLOCKED | PG_HWPOISON)) != 0) {
            if (!prepareSpecial(pfn, order, flags)) {
                return false;
            }
        }
        if (order > 0 && !prepareTails(pfn, order, (flags & PG_HEAD) != 0)) {
            return false;
        }
        if (checksEnabled && !prepareChecked(pfn)) {
            return false;
        }
        map.clearForFree(pfn);
        PageOwner owner = context.owner;
        if (owner != null) {
            owner.reset(pfn, order);
        }
        if (poisoning || initOnFree) {
            wipe(pfn, order);
        }
        return true;
    }

    private boolean prepareSpecial(int pfn, int order, int flags) {
        if ((flags & PG_MLOCKED) != 0) {
            int nrPages = 1 << order;
            map.clearFlags(pfn, PG_MLOCKED);
            context.zones.zoneOf(pfn).counters.mod(context.cpu(), ZoneStat.NR_MLOCK, -nrPages);
            context.events.add(VmEvent.UNEVICTABLE_PGS_CLEARED, nrPages);
        }
        return (flags & PG_HWPOISON) == 0 || order > 0;
    }

    private boolean prepareTails(int pfn, int order, boolean compound) {
        int bad = 0;
        if (compound) {
            if (checksEnabled) {
                bad = badPages.checkTails(pfn, order);
            }
            if (map.compoundOrder(pfn) != order) {
                throw new KernelBug("free of pfn %#x order %d: it is a compound page of order %d", pfn, order,
                    map.compoundOrder(pfn));
            }
            map.dissolveCompound(pfn, order);
        }
        if (checksEnabled) {
            for (int tail = pfn + 1; tail < pfn + (1 << order); tail++) {
                bad += isBadFreePage(tail) ? 1 : 0;
            }
        }
        map.clearTailFlags(pfn, order, ~PG_HWPOISON);
        return bad == 0;
    }

    private boolean prepareChecked(int pfn) {
        map.dropAnonMapping(pfn);
        return !isBadFreePage(pfn);
    }

    private boolean isBadFreePage(int pfn) {
        if (map.isBare(pfn, CHECK_AT_FREE)) {
            return false;
        }
        badPages.report(pfn, badPages.reason(pfn, CHECK_AT_FREE, "PAGE_FLAGS_CHECK_AT_FREE flag(s) set"));
        return true;
    }

    private void wipe(int pfn, int order) {
        for (int page = pfn; page < pfn + (1 << order); page++) {
            if (initOnFree) {
                memory.clearPage(page);
            } else {
                memory.fillPage(page, PAGE_POISON);
            }
        }
    }
}
