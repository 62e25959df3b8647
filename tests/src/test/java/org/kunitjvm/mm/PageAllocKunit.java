package org.kunitjvm.mm;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_GE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_LT;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE_MSG;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_FAIL;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_DEFAULT;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_UNMAPPED;
import static org.kunitjvm.mm.types.FreeType.NR_FREETYPE_FLAGS;
import static org.kunitjvm.mm.types.FreeType.NR_FREETYPE_IDXS;
import static org.kunitjvm.mm.types.Gfp.gfp;
import static org.kunitjvm.mm.types.GfpFlags.GFP_ATOMIC;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOFS;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOIO;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOWAIT;
import static org.kunitjvm.mm.types.GfpFlags.GFP_USER;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_UNMAPPED;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ZERO;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_PCPTYPES;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_RECLAIMABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_TYPES;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;
import static org.kunitjvm.mm.types.MmConstants.HPAGE_PMD_ORDER;
import static org.kunitjvm.mm.types.MmConstants.MAX_ORDER_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;
import static org.kunitjvm.mm.types.MmConstants.PAGE_SIZE;
import static org.kunitjvm.mm.types.MmConstants.ZONE_NORMAL;
import static org.kunitjvm.mm.zone.PerCpuPages.NR_PCP_LISTS;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.mmu.Pgprot;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sync.Guard;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitInit;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.KunitSuiteExit;
import org.kunitjvm.kunit.KunitSuiteInit;
import org.kunitjvm.kunit.Speed;
import org.kunitjvm.kunit.SuiteContext;
import org.kunitjvm.kunit.resource.Action;
import org.kunitjvm.mm.mermap.Mermap;
import org.kunitjvm.mm.mermap.MermapAlloc;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.page.Pfns;
import org.kunitjvm.mm.types.FreeType;
import org.kunitjvm.mm.types.Gfp;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;

/**
 * The page allocator on a node that nobody else uses, got by whichever way {@code page_alloc_test.route=} names. Cases
 * and names are those of the posted series; each case leaves the CPUs' caches of the node empty.
 */
@KunitSuite(value = "page_alloc", config = "PAGE_ALLOC_KUNIT_TEST")
final class PageAllocKunit {
    private static final int EPERM = 1;
    private static final Action<IsolatedNode> CLOSE_NODE = IsolatedNode::close;

    private @Nullable IsolatedNode isolated;
    private @Nullable String skipReason;

    // ---------------------------------------------------------------- fixture

    /** Get the node; without one the suite fails, or its cases are skipped if this machine cannot have one. */
    @KunitSuiteInit
    int populateIsolatedNode(SuiteContext suite) {
        try {
            isolated = IsolatedNode.open(Mm.of(suite.kernel()));
        } catch (IsolatedNodeUnavailable e) {
            if (e.isSkip()) {
                skipReason = e.lines().getFirst();
                return 0;
            }
            e.lines().forEach(line -> suite.err("%s", line));
            return -EPERM;
        }
        return pcpListsAreEmpty(suite) ? 0 : -EPERM;
    }

    private boolean pcpListsAreEmpty(SuiteContext suite) {
        boolean empty = true;
        for (Zone zone : node().zones()) {
            for (int cpu = 0; cpu < zone.pcp.length; cpu++) {
                for (int pindex = 0; pindex < NR_PCP_LISTS; pindex++) {
                    if (!zone.pcp[cpu].lists.isEmpty(pindex)) {
                        suite.err("PCPlist %d on CPU %d wasn't empty", pindex, cpu);
                        empty = false;
                    }
                }
            }
        }
        return empty;
    }

    @KunitSuiteExit
    void depopulateIsolatedNode(SuiteContext suite) {
        if (isolated != null) {
            CLOSE_NODE.run(isolated);
        }
    }

    @KunitInit
    void setUp(Kunit test) {
        if (skipReason != null) {
            test.skip("%s", skipReason);
        }
        test.addActionOrReset(this::drainNode, node());
    }

