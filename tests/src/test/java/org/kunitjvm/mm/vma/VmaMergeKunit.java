package org.kunitjvm.mm.vma;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_TRUE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;
import static org.kunitjvm.mm.vma.Mman.PAGE_SIZE;
import static org.kunitjvm.mm.vma.TestSpace.F;
import static org.kunitjvm.mm.vma.TestSpace.WITH_CLOSE;
import static org.kunitjvm.mm.vma.TestSpace.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.kunitjvm.kernel.hook.ExportSymbolIfKunit;
import org.kunitjvm.kunit.ImportNs;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.mm.vma.VmaMergeStruct.State;

/**
 * Ranges that are alike become one area, and the right object survives: the cases of the posted userland suite, and
 * newer ones.
 */
@KunitSuite(value = "vma_merge", config = "VMA_KUNIT_TEST")
@ImportNs(ExportSymbolIfKunit.EXPORTED_FOR_KUNIT_TESTING)
final class VmaMergeKunit {
    private MergerSymbols merger;
    private SplitterSymbols splitter;

    private TestSpace.Symbols symbols() {
        return new TestSpace.Symbols(merger, splitter);
    }

    private static final long[] SPECIAL_FLAGS = {VmFlags.VM_IO, VmFlags.VM_DONTEXPAND, VmFlags.VM_PFNMAP,
        VmFlags.VM_MIXEDMAP};

