package org.kunitjvm.mm.lru;

import java.util.function.IntFunction;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.mm.node.NodeCounters;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.ZoneTable;

/**
 * The LRU lists of a kernel, the batches in front of them, and references to folios. The entry point of the package.
 */
public final class Lru {
    /** {@code PAGEVEC_SIZE}: entries of a batch since Linux 6.8. */
    public static final int PAGEVEC_SIZE = 31;
    /** Entries of a batch before Linux 6.8. */
    public static final int PAGEVEC_SIZE_BEFORE_6_8 = 15;

    private final Folios folios;
    private final LruBatches batches;
    private final MlockBatches mlock;
    private final LruDrain drain;

    /** What an LRU is made over: the memory it looks after. */
    public record Memory(PageMap map, ZoneTable zones, VmEvents events, IntFunction<NodeCounters> nodeCounters) {
    }

    /**
     * Lists without members.
     *
     * @param free where folios go
     * @param batchSize entries of each batch, {@link #PAGEVEC_SIZE} in the reference kernel
     */
    public Lru(Kernel kernel, Memory memory, FolioFree free, int batchSize) {
        this.folios = new Folios(kernel, memory, free);
        this.batches = new LruBatches(folios, batchSize);
        this.mlock = new MlockBatches(folios, batches, batchSize);
        this.drain = new LruDrain(folios, batches, mlock);
    }

    /** The LRU of a kernel. */
    public static Lru of(Kernel kernel) {
        return kernel.get(Lru.class);
    }

    /** The per-CPU batches. */
    public LruBatches batches() {
        return batches;
    }

    /** The per-CPU batches of mlock. */
    public MlockBatches mlock() {
        return mlock;
    }

    /** Drains. */
    public LruDrain drain() {
        return drain;
    }

    /** The lists of a node ({@code NODE_DATA(nid)->__lruvec}). */
    public LruVec vec(int nid) {
        return folios.vec(nid);
    }

    /** Take one more reference ({@code folio_get}). */
    public void get(int pfn) {
        folios.get(pfn);
    }

    /** Drop a reference; the last one takes the folio off its list and frees it ({@code folio_put}). */
    public void put(int pfn) {
        folios.put(pfn);
    }

    /**
     * Take a folio off its list for oneself, with a reference; returns false if it is on none, or somebody else was
     * faster. Models mm/vmscan.c: folio_isolate_lru.
     */
    public boolean isolate(int pfn) {
        return folios.isolate(pfn);
    }

    /**
     * Take up to {@code nrToTake} single pages from the end of a list for oneself, each with a reference. Pages of
     * zones above {@code highestIndex} go to the front instead. Models mm/vmscan.c: isolate_lru_folios.
     *
     * @return how many were taken
     */
    public int isolateTail(int nid, LruList list, int highestIndex, int nrToTake, int[] into) {
        return folios.isolateTail(nid, list, highestIndex, nrToTake, into);
    }

    /**
     * Put an isolated folio back where it belongs by now, and drop the reference. Models mm/vmscan.c:
     * folio_putback_lru.
     */
    public void putback(int pfn) {
        batches.addLru(pfn);
        folios.put(pfn);
    }
}
