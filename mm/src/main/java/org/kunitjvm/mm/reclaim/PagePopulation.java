package org.kunitjvm.mm.reclaim;

import static org.kunitjvm.mm.page.PageFlags.PG_SWAPBACKED;
import static org.kunitjvm.mm.page.PageFlags.PG_UPTODATE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_RECLAIM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_THISNODE;

import java.util.Arrays;
import java.util.function.IntFunction;

import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.alloc.PageMigrator;
import org.kunitjvm.mm.lru.Lru;
import org.kunitjvm.mm.node.NodeCounters;
import org.kunitjvm.mm.node.NodeStat;
import org.kunitjvm.mm.page.PageMap;

/**
 * Single pages that fill memory as a busy machine would: clean pages of files, which reclaim may drop, and anonymous
 * pages, which can only be moved, because there is no swap. All of them are on the LRU lists and movable. Nobody reads
 * them.
 *
 * <p>A page is known by its mapping handle; its index is its place in the list of members, so that drop and move cost
 * the same for any size.
 */
public final class PagePopulation implements PageMigrator {
    /** Far above the handles that the page cache gives to files. */
    private static final int FILE = 0x4000_0000;
    private static final int ANON = FILE | 1;
    private static final int FILL_GFP = GFP_HIGHUSER_MOVABLE & ~__GFP_RECLAIM | __GFP_THISNODE | __GFP_NOWARN;

    private final PageAllocator allocator;
    private final PageMap map;
    private final Lru lru;
    private final IntFunction<NodeCounters> counters;
    private int[] members = new int[64];
    private int nrFile;
    private int nrAnon;

    PagePopulation(PageAllocator allocator, Lru lru, IntFunction<NodeCounters> counters) {
        this.allocator = allocator;
        this.map = allocator.context().map();
        this.lru = lru;
        this.counters = counters;
    }

    // ---------------------------------------------------------------- filling

    /** Bring clean pages of files in; returns how many there was memory for above the minimum watermark. */
    public int addFile(int nid, int nrPages) {
        return add(nid, nrPages, FILE);
    }

    /** Bring anonymous pages in; returns how many there was memory for above the minimum watermark. */
    public int addAnon(int nid, int nrPages) {
        return add(nid, nrPages, ANON);
    }

    private int add(int nid, int nrPages, int mapping) {
        int got = 0;
        while (got < nrPages) {
            int pfn = allocator.allocPages(nid, FILL_GFP, 0);
            if (pfn < 0) {
                break;
            }
            addMember(pfn, mapping);
            own(pfn, mapping);
            got++;
        }
        lru.drain().drain();
        return got;
    }

    private void addMember(int pfn, int mapping) {
        int at = size();
        if (at == members.length) {
            members = Arrays.copyOf(members, 2 * at);
        }
        members[at] = pfn;
        map.setIndex(pfn, at);
        nrFile += mapping == FILE ? 1 : 0;
        nrAnon += mapping == ANON ? 1 : 0;
    }

    private void own(int pfn, int mapping) {
        map.setMapping(pfn, mapping);
        map.addFlags(pfn, PG_UPTODATE | (mapping == ANON ? PG_SWAPBACKED : 0));
        count(pfn, mapping, 1);
        lru.batches().addLru(pfn);
    }

    private void count(int pfn, int mapping, int delta) {
        int nid = allocator.context().zones().zoneOf(pfn).nid;
        counters.apply(nid).mod(mapping == ANON ? NodeStat.NR_ANON_PAGES : NodeStat.NR_FILE_PAGES, delta);
    }

    // ---------------------------------------------------------------- what there is

    /** Pages of files. */
    public int nrFile() {
        return nrFile;
    }

    /** Anonymous pages. */
    public int nrAnon() {
        return nrAnon;
    }

    private int size() {
        return nrFile + nrAnon;
    }

    /** Whether a page is one of these. */
    public boolean owns(int pfn) {
        return (map.mapping(pfn) & ~1) == FILE;
    }

    /** The members, in no order that means anything. */
    public int[] pfns() {
        return Arrays.copyOf(members, size());
    }

    // ---------------------------------------------------------------- going away

    /** Whether reclaim may drop a page that it has isolated: a clean one of a file that nobody else uses. */
    boolean isReclaimable(int pfn) {
        return map.mapping(pfn) == FILE && map.refcount(pfn) == 2;
    }

    /**
     * Take an isolated page from its owner for good: it has no references any more and is ready to be freed
     * ({@code __remove_mapping}).
     */
    void drop(int pfn) {
        forget(pfn);
        map.setRefcount(pfn, 0);
    }

    private void forget(int pfn) {
        int mapping = map.mapping(pfn);
        int last = size() - 1;
        int at = map.index(pfn);
        members[at] = members[last];
        map.setIndex(members[at], at);
        nrFile -= mapping == FILE ? 1 : 0;
        nrAnon -= mapping == ANON ? 1 : 0;
        count(pfn, mapping, -1);
        map.setMapping(pfn, 0);
    }

    /** Free these of them. */
    public void release(int[] pfns) {
        lru.drain().drainAll();
        for (int pfn : pfns) {
            forget(pfn);
            lru.put(pfn);
        }
    }

    /** Free all of them; what is being reclaimed or moved right now must be done. */
    public void release() {
        lru.drain().drainAll();
        while (size() > 0) {
            int pfn = members[size() - 1];
            forget(pfn);
            lru.put(pfn);
        }
    }

    // ---------------------------------------------------------------- moving

    @Override
    public boolean isolate(int pfn) {
        return owns(pfn) && lru.isolate(pfn);
    }

    @Override
    public void migrate(int fromPfn, int toPfn) {
        int mapping = map.mapping(fromPfn);
        int at = map.index(fromPfn);
        members[at] = toPfn;
        map.setIndex(toPfn, at);
        count(fromPfn, mapping, -1);
        map.setMapping(fromPfn, 0);
        map.clearFlags(fromPfn, PG_SWAPBACKED);
        own(toPfn, mapping);
        // The owner's reference; whoever moves the page holds the one that keeps it.
        map.addRefcount(fromPfn, -1);
    }

    @Override
    public void putback(int pfn) {
        lru.putback(pfn);
    }

    @Override
    public String toString() {
        return nrFile + " pages of files, " + nrAnon + " anonymous pages";
    }
}