    private void drainNode(IsolatedNode node) {
        node.space().allocator().drainAllPages(null);
    }

    private IsolatedNode node() {
        if (isolated == null) {
            throw new IllegalStateException("no isolated node");
        }
        return isolated;
    }

    private static void freeOnSameCpu(Kunit test, Page page, int order, Zone zone) {
        Kernel kernel = test.kernel();
        Mm mm = Mm.of(kernel);
        try (Guard _ = kernel.preempt().migrateGuard()) {
            mm.freePages(page, order);
            mm.drainPagesZone(kernel.current().cpu(), zone);
        }
    }

    // ---------------------------------------------------------------- test_alloc_fresh

    /** A request on a node where everything is free. */
    record FreshCase(int order, Gfp gfp) {
        @Override
        public String toString() {
            return "order " + order + " " + gfp;
        }
    }

    static List<FreshCase> freshCases() {
        List<FreshCase> cases = new ArrayList<>();
        for (int mask : new int[] {GFP_KERNEL, GFP_ATOMIC, GFP_USER, GFP_NOWAIT, GFP_NOIO, GFP_NOFS}) {
            for (int order = 0; order < NR_PAGE_ORDERS; order++) {
                cases.add(new FreshCase(order, gfp(mask)));
            }
        }
        return cases;
    }

    /**
     * A page of a node where everything is free lies in the node, and its block is whole again after free and drain.
     */
    @KunitCase(params = "freshCases")
    @Tag("M-127")
    void testAllocFresh(Kunit test, FreshCase c) {
        Mm mm = Mm.of(test.kernel());
        Page page = node().allocPages(c.gfp(), c.order());
        KUNIT_ASSERT_NOT_NULL(test, page);
        Zone zone = mm.pageZone(page);
        int pfn = page.pfn();

        KUNIT_EXPECT_FALSE_MSG(test, page.isBuddy(), "page 0x%lx was handed out but is on a free list", pfn);
        expectWithinZone(test, pfn, node().zones().getFirst());
        KUNIT_EXPECT_PTR_EQ(test, zone, node().zones().getFirst());
        KUNIT_EXPECT_EQ(test, zone.index, ZONE_NORMAL);

        freeOnSameCpu(test, page, c.order(), zone);

        KUNIT_EXPECT_TRUE(test, page.isBuddy());
        KUNIT_EXPECT_EQ(test, page.buddyOrder(), MAX_PAGE_ORDER);
        expectPcpListsEmpty(test, zone);
        expectOnFreeList(test, zone, Pfns.alignDown(pfn, MAX_ORDER_NR_PAGES), MIGRATE_UNMOVABLE);
    }

    private static void expectWithinZone(Kunit test, int pfn, Zone zone) {
        KUNIT_EXPECT_TRUE_MSG(test, zone.spans(pfn), "Wanted PFN 0x%lx - 0x%lx, got 0x%lx", zone.startPfn, zone.endPfn() - 1, pfn);
    }

    private static void expectPcpListsEmpty(Kunit test, Zone zone) {
        for (PerCpuPages pcp : zone.pcp) {
            for (int pindex = 0; pindex < NR_PCP_LISTS; pindex++) {
                KUNIT_EXPECT_TRUE_MSG(test, pcp.lists.isEmpty(pindex), "pcplist %d not empty", pindex);
            }
        }
    }

    private static void expectOnFreeList(Kunit test, Zone zone, int blockPfn, int type) {
        boolean found = false;
        for (int pfn = zone.free.first(MAX_PAGE_ORDER, type); pfn >= 0 && !found;
            pfn = zone.free.next(MAX_PAGE_ORDER, pfn)) {
            found = pfn == blockPfn;
        }
        KUNIT_EXPECT_TRUE_MSG(test, found, "block 0x%lx is not on the order %d free list of type %d", blockPfn, MAX_PAGE_ORDER, type);
    }

    // ---------------------------------------------------------------- test_pindex_helpers

