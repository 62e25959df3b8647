package org.kunitjvm.mm.vma;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_NE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;
import static org.kunitjvm.mm.vma.Mman.PAGE_SIZE;
import static org.kunitjvm.mm.vma.TestSpace.F;
import static org.kunitjvm.mm.vma.TestSpace.text;

import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.ExportSymbolIfKunit;
import org.kunitjvm.kunit.ImportNs;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;

/** A range that gets other attributes is given to a neighbour that has them, or cut out of its area. */
@KunitSuite(value = "vma_modify", config = "VMA_KUNIT_TEST")
@ImportNs(ExportSymbolIfKunit.EXPORTED_FOR_KUNIT_TESTING)
final class VmaModifyKunit {
    private MergerSymbols merger;
    private SplitterSymbols splitter;

    private TestSpace.Symbols symbols() {
        return new TestSpace.Symbols(merger, splitter);
    }

    private static final long READ_ONLY = VmFlags.VM_READ | VmFlags.VM_MAYREAD;

    private VmArea modify(TestSpace mm, VmArea vma, long start, long end, long flags) throws ErrnoException {
        mm.vmi.set(start * PAGE_SIZE);
        VmArea prev = start * PAGE_SIZE > vma.vmStart() ? vma : mm.space.tree().findBefore(vma.vmStart());
        return splitter.modifyFlags(mm.space.splitter(), mm.vmi, prev, vma, start * PAGE_SIZE, end * PAGE_SIZE, flags);
    }

    @KunitCase
    void simpleModify(Kunit test) throws ErrnoException {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea vma = mm.area(0, 3);
            VmArea changed = modify(mm, vma, 1, 2, READ_ONLY);
            // The function makes room; the flags are the caller's business.
            KUNIT_EXPECT_PTR_EQ(test, changed, vma);
            KUNIT_EXPECT_STREQ(test, text(changed), "[1,2)@1");
            KUNIT_EXPECT_EQ(test, changed.vmFlags(), F);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,1)@0 [1,2)@1 [2,3)@2");
            KUNIT_EXPECT_EQ(test, mm.space.mapCount(), 3);
        }
    }

    /** A merge is tried before anything is cut. */
    @KunitCase
    void mergeComesBeforeSplit(Kunit test) throws ErrnoException {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea prev = mm.area(0, 3, 0, READ_ONLY);
            VmArea vma = mm.area(3, 8);
            KUNIT_EXPECT_PTR_EQ(test, modify(mm, vma, 3, 5, READ_ONLY), prev);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,5)@0 [5,8)@5");
            KUNIT_EXPECT_EQ(test, mm.space.mapCount(), 2);
        }
    }

    @KunitCase
    void headAndTailAreCutOnce(Kunit test) throws ErrnoException {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea vma = mm.area(0, 4);
            KUNIT_EXPECT_PTR_EQ(test, modify(mm, vma, 0, 1, READ_ONLY), vma);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,1)@0 [1,4)@1");
            VmArea rest = mm.space.lookup(PAGE_SIZE);
            KUNIT_EXPECT_PTR_NE(test, rest, vma);
            KUNIT_EXPECT_PTR_EQ(test, modify(mm, java.util.Objects.requireNonNull(rest), 3, 4, READ_ONLY), rest);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,1)@0 [1,3)@1 [3,4)@3");
        }
    }

    /** Without memory for the merge nothing is cut; without memory for the second cut the first one stays. */
    @KunitCase
    void failuresLeaveWhatWasDone(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            mm.area(0, 3, 0, READ_ONLY);
            VmArea vma = mm.area(3, 8);
            mm.space.memory().failNth(VmaMemory.Site.PREALLOC, 1);
            KUNIT_EXPECT_EQ(test, errorOf(() -> modify(mm, vma, 3, 5, READ_ONLY)), Errno.ENOMEM);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,3)@0 [3,8)@3");
            mm.space.memory().failNth(VmaMemory.Site.VM_AREA, 2);
            KUNIT_EXPECT_EQ(test, errorOf(() -> modify(mm, vma, 4, 5, READ_ONLY)), Errno.ENOMEM);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,3)@0 [3,4)@3 [4,8)@4");
        }
    }

    /** A cut that would make one area too many fails; a merge does not count. */
    @KunitCase
    void mapCountLimitStopsCutsOnly(Kunit test) throws ErrnoException {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols(), VmaSettings.DEFAULT.withMaxMapCount(2))) {
            VmArea prev = mm.area(0, 3, 0, READ_ONLY);
            VmArea vma = mm.area(3, 8);
            KUNIT_EXPECT_EQ(test, errorOf(() -> modify(mm, vma, 4, 5, READ_ONLY)), Errno.ENOMEM);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,3)@0 [3,8)@3");
            KUNIT_EXPECT_PTR_EQ(test, modify(mm, vma, 3, 5, READ_ONLY), prev);
        }
    }

    /** What may fail. */
    interface Action {
        void run() throws ErrnoException;
    }

    static @org.jspecify.annotations.Nullable Errno errorOf(Action action) {
        try {
            action.run();
            return null;
        } catch (ErrnoException e) {
            return e.errno();
        }
    }

    @KunitCase
    void simpleExpand(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea vma = mm.area(0, 1);
            KUNIT_EXPECT_EQ(test, mm.expand(vma, null, 0, 3, 0), 0);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,3)@0");
        }
    }

    @KunitCase
    void simpleShrink(Kunit test) throws ErrnoException {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea vma = mm.area(0, 3);
            splitter.shrink(mm.space.splitter(), mm.vmi, vma, 0, PAGE_SIZE, 0);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,1)@0");
            KUNIT_EXPECT_TRUE(test, vma.isWriteStarted());
        }
    }

    @KunitCase
    void shrinkAtTheStartAndWithoutMemory(Kunit test) throws ErrnoException {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea vma = mm.area(0, 3);
            mm.space.memory().failNth(VmaMemory.Site.PREALLOC, 1);
            mm.restartLock();
            KUNIT_EXPECT_EQ(test, errorOf(() -> splitter.shrink(mm.space.splitter(), mm.vmi, vma, 2 * PAGE_SIZE, 3 * PAGE_SIZE, 2)),
                Errno.ENOMEM);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,3)@0");
            KUNIT_EXPECT_FALSE(test, vma.isWriteStarted());
            splitter.shrink(mm.space.splitter(), mm.vmi, vma, 2 * PAGE_SIZE, 3 * PAGE_SIZE, 2);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[2,3)@2");
        }
    }
}
