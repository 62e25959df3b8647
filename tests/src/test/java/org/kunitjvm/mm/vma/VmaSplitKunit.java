package org.kunitjvm.mm.vma;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;
import static org.kunitjvm.mm.vma.Mman.PAGE_SIZE;
import static org.kunitjvm.mm.vma.TestSpace.text;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.ExportSymbolIfKunit;
import org.kunitjvm.kunit.ImportNs;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.mm.vma.VmaSplitter.NewPart;

/** A cut makes one new object, on the side that was asked for, with all that the old one has. */
@KunitSuite(value = "vma_split", config = "VMA_KUNIT_TEST")
@ImportNs(ExportSymbolIfKunit.EXPORTED_FOR_KUNIT_TESTING)
final class VmaSplitKunit {
    private MergerSymbols merger;
    private SplitterSymbols splitter;

    private TestSpace.Symbols symbols() {
        return new TestSpace.Symbols(merger, splitter);
    }

    @KunitCase
    void newBelowLeavesTheEndToTheOldObject(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea vma = mm.area(0x10, 0x20, 5);
            mm.restartLock();
            KUNIT_EXPECT_EQ(test, mm.split(vma, 0x14, NewPart.BELOW), 0);
            KUNIT_EXPECT_STREQ(test, text(vma), "[14,20)@9");
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[10,14)@5 [14,20)@9");
            // The position is on the part that the caller goes on with.
            KUNIT_EXPECT_EQ(test, mm.vmi.addr(), 0x14 * PAGE_SIZE);
            KUNIT_EXPECT_TRUE(test, vma.isWriteStarted());
        }
    }

    @KunitCase
    void newAboveLeavesTheStartToTheOldObject(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea vma = mm.area(0x10, 0x20, 5);
            mm.restartLock();
            KUNIT_EXPECT_EQ(test, mm.split(vma, 0x14, NewPart.ABOVE), 0);
            KUNIT_EXPECT_STREQ(test, text(vma), "[10,14)@5");
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[10,14)@5 [14,20)@9");
            KUNIT_EXPECT_EQ(test, mm.vmi.addr(), 0x10 * PAGE_SIZE);
            VmArea part = mm.space.lookup(0x14 * PAGE_SIZE);
            KUNIT_ASSERT_NOT_NULL(test, part);
            KUNIT_EXPECT_TRUE(test, part.isWriteStarted());
            KUNIT_EXPECT_TRUE(test, part.isAttached());
        }
    }

    @KunitCase
    void theNewObjectHasAllThatTheOldOneHas(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            List<String> opened = new ArrayList<>();
            VmFile file = VmFile.regular("/f", 7);
            UserfaultfdCtx ctx = new UserfaultfdCtx("ctx");
            VmArea vma = mm.area(0, 4);
            vma.setFile(file);
            vma.setVmOps(new VmOperations(part -> opened.add(text(part)), null, null, null, null));
            vma.setAnonName("name");
            vma.setPolicy(new Mempolicy(Mempolicy.Mode.BIND, java.util.Set.of(0)));
            vma.setUserfaultfdCtx(ctx);
            AnonVma dummy = TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
            TestSpace.linkInChain(vma);
            int references = file.references();
            KUNIT_EXPECT_EQ(test, mm.split(vma, 1, NewPart.BELOW), 0);
            VmArea part = mm.space.lookup(0);
            KUNIT_ASSERT_NOT_NULL(test, part);
            KUNIT_EXPECT_EQ(test, opened, List.of("[0,1)@0"));
            KUNIT_EXPECT_PTR_EQ(test, part.vmFile(), file);
            KUNIT_EXPECT_EQ(test, file.references(), references + 1);
            KUNIT_EXPECT_PTR_EQ(test, part.anonVma(), dummy);
            KUNIT_EXPECT_EQ(test, part.anonVmaChain(), vma.anonVmaChain());
            KUNIT_EXPECT_STREQ(test, part.anonName(), "name");
            KUNIT_EXPECT_EQ(test, part.policy(), vma.policy());
            KUNIT_EXPECT_PTR_EQ(test, part.userfaultfdCtx(), ctx);
            KUNIT_EXPECT_EQ(test, part.vmFlags(), vma.vmFlags());
        }
    }

    @KunitCase
    void maySplitCanRefuse(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea vma = mm.area(0, 4);
            vma.setVmOps(new VmOperations(null, null, (_, addr) -> {
                if (addr == PAGE_SIZE) {
                    throw new ErrnoException(Errno.EINVAL);
                }
            }, null, null));
            KUNIT_EXPECT_EQ(test, mm.split(vma, 1, NewPart.BELOW), -22);
            KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,4)@0");
            KUNIT_EXPECT_EQ(test, mm.split(vma, 2, NewPart.BELOW), 0);
        }
    }

    /** A split is refused at the limit, not beyond it. */
    @KunitCase
    void mapCountLimitIsReachedNotExceeded(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols(), VmaSettings.DEFAULT.withMaxMapCount(2))) {
            VmArea vma = mm.area(0, 4);
            KUNIT_EXPECT_EQ(test, mm.split(vma, 2, NewPart.ABOVE), 0);
            KUNIT_EXPECT_EQ(test, mm.split(vma, 1, NewPart.ABOVE), -12);
            KUNIT_EXPECT_EQ(test, mm.space.mapCount(), 2);
        }
    }

    @KunitCase
    void withoutMemoryNothingIsCut(Kunit test) {
        try (TestSpace mm = new TestSpace(test.kernel(), symbols())) {
            VmArea vma = mm.area(0, 4);
            TestSpace.setAnonVma(vma, TestSpace.dummyAnonVma());
            for (VmaMemory.Site site : VmaMemory.Site.values()) {
                mm.space.memory().failNth(site, 1);
                KUNIT_EXPECT_EQ(test, mm.split(vma, 2, NewPart.BELOW), -12);
                KUNIT_EXPECT_STREQ(test, mm.layout(), "[0,4)@0");
            }
            KUNIT_EXPECT_EQ(test, mm.space.mapCount(), 1);
        }
    }
}
