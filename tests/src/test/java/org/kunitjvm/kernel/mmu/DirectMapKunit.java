package org.kunitjvm.kernel.mmu;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;
import static org.kunitjvm.mm.alloc.AllocFlags.ALLOC_UNMAPPED;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitNeeds;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.types.Gfp;
import org.kunitjvm.mm.types.NodeMask;

/** A frame is either in the direct map or its address there faults, on every CPU, once the flush is done. */
@KunitSuite(value = "direct_map", config = "DIRECT_MAP_KUNIT_TEST")
final class DirectMapKunit {
    private static final int MAGIC = 0xd1d1;
    private static final int BLOCK_ORDER = 9;
    private static final int BLOCK_PAGES = 1 << BLOCK_ORDER;

    /** A block that is put back into the direct map and freed at the end. */
    private record Block(Kunit test, Page page, int order) {
        int pfn() {
            return page.pfn();
        }

        Mmu mmu() {
            return test.kernel().mmu();
        }

        int setValid(int pfn, int nrPages, boolean valid) {
            try {
                mmu().setDirectMapValidNoflush(pfn, nrPages, valid);
                return 0;
            } catch (ErrnoException e) {
                return e.ret();
            }
        }

        void release() {
            setValid(pfn(), 1 << order, true);
            Mm.of(test.kernel()).freePages(page, order);
        }

        boolean faults(int atPfn) {
            try {
                mmu().readInt(mmu().pageAddress(atPfn));
                return false;
            } catch (KernelBug bug) {
                return true;
            }
        }
    }

    private static Block alloc(Kunit test, int order) {
        @Nullable Page page = Mm.of(test.kernel()).allocPages(Gfp.gfp(GFP_KERNEL), order);
        KUNIT_ASSERT_NOT_NULL(test, page);
        Block block = new Block(test, page, order);
        test.addActionOrReset(Block::release, block);
        return block;
    }

    @KunitCase
    void everyAllocatedPageIsPresent(Kunit test) {
        Block block = alloc(test, 3);
        for (int i = 0; i < 8; i++) {
            KUNIT_EXPECT_TRUE(test, block.mmu().kernelPagePresent(block.pfn() + i));
        }
    }

    @KunitCase
    void singlePageLeavesAndItsNeighboursStay(Kunit test) {
        Block block = alloc(test, 2);
        int pfn = block.pfn() + 1;
        KUNIT_ASSERT_EQ(test, block.setValid(pfn, 1, false), 0);
        block.mmu().flushTlbKernelRange(block.mmu().pageAddress(pfn), block.mmu().pageAddress(pfn + 1));
        KUNIT_EXPECT_FALSE(test, block.mmu().kernelPagePresent(pfn));
        KUNIT_EXPECT_TRUE(test, block.faults(pfn));
        KUNIT_EXPECT_FALSE(test, block.faults(pfn - 1));
        KUNIT_EXPECT_FALSE(test, block.faults(pfn + 1));
    }

    @KunitCase
    void splitLeavesEveryOtherFrameWhereItWas(Kunit test) {
        Block block = alloc(test, BLOCK_ORDER);
        for (int i = 0; i < BLOCK_PAGES; i++) {
            block.mmu().writeInt(block.mmu().pageAddress(block.pfn() + i), MAGIC + i);
        }
        int out = block.pfn() + BLOCK_PAGES / 2;
        KUNIT_ASSERT_EQ(test, block.setValid(out, 1, false), 0);
        block.mmu().flushTlbKernelRange(block.mmu().pageAddress(block.pfn()),
            block.mmu().pageAddress(block.pfn() + BLOCK_PAGES));
        for (int i = 0; i < BLOCK_PAGES; i += BLOCK_PAGES / 2 - 1) {
            KUNIT_EXPECT_EQ(test, block.mmu().readInt(block.mmu().pageAddress(block.pfn() + i)), MAGIC + i);
        }
        KUNIT_EXPECT_TRUE(test, block.faults(out));
    }

    @KunitCase
    void wholeBlockLeavesWithoutASplit(Kunit test) {
        Block block = alloc(test, BLOCK_ORDER);
        KUNIT_ASSERT_EQ(test, block.setValid(block.pfn(), BLOCK_PAGES, false), 0);
        int tables = block.mmu().bootTables();
        KUNIT_EXPECT_FALSE(test, block.mmu().kernelPagePresent(block.pfn()));
        KUNIT_EXPECT_FALSE(test, block.mmu().kernelPagePresent(block.pfn() + BLOCK_PAGES - 1));
        KUNIT_ASSERT_EQ(test, block.setValid(block.pfn(), BLOCK_PAGES, true), 0);
        KUNIT_EXPECT_EQ(test, block.mmu().bootTables(), tables);
        KUNIT_EXPECT_TRUE(test, block.mmu().kernelPagePresent(block.pfn() + BLOCK_PAGES - 1));
    }