    @KunitCase
    void simpleMerge(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea left = mm.area(0, 1);
            VmArea right = mm.area(2, 3);
            VmArea merged = mm.mergeNew(1, 2);
            KUNIT_ASSERT_NOT_NULL(test, merged);
            KUNIT_EXPECT_PTR_EQ(test, merged, left);
            KUNIT_EXPECT_FALSE(test, right.isAttached());
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,3)@0");
            KUNIT_EXPECT_EQ(test, merged.vmFlags(), F);
        }
    }

    /** One after the other: no merge, both, to the left, to the right, both, to the right, both. */
    @KunitCase
    void mergeNew(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            AnonVma dummy = TestSpace.dummyAnonVma();
            VmArea a = mm.area(0, 2);
            VmArea b = mm.area(3, 4);
            VmArea c = mm.area(0xb, 0xc);
            // Chains hold what a fault would have put there, when it is put there: a clone adds to them.

            TestSpace.Placed placed = mm.place(7, 9, 7, F);
            VmArea d = placed.vma();
            KUNIT_ASSERT_FALSE(test, placed.merged());
            KUNIT_EXPECT_EQ(test, mm.space.mapCount(), 4);

            mm.restartLock();
            a.setVmOps(WITH_CLOSE);
            TestSpace.setAnonVma(b, dummy);
            expectMerged(test, mm, mm.mergeNew(2, 3), a, "[0,4)@0", dummy, 3);
            KUNIT_EXPECT_FALSE(test, b.isAttached());

            mm.restartLock();
            expectMerged(test, mm, mm.mergeNew(4, 5), a, "[0,5)@0", dummy, 3);

            mm.restartLock();
            TestSpace.setAnonVma(d, dummy);
            d.setVmOps(WITH_CLOSE);
            expectMerged(test, mm, mm.mergeNew(6, 7), d, "[6,9)@6", dummy, 3);

            mm.restartLock();
            d.setVmOps(null);
            expectMerged(test, mm, mm.mergeNew(5, 6), a, "[0,9)@0", dummy, 2);

            mm.restartLock();
            TestSpace.setAnonVma(c, dummy);
            expectMerged(test, mm, mm.mergeNew(0xa, 0xb), c, "[a,c)@a", dummy, 2);

            mm.restartLock();
            expectMerged(test, mm, mm.mergeNew(9, 0xa), a, "[0,c)@0", dummy, 1);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,c)@0");
        }
    }

    private static void expectMerged(Kunit test, TestSpace mm, @org.jspecify.annotations.Nullable VmArea got,
        VmArea expected, String range, AnonVma anonVma, int mapCount) {
        KUNIT_EXPECT_PTR_EQ(test, got, expected);
        KUNIT_EXPECT_STREQ(test, text(got), range);
        KUNIT_EXPECT_PTR_EQ(test, expected.anonVma(), anonVma);
        KUNIT_EXPECT_TRUE(test, expected.isWriteStarted());
        KUNIT_EXPECT_TRUE(test, expected.isAttached());
        KUNIT_EXPECT_EQ(test, mm.space.mapCount(), mapCount);
    }

    @KunitCase
    void mergeSpecialFlags(Kunit test) {
        long all = 0;
        for (long flag : SPECIAL_FLAGS) {
            all |= flag;
        }
        KUNIT_EXPECT_EQ(test, all, VmFlags.VM_SPECIAL);
        for (long flag : SPECIAL_FLAGS) {
            try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
                VmArea left = mm.area(0, 3, 0, F | flag);
                VmaMergeStruct vmg = mm.newRange(3, 4, 3, F | flag);
                KUNIT_EXPECT_NULL(test, mm.mergeNew(vmg));
                KUNIT_EXPECT_EQ(test, vmg.state(), State.NOMERGE);

                VmArea vma = mm.area(3, 4, 3, F | flag);
                vmg = mm.existing(left, vma, 3, 4);
                KUNIT_EXPECT_NULL(test, mm.mergeExisting(vmg));
                KUNIT_EXPECT_EQ(test, vmg.state(), State.NOMERGE);
                KUNIT_EXPECT_EQ(test, mm.space.mapCount(), 2);
            }
        }
    }

    /** An area that wants to know of its end is never deleted by a merge. */
    @KunitCase
    void mergeWithClose(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3);
            VmArea next = mm.area(5, 9);
            next.setVmOps(WITH_CLOSE);
            KUNIT_EXPECT_PTR_EQ(test, mm.mergeNew(3, 5), prev);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,5)@0 [5,9)@5");
            KUNIT_EXPECT_TRUE(test, next.isAttached());
        }
        expectBlocked(test, true, false);
        expectBlocked(test, false, true);
        expectBlocked(test, true, true);
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3);
            VmArea vma = mm.area(3, 5);
            mm.area(5, 9).setVmOps(WITH_CLOSE);
            VmaMergeStruct vmg = mm.existing(prev, vma, 3, 5);
            KUNIT_EXPECT_PTR_EQ(test, mm.mergeExisting(vmg), prev);
            KUNIT_EXPECT_EQ(test, vmg.state(), State.SUCCESS);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,5)@0 [5,9)@5");
        }
    }

    private void expectBlocked(Kunit test, boolean withPrev, boolean withNext) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = withPrev ? mm.area(0, 3) : null;
            VmArea vma = mm.area(3, 5);
            vma.setVmOps(WITH_CLOSE);
            if (withNext) {
                mm.area(5, 9);
            }
            String before = mm.layout();
            VmaMergeStruct vmg = mm.existing(prev, vma, 3, 5);
            KUNIT_EXPECT_NULL(test, mm.mergeExisting(vmg));
            KUNIT_EXPECT_EQ(test, vmg.state(), State.NOMERGE);
            KUNIT_EXPECT_STREQ(test, mm.layout(), before);
        }
    }

    @KunitCase
    void mergeNewWithClose(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 2);
            VmArea next = mm.area(5, 7);
            prev.setVmOps(WITH_CLOSE);
            next.setVmOps(WITH_CLOSE);
            VmaMergeStruct vmg = mm.newRange(2, 5, 2);
            VmArea merged = mm.mergeNew(vmg);
            KUNIT_EXPECT_PTR_EQ(test, merged, prev);
            KUNIT_EXPECT_EQ(test, vmg.state(), State.SUCCESS);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,5)@0 [5,7)@5");
            KUNIT_EXPECT_PTR_EQ(test, prev.vmOps(), WITH_CLOSE);
            KUNIT_EXPECT_TRUE(test, prev.isWriteStarted());
            KUNIT_EXPECT_EQ(test, mm.space.mapCount(), 2);
        }
    }

    @KunitCase
    void mergeExisting(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            // Right, partial: the area keeps its head.
            VmArea vma = mm.area(2, 6);
            VmArea next = mm.area(6, 9);
            TestSpace.linkInChain(next);
            AnonVma dummy = TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
            mm.restartLock();
            vma.setVmOps(WITH_CLOSE);
            expectGiven(test, mm, mm.existing(vma, vma, 3, 6), next, "[2,3)@2 [3,9)@3", dummy);
            KUNIT_EXPECT_TRUE(test, vma.isWriteStarted());
        }
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea vma = mm.area(2, 6);
            VmArea next = mm.area(6, 9);
            TestSpace.linkInChain(next);
            AnonVma dummy = TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
            mm.restartLock();
            expectGiven(test, mm, mm.existing(null, vma, 2, 6), next, "[2,9)@2", dummy);
            KUNIT_EXPECT_FALSE(test, vma.isAttached());
        }
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            // Left, partial: the area keeps its tail.
            VmArea prev = mm.area(0, 3);
            VmArea vma = mm.area(3, 7);
            TestSpace.linkInChain(prev);
            AnonVma dummy = TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
            mm.restartLock();
            vma.setVmOps(WITH_CLOSE);
            expectGiven(test, mm, mm.existing(prev, vma, 3, 6), prev, "[0,6)@0 [6,7)@6", dummy);
            KUNIT_EXPECT_TRUE(test, vma.isWriteStarted());
        }
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3);
            VmArea vma = mm.area(3, 7);
            TestSpace.linkInChain(prev);
            AnonVma dummy = TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
            mm.restartLock();
            expectGiven(test, mm, mm.existing(prev, vma, 3, 7), prev, "[0,7)@0", dummy);
        }
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3);
            VmArea vma = mm.area(3, 7);
            VmArea next = mm.area(7, 9);
            TestSpace.linkInChain(prev);
            TestSpace.linkInChain(next);
            AnonVma dummy = TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
            mm.restartLock();
            expectGiven(test, mm, mm.existing(prev, vma, 3, 7), prev, "[0,9)@0", dummy);
            KUNIT_EXPECT_FALSE(test, next.isAttached());
            KUNIT_EXPECT_TRUE(test, next.isWriteStarted());
        }
        expectInnerRangesStay(test);
    }

    private static void expectGiven(Kunit test, TestSpace mm, VmaMergeStruct vmg, VmArea survivor, String layout,
        AnonVma anonVma) {
        KUNIT_EXPECT_PTR_EQ(test, mm.mergeExisting(vmg), survivor);
        KUNIT_EXPECT_EQ(test, vmg.state(), State.SUCCESS);
        KUNIT_EXPECT_STREQ(test, mm.layout(), layout);
        KUNIT_EXPECT_PTR_EQ(test, survivor.anonVma(), anonVma);
        KUNIT_EXPECT_TRUE(test, survivor.isWriteStarted());
        KUNIT_EXPECT_EQ(test, mm.space.mapCount(), mm.space.areas().size());
    }

    private void expectInnerRangesStay(Kunit test) {
        long[][] ranges = {{4, 5}, {5, 6}, {6, 7}, {4, 7}, {4, 6}, {5, 7}};
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            mm.area(0, 3);
            VmArea vma = mm.area(3, 8);
            mm.area(8, 10);
            for (long[] range : ranges) {
                VmaMergeStruct vmg = mm.existing(vma, vma, range[0], range[1]);
                KUNIT_EXPECT_NULL(test, mm.mergeExisting(vmg));
                KUNIT_EXPECT_EQ(test, vmg.state(), State.NOMERGE);
            }
            KUNIT_EXPECT_EQ(test, mm.space.mapCount(), 3);
        }
    }

    /** Both neighbours fit the range but not each other: only the left one is taken. */
    @KunitCase
    void anonVmaNonMergeable(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3);
            VmArea vma = mm.area(3, 7);
            VmArea next = mm.area(7, 9);
            AnonVma own = TestSpace.setAnonVma(prev, new AnonVma("prev", null));
            TestSpace.setAnonVma(next, new AnonVma("next", null));
            mm.restartLock();
            VmaMergeStruct vmg = mm.existing(prev, vma, 3, 7);
            KUNIT_EXPECT_PTR_EQ(test, mm.mergeExisting(vmg), prev);
            KUNIT_EXPECT_EQ(test, vmg.state(), State.SUCCESS);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,7)@0 [7,9)@7");
            KUNIT_EXPECT_PTR_EQ(test, prev.anonVma(), own);
            KUNIT_EXPECT_TRUE(test, prev.isWriteStarted());
            KUNIT_EXPECT_FALSE(test, next.isWriteStarted());
        }
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3);
            VmArea next = mm.area(7, 9);
            AnonVma own = TestSpace.setAnonVma(prev, new AnonVma("prev", null));
            TestSpace.setAnonVma(next, new AnonVma("next", null));
            mm.restartLock();
            VmaMergeStruct vmg = mm.newRange(3, 7, 3);
            KUNIT_EXPECT_PTR_EQ(test, mm.mergeNew(vmg), prev);
            KUNIT_EXPECT_EQ(test, vmg.state(), State.SUCCESS);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,7)@0 [7,9)@7");
            KUNIT_EXPECT_PTR_EQ(test, prev.anonVma(), own);
            KUNIT_EXPECT_FALSE(test, next.isWriteStarted());
        }
    }

    /** The survivor gets the anon_vma of whoever had one. */
    @KunitCase
    void dupAnonVma(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3);
            VmArea next = mm.area(3, 5);
            AnonVma dummy = TestSpace.setAnonVma(next, TestSpace.dummyAnonVma());
            KUNIT_EXPECT_EQ(test, mm.expand(prev, next, 0, 5, 0), 0);
            expectCloned(test, prev, dummy, "[0,5)@0");
        }
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3);
            VmArea vma = mm.area(3, 5);
            VmArea next = mm.area(5, 8);
            TestSpace.linkInChain(prev);
            AnonVma dummy = TestSpace.setAnonVma(next, TestSpace.dummyAnonVma());
            KUNIT_EXPECT_PTR_EQ(test, mm.mergeExisting(mm.existing(prev, vma, 3, 5)), prev);
            expectCloned(test, prev, dummy, "[0,8)@0");
        }
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3);
            VmArea vma = mm.area(3, 5);
            VmArea next = mm.area(5, 8);
            TestSpace.linkInChain(prev);
            TestSpace.linkInChain(next);
            AnonVma dummy = TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
            KUNIT_EXPECT_PTR_EQ(test, mm.mergeExisting(mm.existing(prev, vma, 3, 5)), prev);
            expectCloned(test, prev, dummy, "[0,8)@0");
        }
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3);
            VmArea vma = mm.area(3, 8);
            TestSpace.linkInChain(prev);
            AnonVma dummy = TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
            KUNIT_EXPECT_PTR_EQ(test, mm.mergeExisting(mm.existing(prev, vma, 3, 5)), prev);
            expectCloned(test, prev, dummy, "[0,5)@0");
        }
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea vma = mm.area(0, 5);
            VmArea next = mm.area(5, 8);
            TestSpace.linkInChain(next);
            AnonVma dummy = TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
            KUNIT_EXPECT_PTR_EQ(test, mm.mergeExisting(mm.existing(vma, vma, 3, 5)), next);
            expectCloned(test, next, dummy, "[3,8)@3");
        }
    }

    private static void expectCloned(Kunit test, VmArea survivor, AnonVma dummy, String range) {
        KUNIT_EXPECT_STREQ(test, text(survivor), range);
        KUNIT_EXPECT_PTR_EQ(test, survivor.anonVma(), dummy);
        KUNIT_EXPECT_EQ(test, dummy.clones(), 1);
        KUNIT_EXPECT_TRUE(test, survivor.anonVmaChain().contains(dummy));
    }

    /** Without memory for the tree nothing is merged, and the links that were made for it are dropped. */
    @KunitCase
    void vmiPreallocFail(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3);
            VmArea vma = mm.area(3, 5);
            TestSpace.linkInChain(prev);
            AnonVma dummy = TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
            VmaMergeStruct vmg = mm.existing(prev, vma, 3, 5);
            mm.space.memory().failNth(VmaMemory.Site.PREALLOC, 1);
            KUNIT_EXPECT_NULL(test, mm.mergeExisting(vmg));
            KUNIT_EXPECT_EQ(test, vmg.state(), State.ERROR_NOMEM);
            KUNIT_EXPECT_PTR_EQ(test, prev.anonVma(), dummy);
            KUNIT_EXPECT_EQ(test, dummy.clones(), 1);
            KUNIT_EXPECT_EQ(test, dummy.unlinks(), 1);
            KUNIT_EXPECT_FALSE(test, prev.anonVmaChain().contains(dummy));
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,3)@0 [3,5)@3");
            KUNIT_EXPECT_TRUE(test, vma.isWriteStarted());
        }
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3);
            VmArea next = mm.area(3, 5);
            AnonVma dummy = TestSpace.setAnonVma(next, TestSpace.dummyAnonVma());
            mm.space.memory().failNth(VmaMemory.Site.PREALLOC, 1);
            VmaMergeStruct vmg = VmaMergeStruct.ofNew(mm.space, mm.vmi, 0, 5 * PAGE_SIZE, F, 0).neighbours(null, next)
                .target(prev);
            KUNIT_EXPECT_EQ(test, mm.expand(vmg), -12);
            KUNIT_EXPECT_EQ(test, vmg.state(), State.ERROR_NOMEM);
            KUNIT_EXPECT_PTR_EQ(test, prev.anonVma(), dummy);
            KUNIT_EXPECT_EQ(test, dummy.clones(), 1);
            KUNIT_EXPECT_EQ(test, dummy.unlinks(), 1);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,3)@0 [3,5)@3");
        }
    }

    @KunitCase
    void mergeExtend(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea vma = mm.area(0, 1);
            mm.area(3, 4);
            mm.restartLock();
            mm.vmi.set(vma.vmEnd());
            VmArea grown = merger.mergeExtend(mm.space.merger(), mm.vmi, vma, 2 * PAGE_SIZE);
            KUNIT_EXPECT_PTR_EQ(test, grown, vma);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,4)@0");
            KUNIT_EXPECT_TRUE(test, vma.isWriteStarted());
            KUNIT_EXPECT_EQ(test, mm.space.mapCount(), 1);
        }
    }

    @KunitCase
    void copyVma(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea vma = mm.area(3, 5);
            VmArea copy = merger.copyVma(mm.space.merger(), vma, 0, 2 * PAGE_SIZE, 0);
            KUNIT_ASSERT_NOT_NULL(test, copy);
            KUNIT_ASSERT_TRUE(test, copy != vma);
            KUNIT_EXPECT_STREQ(test, text(copy), "[0,2)@0");
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,2)@0 [3,5)@3");
        }
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea vma = mm.area(0, 2);
            VmArea next = mm.area(6, 8);
            VmArea copy = merger.copyVma(mm.space.merger(), vma, 4 * PAGE_SIZE, 2 * PAGE_SIZE, 4);
            KUNIT_EXPECT_PTR_EQ(test, copy, next);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,2)@0 [4,8)@4");
        }
    }

    @KunitCase
    void expandOnlyMode(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            // Stands before the range, to see that the search does not go back to it.
            mm.area(0, 2);
            VmArea prev = mm.area(3, 5);
            mm.restartLock();
            mm.vmi.set(3 * PAGE_SIZE);
            VmaMergeStruct vmg = VmaMergeStruct.ofNew(mm.space, mm.vmi, 5 * PAGE_SIZE, 9 * PAGE_SIZE, F, 5)
                .neighbours(prev, null).justExpand();
            KUNIT_EXPECT_PTR_EQ(test, mm.mergeNew(vmg), prev);
            KUNIT_EXPECT_EQ(test, vmg.state(), State.SUCCESS);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,2)@0 [3,9)@3");
            KUNIT_EXPECT_TRUE(test, prev.isWriteStarted());
            KUNIT_EXPECT_EQ(test, mm.vmi.addr(), 0x3000L);
        }
    }

    /** Only the area before the range grows, also if the one behind would fit. */
    @KunitCase
    void expandOnlyModeLeavesTheNextAreaAlone(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(3, 5);
            VmArea next = mm.area(9, 11);
            mm.vmi.set(3 * PAGE_SIZE);
            VmaMergeStruct vmg = VmaMergeStruct.ofNew(mm.space, mm.vmi, 5 * PAGE_SIZE, 9 * PAGE_SIZE, F, 5)
                .neighbours(prev, next).justExpand();
            KUNIT_EXPECT_PTR_EQ(test, mm.mergeNew(vmg), prev);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[3,9)@3 [9,b)@9");
            KUNIT_EXPECT_TRUE(test, next.isAttached());
        }
    }

    /** Which of the participants have a sticky flag. */
    record Sticky(boolean range, boolean left, boolean right, boolean far) {
        private static long flag(boolean sticky) {
            return sticky ? VmFlags.VM_SOFTDIRTY : 0;
        }
    }

    static List<Sticky> stickyOfNew() {
        return sticky(16);
    }

    static List<Sticky> stickyOfExisting() {
        return sticky(8);
    }

    private static List<Sticky> sticky(int combinations) {
        List<Sticky> all = new ArrayList<>();
        for (int bits = 0; bits < combinations; bits++) {
            all.add(new Sticky((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0));
        }
        return all;
    }

    private TestSpace newest(Kunit test) {
        return new TestSpace(test.kernel(), symbols(), VmaSettings.DEFAULT.withVersion(new KernelVersion(7, 0, 0)));
    }

    @KunitCase(params = "stickyOfNew")
    void mergeNewSticky(Kunit test, Sticky sticky) {
        try (TestSpace mm = newest(test)) {
            VmArea left = mm.area(0, 2, 0, F | Sticky.flag(sticky.left));
            mm.area(3, 5, 3, F | Sticky.flag(sticky.right));
            VmArea far = mm.area(7, 9, 7, F | Sticky.flag(sticky.far));
            VmArea merged = mm.mergeNew(mm.newRange(2, 3, 2, F | Sticky.flag(sticky.range)));
            KUNIT_EXPECT_PTR_EQ(test, merged, left);
            boolean any = sticky.range || sticky.left || sticky.right;
            KUNIT_EXPECT_EQ(test, left.vmFlags(), F | Sticky.flag(any));
            KUNIT_EXPECT_PTR_EQ(test, mm.mergeNew(mm.newRange(6, 7, 6, F)), far);
            KUNIT_EXPECT_EQ(test, far.vmFlags(), F | Sticky.flag(sticky.far));
        }
    }

    @KunitCase(params = "stickyOfExisting")
    void mergeExistingSticky(Kunit test, Sticky sticky) {
        try (TestSpace mm = newest(test)) {
            VmArea prev = mm.area(0, 3, 0, F | Sticky.flag(sticky.left));
            VmArea vma = mm.area(3, 7, 3, F | Sticky.flag(sticky.range));
            mm.area(7, 9, 7, F | Sticky.flag(sticky.right));
            KUNIT_EXPECT_PTR_EQ(test, mm.mergeExisting(mm.existing(prev, vma, 3, 7)), prev);
            KUNIT_EXPECT_EQ(test, prev.vmFlags(), F | Sticky.flag(sticky.range || sticky.left || sticky.right));
        }
    }

    /** In 6.12 a merge does not carry VM_SOFTDIRTY over; it merely does not mind it. */
    @KunitCase
    void softdirtyIsIgnoredAndNotKeptBefore619(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3);
            VmArea merged = mm.mergeNew(mm.newRange(3, 5, 3, F | VmFlags.VM_SOFTDIRTY));
            KUNIT_ASSERT_EQ(test, merged == null ? null : text(merged), "[0,5)@0");
            KUNIT_EXPECT_EQ(test, prev.vmFlags(), F);
        }
    }

    /** A range with an anon_vma fits an unfaulted neighbour only in newer kernels. */
    @KunitCase
    void faultedMeetsUnfaultedFrom616(Kunit test) {
        for (KernelVersion version : List.of(KernelVersion.REFERENCE, new KernelVersion(6, 15, 9),
            new KernelVersion(6, 16, 0))) {
            try (TestSpace mm = new TestSpace(test.kernel(), symbols(), VmaSettings.DEFAULT.withVersion(version))) {
                VmArea prev = mm.area(0, 3);
                VmArea vma = mm.area(3, 5);
                TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
                VmArea merged = mm.mergeExisting(mm.existing(prev, vma, 3, 5));
                KUNIT_EXPECT_PTR_EQ(test, merged, version.isAtLeast(6, 16) ? prev : null);
            }
        }
    }

    /** Each attribute that differs keeps ranges apart, from the left and from the right. */
    @KunitCase
    void eachAttributeKeepsRangesApart(Kunit test) {
        VmFile file = VmFile.regular("/f", 1);
        List<java.util.function.Consumer<VmaMergeStruct>> changes = List.of(
            vmg -> vmg.flags(F | VmFlags.VM_EXEC), vmg -> vmg.file(file), vmg -> vmg.anonName("n"),
            vmg -> vmg.policy(new Mempolicy(Mempolicy.Mode.BIND, java.util.Set.of(1))),
            vmg -> vmg.uffdCtx(new UserfaultfdCtx("ctx")));
        for (java.util.function.Consumer<VmaMergeStruct> change : changes) {
            try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
                mm.area(0, 2);
                mm.area(3, 5);
                VmaMergeStruct vmg = mm.newRange(2, 3, 2);
                change.accept(vmg);
                KUNIT_EXPECT_NULL(test, mm.mergeNew(vmg));
                KUNIT_EXPECT_EQ(test, vmg.state(), State.NOMERGE);
                KUNIT_EXPECT_EQ(test, vmg.start(), 2 * PAGE_SIZE);
                KUNIT_EXPECT_EQ(test, vmg.end(), 3 * PAGE_SIZE);
            }
        }
    }

    /** Equal attributes do merge: names and policies by value. */
    @KunitCase
    void equalAttributesMerge(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 2);
            prev.setAnonName("heap");
            prev.setPolicy(new Mempolicy(Mempolicy.Mode.INTERLEAVE, java.util.Set.of(0, 1)));
            VmaMergeStruct vmg = mm.newRange(2, 3, 2).anonName(new String("heap"))
                .policy(new Mempolicy(Mempolicy.Mode.INTERLEAVE, java.util.Set.of(1, 0)));
            KUNIT_EXPECT_PTR_EQ(test, mm.mergeNew(vmg), prev);
        }
    }

    /** Page offsets must continue, also those of anonymous memory. */
    @KunitCase
    void offsetsMustContinue(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            mm.area(0, 2, 10);
            VmArea next = mm.area(3, 5, 20);
            KUNIT_EXPECT_NULL(test, mm.mergeNew(mm.newRange(2, 3, 11)));
            KUNIT_EXPECT_NULL(test, mm.mergeNew(mm.newRange(2, 3, 13)));
            KUNIT_EXPECT_NULL(test, mm.mergeNew(mm.newRange(2, 3, 20)));
            KUNIT_EXPECT_PTR_EQ(test, mm.mergeNew(mm.newRange(2, 3, 19)), next);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,2)@a [2,5)@13");
        }
    }

    /** A range that is not next to an area does not merge with it, also if the offsets would continue. */
    @KunitCase
    void neighboursMustTouch(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            mm.area(0, 2, 0);
            mm.area(8, 9, 4);
            KUNIT_EXPECT_NULL(test, mm.mergeNew(mm.newRange(4, 6, 2)));
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,2)@0 [8,9)@4");
        }
    }

    /** A forked area's chain has more than one link: an unfaulted range keeps away from it. */
    @KunitCase
    void forkedAreaDoesNotMergeWithUnfaulted(Kunit test) {
        for (KernelVersion version : List.of(KernelVersion.REFERENCE, new KernelVersion(6, 18, 0))) {
            try (TestSpace mm = new TestSpace(test.kernel(), symbols(), VmaSettings.DEFAULT.withVersion(version))) {
                VmArea prev = mm.area(0, 3);
                AnonVma own = TestSpace.setAnonVma(prev, TestSpace.dummyAnonVma());
                TestSpace.linkInChain(prev);
                KUNIT_EXPECT_NULL(test, mm.mergeNew(3, 5));
                VmArea vma = mm.area(3, 5);
                TestSpace.setAnonVma(vma, own);
                KUNIT_EXPECT_PTR_EQ(test, mm.mergeExisting(mm.existing(prev, vma, 3, 5)), prev);
            }
        }
    }

    /** "Give up on OOM" turns a lack of memory into "no merge". */
    @KunitCase
    void giveUpOnOomReportsNoMerge(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3);
            VmArea vma = mm.area(3, 5);
            VmaMergeStruct vmg = mm.existing(prev, vma, 3, 5).giveUpOnOom();
            mm.space.memory().failNth(VmaMemory.Site.PREALLOC, 1);
            KUNIT_EXPECT_NULL(test, mm.mergeExisting(vmg));
            KUNIT_EXPECT_EQ(test, vmg.state(), State.NOMERGE);
        }
    }

    /** After a failed merge the range is as it was, and a retry succeeds. */
    @KunitCase
    void failedNewMergeCanBeRetried(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3);
            mm.area(5, 7);
            VmaMergeStruct vmg = mm.newRange(3, 5, 3);
            mm.space.memory().failNth(VmaMemory.Site.PREALLOC, 1);
            KUNIT_EXPECT_NULL(test, mm.mergeNew(vmg));
            KUNIT_EXPECT_EQ(test, vmg.state(), State.ERROR_NOMEM);
            KUNIT_EXPECT_EQ(test, vmg.start(), 3 * PAGE_SIZE);
            KUNIT_EXPECT_EQ(test, vmg.end(), 5 * PAGE_SIZE);
            KUNIT_EXPECT_PTR_EQ(test, mm.mergeNew(vmg), prev);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,7)@0");
        }
    }

    /** The right object survives a both-sided merge also when only the range in the middle was mapped before. */
    @KunitCase
    void bothSidedMergeOfExistingKeepsPrev(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3);
            VmArea vma = mm.area(3, 7);
            VmArea next = mm.area(7, 9);
            VmaMergeStruct vmg = mm.existing(prev, vma, 3, 7);
            KUNIT_EXPECT_PTR_EQ(test, mm.mergeExisting(vmg), prev);
            KUNIT_EXPECT_EQ(test, mm.space.mapCount(), 1);
            KUNIT_EXPECT_FALSE(test, vma.isAttached() || next.isAttached());
            KUNIT_EXPECT_PTR_EQ(test, mm.space.lookup(8 * PAGE_SIZE), prev);
            KUNIT_EXPECT_PTR_EQ(test, Objects.requireNonNull(mm.space.lookup(0)), prev);
        }
    }
}