    /** Every order and freetype that is cached has a list of its own, but huge pages that are not movable share one. */
    @KunitCase
    @Tag("M-128")
    void testPindexHelpers(Kunit test) {
        BitSet unused = new BitSet(NR_PCP_LISTS);
        unused.set(0, NR_PCP_LISTS);
        for (int order = 0; order < NR_PAGE_ORDERS; order++) {
            for (int type = 0; type < MIGRATE_TYPES; type++) {
                for (int flags = 0; flags < NR_FREETYPE_FLAGS; flags++) {
                    int freetype = FreeType.freetypeIdx(type, flags);
                    if (PerCpuPages.isAllowedOrder(order) && type < MIGRATE_PCPTYPES && freetype >= 0) {
                        expectPindex(test, order, freetype, unused);
                    }
                }
            }
        }
        KUNIT_EXPECT_TRUE_MSG(test, unused.isEmpty(), "unused pindices: %s", unused);
    }

    private static void expectPindex(Kunit test, int order, int idx, BitSet unused) {
        FreeType freetype = FreeType.freetypeFromIdx(idx);
        int pindex = PerCpuPages.index(order, idx);
        KUNIT_ASSERT_LT(test, pindex, NR_PCP_LISTS);
        KUNIT_EXPECT_TRUE_MSG(test, unused.get(pindex), "pindex %d reused (order %d migratetype %d flags 0x%x)",
            pindex, order, freetype.migratetype(), freetype.flags());
        // Unmovable and reclaimable huge pages share a list: it counts as used with the later one.
        boolean sharedLater = order == HPAGE_PMD_ORDER && idx == Math.min(MIGRATE_UNMOVABLE, MIGRATE_RECLAIMABLE);
        if (!sharedLater) {
            unused.clear(pindex);
        }
        KUNIT_EXPECT_EQ(test, PerCpuPages.orderOf(pindex), order);
    }

    // ---------------------------------------------------------------- test_freetype_idx

    /** Each freetype that exists has an index of its own, and the index leads back to it. */
    @KunitCase
    @Tag("M-129")
    void testFreetypeIdx(Kunit test) {
        BitSet unused = new BitSet(NR_FREETYPE_IDXS);
        unused.set(0, NR_FREETYPE_IDXS);
        for (int type = 0; type < MIGRATE_TYPES; type++) {
            for (int flags = 0; flags < NR_FREETYPE_FLAGS; flags++) {
                int idx = FreeType.freetypeIdx(type, flags);
                if (idx == -1) {
                    continue;
                }
                KUNIT_ASSERT_GE(test, idx, 0);
                KUNIT_ASSERT_LT(test, idx, NR_FREETYPE_IDXS);
                KUNIT_EXPECT_TRUE_MSG(test, unused.get(idx), "idx %d reused (migratetype %d flags 0x%x)", idx, type, flags);
                unused.clear(idx);
                KUNIT_EXPECT_EQ(test, FreeType.freetypeFromIdx(idx), new FreeType(type, flags));
            }
        }
        KUNIT_EXPECT_TRUE_MSG(test, unused.isEmpty(), "unused idxs: %s", unused);
    }

    // ---------------------------------------------------------------- test_alloc_map_unmap

    private static final Action<MmStruct> MMPUT = MmStruct::mmput;

    /**
     * Allocating most of the node unmapped and then most of it mapped makes whole blocks leave the direct map and come
     * back: what is handed out is always on the side that was asked for.
     */
    @KunitCase
    @Tag("M-130")
    void testAllocMapUnmap(Kunit test) {
        inMermapSpace(test, nrPages -> {
            allocMany(test, nrPages, GFP_KERNEL, ALLOC_UNMAPPED, page -> { });
            allocMany(test, nrPages, GFP_KERNEL, ALLOC_DEFAULT, page -> { });
        });
    }

    private static final String[] EXTRA_GFP = {"0", "__GFP_ZERO"};