    @KunitCase
    void contentSurvivesBeingUnmapped(Kunit test) {
        Block block = alloc(test, 0);
        long addr = block.mmu().pageAddress(block.pfn());
        block.mmu().writeInt(addr, MAGIC);
        KUNIT_ASSERT_EQ(test, block.setValid(block.pfn(), 1, false), 0);
        block.mmu().flushTlbKernelRange(addr, addr + PageTable.PAGE_SIZE);
        KUNIT_ASSERT_EQ(test, block.setValid(block.pfn(), 1, true), 0);
        KUNIT_EXPECT_EQ(test, block.mmu().readInt(addr), MAGIC);
    }

    @KunitCase
    void accessBeforeTheFlushIsStale(Kunit test) {
        Block block = alloc(test, 0);
        block.mmu().readInt(block.mmu().pageAddress(block.pfn()));
        KUNIT_ASSERT_EQ(test, block.setValid(block.pfn(), 1, false), 0);
        String report = "";
        try {
            block.mmu().readInt(block.mmu().pageAddress(block.pfn()));
        } catch (KernelBug bug) {
            report = String.valueOf(bug.getMessage());
        }
        KUNIT_EXPECT_TRUE(test, report.startsWith("BUG: use of a stale TLB entry"));
        KUNIT_EXPECT_TRUE(test, report.contains("set_direct_map_valid_noflush"));
    }

    /** Let every CPU read at {@code addr}, so that it remembers the translation. */
    private static void fillOnEveryCpu(Kunit test, Mmu mmu, long addr) {
        for (int cpu = 0; cpu < test.kernel().machine().cpus(); cpu++) {
            var task = test.kernel().kthreads().createOnCpu("reader", cpu, () -> mmu.readInt(addr) & 0);
            test.kernel().sched().wake(task);
            test.kernel().sched().join(task, Long.MAX_VALUE);
            KUNIT_EXPECT_TRUE(test, mmu.tlbHas(cpu, addr));
        }
    }

    @KunitCase
    @KunitNeeds(config = "PAGE_ALLOC_UNMAPPED")
    void blockThatTheAllocatorTakesOutIsFlushedEverywhere(Kunit test) {
        Mm mm = Mm.of(test.kernel());
        Mmu mmu = test.kernel().mmu();
        Page mapped = mm.allocPages(Gfp.gfp(GFP_KERNEL), BLOCK_ORDER);
        KUNIT_ASSERT_NOT_NULL(test, mapped);
        long addr = mmu.pageAddress(mapped.pfn());
        fillOnEveryCpu(test, mmu, addr);
        mm.freePages(mapped, BLOCK_ORDER);
        mm.drainAllPages(null);

        // The block that is unmovable already is the first to be taken.
        Page unmapped = mm.allocPagesIn(mm.machineSpace(), Gfp.gfp(GFP_KERNEL), BLOCK_ORDER, 0, NodeMask.ANY,
            ALLOC_UNMAPPED);

        KUNIT_ASSERT_NOT_NULL(test, unmapped);
        KUNIT_EXPECT_FALSE(test, mmu.kernelPagePresent(mapped.pfn()));
        for (int cpu = 0; cpu < test.kernel().machine().cpus(); cpu++) {
            KUNIT_EXPECT_FALSE(test, mmu.tlbHas(cpu, addr));
        }
        mm.freePages(unmapped, BLOCK_ORDER);
    }

    @KunitCase
    void kernelRangeFlushReachesEveryCpu(Kunit test) {
        Block block = alloc(test, 0);
        long addr = block.mmu().pageAddress(block.pfn());
        fillOnEveryCpu(test, block.mmu(), addr);
        block.mmu().flushTlbKernelRange(addr, addr + PageTable.PAGE_SIZE);
        for (int cpu = 0; cpu < test.kernel().machine().cpus(); cpu++) {
            KUNIT_EXPECT_FALSE(test, block.mmu().tlbHas(cpu, addr));
        }
    }

    @KunitCase
    void frameThatIsNoMemoryIsRefused(Kunit test) {
        Block block = alloc(test, 0);
        int beyond = 1 << 30;
        KUNIT_EXPECT_FALSE(test, block.mmu().kernelPagePresent(beyond));
        KUNIT_EXPECT_EQ(test, block.setValid(beyond, 1, false), -Errno.EINVAL.number());
    }
}
