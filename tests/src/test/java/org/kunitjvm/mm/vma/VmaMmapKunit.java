package org.kunitjvm.mm.vma;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.mm.vma.Mman.MADV_DONTFORK;
import static org.kunitjvm.mm.vma.Mman.MAP_ANONYMOUS;
import static org.kunitjvm.mm.vma.Mman.MAP_FIXED;
import static org.kunitjvm.mm.vma.Mman.MAP_PRIVATE;
import static org.kunitjvm.mm.vma.Mman.MREMAP_FIXED;
import static org.kunitjvm.mm.vma.Mman.MREMAP_MAYMOVE;
import static org.kunitjvm.mm.vma.Mman.PROT_READ;
import static org.kunitjvm.mm.vma.Mman.PROT_WRITE;

import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;

/** The calls on top of the core leave the areas that the kernel would leave. */
@KunitSuite(value = "vma_mmap", config = "VMA_KUNIT_TEST")
final class VmaMmapKunit {
    private static final int RW = PROT_READ | PROT_WRITE;
    private static final int FIXED = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

    /** What runs in an address space of its own. */
    private interface Body {
        void run(VmaSpace space) throws ErrnoException;
    }

    private static void inFreshMm(Kunit test, Body body) throws ErrnoException {
        MmStruct mm = test.kernel().sched().mmTable().alloc();
        VmaSpace space = new VmaSpace(test.kernel(), mm, VmaSettings.DEFAULT);
        mm.attach(VmaSpace.class, space);
        try {
            body.run(space);
            space.validate();
        } finally {
            mm.mmput();
        }
    }

    private static String layout(VmaSpace space) {
        StringBuilder text = new StringBuilder();
        for (VmArea vma : space.areas()) {
            text.append(text.isEmpty() ? "" : " ").append(TestSpace.text(vma));
        }
        return text.toString();
    }

    @KunitCase
    void mmapRegionBasic(Kunit test) throws ErrnoException {
        inFreshMm(test, space -> {
            KUNIT_EXPECT_EQ(test, space.mmap(0x300000, 0x3000, RW, FIXED, null, 0), 0x300000L);
            KUNIT_EXPECT_EQ(test, space.mmap(0x250000, 0x3000, RW, FIXED, null, 0), 0x250000L);
            KUNIT_EXPECT_EQ(test, space.mmap(0x303000, 0x3000, RW, FIXED, null, 0), 0x303000L);
            KUNIT_EXPECT_EQ(test, space.mmap(0x24d000, 0x3000, RW, FIXED, null, 0), 0x24d000L);
            KUNIT_EXPECT_EQ(test, space.mapCount(), 2);
            KUNIT_EXPECT_STREQ(test, layout(space), "[24d,253)@24d [300,306)@300");
        });
    }

    /** Advice cuts, and the opposite advice joins again. */
    @KunitCase
    void adviceCutsAndJoins(Kunit test) throws ErrnoException {
        inFreshMm(test, space -> {
            space.mmap(0x300000, 0x5000, RW, FIXED, null, 0);
            space.madvise(0x301000, 0x2000, MADV_DONTFORK);
            KUNIT_EXPECT_STREQ(test, layout(space), "[300,301)@300 [301,303)@301 [303,305)@303");
            space.madvise(0x301000, 0x2000, Mman.MADV_DOFORK);
            KUNIT_EXPECT_STREQ(test, layout(space), "[300,305)@300");
        });
    }

    /** An unfaulted area gets the offset of its new place and merges there; a faulted one keeps its own. */
    @KunitCase
    void movedAreaMergesOnlyWhenUnfaulted(Kunit test) throws ErrnoException {
        for (boolean faulted : new boolean[] {false, true}) {
            inFreshMm(test, space -> {
                space.mmap(0x300000, 0x2000, RW, FIXED, null, 0);
                space.mmap(0x400000, 0x2000, RW, FIXED, null, 0);
                if (faulted) {
                    space.faults().touch(0x400000, true);
                }
                space.mremap(0x400000, 0x2000, 0x2000, MREMAP_MAYMOVE | MREMAP_FIXED, 0x302000);
                KUNIT_EXPECT_STREQ(test, layout(space), faulted ? "[300,302)@300 [302,304)@400" : "[300,304)@300");
            });
        }
    }
}