    /** The form first posted: a bit of the request says that the pages are unmapped, and it may ask for zeroed ones. */
    @KunitCase(params = "EXTRA_GFP", speed = Speed.SLOW)
    void testAllocMapUnmapGfp(Kunit test, String extra) {
        boolean zero = extra.equals("__GFP_ZERO");
        int gfp = zero ? GFP_KERNEL | __GFP_ZERO : GFP_KERNEL;
        inMermapSpace(test, nrPages -> {
            // What a page is left with must not be what the next owner finds.
            allocMany(test, nrPages, GFP_KERNEL | __GFP_UNMAPPED, ALLOC_DEFAULT,
                page -> wordThroughMermap(test, page, DIRT));
            allocMany(test, nrPages, gfp | __GFP_UNMAPPED, ALLOC_DEFAULT, page -> {
                int word = wordThroughMermap(test, page, DIRT);
                if (zero && word != 0) {
                    KUNIT_ASSERT_EQ_MSG(test, word, 0, "page 0x%lx is not zeroed", page.pfn());
                }
            });
            allocMany(test, nrPages, gfp, ALLOC_DEFAULT, page -> { });
        });
    }

    private static final int DIRT = 0x5a5a5a5a;

    /** Write the first word of a page that the direct map does not have; returns what it was. */
    private static int wordThroughMermap(Kunit test, Page page, int value) {
        Mermap mermap = test.kernel().get(Mermap.class);
        MermapAlloc alloc = mermap.get(page, PAGE_SIZE, Pgprot.PAGE_KERNEL);
        if (alloc == null) {
            KUNIT_FAIL(test, "mermap_get failed");
            return DIRT;
        }
        int was = test.kernel().mmu().readInt(alloc.addr());
        test.kernel().mmu().writeInt(alloc.addr(), value);
        mermap.put(alloc);
        return was;
    }

    /** Run {@code body}, with a majority of the node's pages as its argument, in an address space with a mermap. */
    private void inMermapSpace(Kunit test, IntConsumer body) {
        Kernel kernel = test.kernel();
        if (!kernel.config().isEnabled("PAGE_ALLOC_UNMAPPED")) {
            test.skip("CONFIG_PAGE_ALLOC_UNMAPPED is not enabled");
        }
        if (!kernel.mmu().canSetDirectMap()) {
            test.skip("the direct map cannot be changed");
        }
        MmStruct space = kernel.sched().mmTable().alloc();
        test.addActionOrReset(MMPUT, space);
        kernel.mmSwitch().use(space);
        KUNIT_ASSERT_EQ(test, mermapMmPrepare(kernel, space), 0);
        try (Guard _ = kernel.preempt().migrateGuard()) {
            int nrPages = node().zones().stream().mapToInt(zone -> zone.presentPages).sum() / 2 + 1;
            body.accept(nrPages);
        }
        kernel.mmSwitch().unuse(space);
    }

    private static int mermapMmPrepare(Kernel kernel, MmStruct space) {
        Mermap mermap = kernel.find(Mermap.class);
        try {
            if (mermap != null) {
                mermap.mmPrepare(space);
            }
            return 0;
        } catch (ErrnoException e) {
            return e.ret();
        }
    }

    /** Allocate single pages, check each one's side, look at it, and free them all. */
    private void allocMany(Kunit test, int nrPages, int mask, int allocFlags, Consumer<Page> look) {
        Mm mm = Mm.of(test.kernel());
        Gfp gfp = gfp(mask | __GFP_NOWARN);
        boolean mapped = allocFlags == ALLOC_DEFAULT && (mask & __GFP_UNMAPPED) == 0;
        List<Page> pages = new ArrayList<>(nrPages);
        test.addActionOrReset(this::freeAll, pages);
        for (int i = 0; i < nrPages; i++) {
            Page page = node().allocPages(gfp, 0, allocFlags);
            if (page == null) {
                // Only the failing page is worth a check of its own: there are tens of thousands.
                KUNIT_ASSERT_NOT_NULL_MSG(test, page, "Failed to alloc order %d page (GFP *%s) iter %d", 0, gfp, i);
                return;
            }
            pages.add(page);
            boolean present = test.kernel().mmu().kernelPagePresent(page.pfn());
            boolean unmappedBlock = FreeType.isUnmapped(page.blockType());
            if (present != mapped || unmappedBlock == mapped) {
                KUNIT_EXPECT_EQ(test, present, mapped);
                KUNIT_ASSERT_EQ(test, unmappedBlock, !mapped);
            }
            look.accept(page);
        }
        pages.forEach(mm::freePage);
        pages.clear();
    }

