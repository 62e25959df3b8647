package org.kunitjvm.mm.vma;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;

import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;

/** The flag bitmap agrees with the word of flags, and has room beyond it. */
@KunitSuite(value = "vma_flags", config = "VMA_KUNIT_TEST")
final class VmaFlagsKunit {
    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final int EXEC = 2;
    private static final int SEALED = 63;
    private static final int BEYOND = 64;
    private static final int FAR = 65;

    /** Words keep their value on the way there and back. */
    @KunitCase
    void vmaFlagsUnchanged(Kunit test) {
        for (long word : new long[] {0, VmFlags.VM_SPECIAL, -1L, VmFlags.VM_SEALED,
            VmFlags.VM_READ | VmFlags.VM_DROPPABLE}) {
            KUNIT_EXPECT_EQ(test, VmaFlagSet.ofWord(word).word(), word);
        }
        KUNIT_EXPECT_EQ(test, VmaFlagSet.of(READ, WRITE, EXEC).word(), VmFlags.VM_ACCESS_FLAGS);
        KUNIT_EXPECT_EQ(test, VmaFlagSet.of(SEALED).word(), VmFlags.VM_SEALED);
    }

    @KunitCase
    void vmaFlagsCleared(Kunit test) {
        VmaFlagSet flags = VmaFlagSet.of(READ, SEALED, BEYOND);
        flags.clearAll();
        KUNIT_EXPECT_TRUE(test, flags.isEmpty());
        KUNIT_EXPECT_EQ(test, flags.word(), 0L);
    }

    @KunitCase
    void vmaFlagsWord(Kunit test) {
        VmaFlagSet flags = VmaFlagSet.of(READ, BEYOND, FAR);
        KUNIT_EXPECT_EQ(test, flags.word(), VmFlags.VM_READ);
        flags.overwriteWord(VmFlags.VM_EXEC);
        KUNIT_EXPECT_EQ(test, flags, VmaFlagSet.of(EXEC, BEYOND, FAR));
    }

    @KunitCase
    void vmaFlagsTest(Kunit test) {
        VmaFlagSet flags = VmaFlagSet.of(READ, WRITE, BEYOND);
        KUNIT_EXPECT_TRUE(test, flags.test(WRITE));
        KUNIT_EXPECT_TRUE(test, flags.test(BEYOND));
        KUNIT_EXPECT_FALSE(test, flags.test(EXEC));
        KUNIT_EXPECT_FALSE(test, flags.test(FAR));
        KUNIT_EXPECT_TRUE(test, flags.testAll(VmaFlagSet.of(READ, BEYOND)));
        KUNIT_EXPECT_FALSE(test, flags.testAll(VmaFlagSet.of(READ, EXEC)));
    }

    @KunitCase
    void vmaFlagsTestAny(Kunit test) {
        VmaFlagSet flags = VmaFlagSet.of(READ, FAR);
        KUNIT_EXPECT_TRUE(test, flags.testAny(VmaFlagSet.of(EXEC, READ)));
        KUNIT_EXPECT_TRUE(test, flags.testAny(VmaFlagSet.of(FAR)));
        KUNIT_EXPECT_FALSE(test, flags.testAny(VmaFlagSet.of(WRITE, BEYOND)));
        KUNIT_EXPECT_FALSE(test, flags.testAny(VmaFlagSet.of()));
    }

    @KunitCase
    void vmaFlagsClear(Kunit test) {
        VmaFlagSet flags = VmaFlagSet.of(READ, WRITE, EXEC, BEYOND, FAR);
        VmaFlagSet mask = VmaFlagSet.of(EXEC, BEYOND);
        flags.clear(mask);
        KUNIT_EXPECT_EQ(test, flags, VmaFlagSet.of(READ, WRITE, FAR));
        KUNIT_EXPECT_EQ(test, mask, VmaFlagSet.of(EXEC, BEYOND));
        flags.set(EXEC);
        KUNIT_EXPECT_TRUE(test, flags.test(EXEC));
    }

    @KunitCase
    void vmaFlagsEmpty(Kunit test) {
        VmaFlagSet flags = VmaFlagSet.of();
        KUNIT_EXPECT_TRUE(test, flags.isEmpty());
        flags.set(FAR);
        KUNIT_EXPECT_FALSE(test, flags.isEmpty());
        flags.clear(VmaFlagSet.of(FAR));
        KUNIT_EXPECT_TRUE(test, flags.isEmpty());
    }

    @KunitCase
    void vmaFlagsDiff(Kunit test) {
        VmaFlagSet some = VmaFlagSet.of(READ, WRITE, EXEC, BEYOND, FAR);
        VmaFlagSet others = VmaFlagSet.of(READ, WRITE, BEYOND);
        KUNIT_EXPECT_EQ(test, some.diff(others), VmaFlagSet.of(EXEC, FAR));
        KUNIT_EXPECT_EQ(test, others.diff(some), VmaFlagSet.of(EXEC, FAR));
        KUNIT_EXPECT_TRUE(test, some.diff(some).isEmpty());
    }

    @KunitCase
    void vmaFlagsAnd(Kunit test) {
        VmaFlagSet some = VmaFlagSet.of(READ, WRITE, BEYOND);
        KUNIT_EXPECT_EQ(test, some.and(VmaFlagSet.of(WRITE, EXEC, BEYOND)), VmaFlagSet.of(WRITE, BEYOND));
        KUNIT_EXPECT_TRUE(test, some.and(VmaFlagSet.of(FAR)).isEmpty());
        KUNIT_EXPECT_EQ(test, some.and(some), some);
    }
}