    private void freeAll(List<Page> pages) {
        pages.forEach(page -> node().space().allocator().freePages(page.pfn(), 0));
        pages.clear();
    }

    // ---------------------------------------------------------------- test_stress_interleaved_allocs

    private static final int POOL_CAPACITY = 65_536;
    private static final int POOL_MIN = 100;
    private static final int ITERATIONS = 10_000_000;
    private static final int STRESS_ORDERS = 4;

    /** Blocks that are out, in no order. */
    private static final class Pool {
        private final Page[] pages = new Page[POOL_CAPACITY];
        private final byte[] orders = new byte[POOL_CAPACITY];
        private final BitSet pfns = new BitSet();
        private final int startPfn;
        private int live;

        Pool(int startPfn) {
            this.startPfn = startPfn;
        }

        /** Returns the first frame that somebody has already, or -1. */
        int add(Page page, int order) {
            pages[live] = page;
            orders[live++] = (byte) order;
            int first = page.pfn() - startPfn;
            int end = first + (1 << order);
            int taken = pfns.nextSetBit(first);
            pfns.set(first, end);
            return taken >= 0 && taken < end ? taken + startPfn : -1;
        }

        void free(int index, Mm mm) {
            Page page = pages[index];
            int order = orders[index];
            live--;
            pages[index] = pages[live];
            orders[index] = orders[live];
            int first = page.pfn() - startPfn;
            pfns.clear(first, first + (1 << order));
            mm.freePages(page, order);
        }
    }

    /** No frame is ever handed out twice, however allocations and frees are mixed. */
    @KunitCase(speed = Speed.SLOW)
    @Tag("M-131")
    void testStressInterleavedAllocs(Kunit test) {
        Mm mm = Mm.of(test.kernel());
        SplittableRandom random = new SplittableRandom(test.kernel().seed());
        Pool pool = new Pool(node().zones().getFirst().startPfn);
        Gfp gfp = gfp(GFP_KERNEL | __GFP_NOWARN);
        boolean mayUnmap = test.kernel().config().isEnabled("PAGE_ALLOC_UNMAPPED")
            && test.kernel().mmu().canSetDirectMap();
        long allocs = 0;
        long frees = 0;
        for (int i = 0; i < ITERATIONS; i++) {
            boolean alloc = pool.live < POOL_MIN || pool.live < POOL_CAPACITY && random.nextBoolean();
            if (!alloc) {
                pool.free(random.nextInt(pool.live), mm);
                frees++;
                continue;
            }
            int order = random.nextInt(STRESS_ORDERS);
            boolean unmapped = mayUnmap && random.nextBoolean();
            Page page = node().allocPages(gfp, order, unmapped ? ALLOC_UNMAPPED : ALLOC_DEFAULT);
            if (test.kernel().warnings().warnOnOnce(page == null) || page == null) {
                continue;
            }
            allocs++;
            int twice = pool.add(page, order);
            if (twice >= 0) {
                KUNIT_FAIL(test, "Double allocation detected! PFN %lu returned twice.", twice);
            }
        }
        while (pool.live > 0) {
            pool.free(pool.live - 1, mm);
            frees++;
        }
        test.info("%lu allocations, %lu frees", allocs, frees);
        KUNIT_EXPECT_EQ(test, frees, allocs);
    }
}
