package org.kunitjvm.mm.types;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.Gfp.gfp;
import static org.kunitjvm.mm.types.GfpFlags.GFP_ATOMIC;
import static org.kunitjvm.mm.types.GfpFlags.GFP_BOOT_ALLOWED_MASK;
import static org.kunitjvm.mm.types.GfpFlags.GFP_CONSTRAINT_MASK;
import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER;
import static org.kunitjvm.mm.types.GfpFlags.GFP_HIGHUSER_MOVABLE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL_ACCOUNT;
import static org.kunitjvm.mm.types.GfpFlags.GFP_MOVABLE_MASK;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOFS;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOIO;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOWAIT;
import static org.kunitjvm.mm.types.GfpFlags.GFP_TRANSHUGE;
import static org.kunitjvm.mm.types.GfpFlags.GFP_TRANSHUGE_LIGHT;
import static org.kunitjvm.mm.types.GfpFlags.GFP_USER;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_COMP;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_HIGH;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_RECLAIM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_RECLAIMABLE;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ZERO;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_HIGHATOMIC;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_RECLAIMABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_TYPES;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kernel.bug.KernelBug;

/** gfp masks have Linux 6.12's values, select its zones and migrate types, and are written as it writes them. */
final class GfpTest {
    @Test
    @Tag("M-020")
    void compositesHaveTheValuesOfLinux() {
        assertEquals(0xc00, __GFP_RECLAIM);
        assertEquals(0x820, GFP_ATOMIC);
        assertEquals(0xcc0, GFP_KERNEL);
        assertEquals(0x400cc0, GFP_KERNEL_ACCOUNT);
        assertEquals(0x2800, GFP_NOWAIT);
        assertEquals(0xc00, GFP_NOIO);
        assertEquals(0xc40, GFP_NOFS);
        assertEquals(0x100cc0, GFP_USER);
        assertEquals(0x100cc2, GFP_HIGHUSER);
        assertEquals(0x100cca, GFP_HIGHUSER_MOVABLE);
        assertEquals(0x1c20ca, GFP_TRANSHUGE_LIGHT);
        assertEquals(0x1c24ca, GFP_TRANSHUGE);
        assertEquals(0x300000, GFP_CONSTRAINT_MASK);
    }

    @Test
    @Tag("M-026")
    void bootMaskForbidsReclaimAndIo() {
        assertEquals(0, GFP_BOOT_ALLOWED_MASK & GFP_KERNEL);
        assertEquals(__GFP_HIGH, GFP_BOOT_ALLOWED_MASK & GFP_ATOMIC);
        assertEquals(__GFP_ZERO | __GFP_COMP, GFP_BOOT_ALLOWED_MASK & (__GFP_ZERO | __GFP_COMP));
    }

    @ParameterizedTest
    @Tag("M-021")
    @CsvSource({"0x0, Normal", "0x1, DMA", "0x2, Normal", "0x4, DMA32", "0x8, Normal", "0x9, DMA", "0xa, Movable",
        "0xc, DMA32", "0x100cca, Movable", "0xcc8, Normal"})
    void zoneBitsSelectTheZone(String mask, String zone) {
        assertEquals(zone, MmConstants.zoneName(gfp(Integer.decode(mask)).zone()));
    }

    @ParameterizedTest
    @Tag("M-021")
    @CsvSource({"0x3", "0x5", "0x6", "0x7", "0xb", "0xd", "0xe", "0xf"})
    void contradictingZoneBitsAreABug(String mask) {
        KernelBug bug = assertThrows(KernelBug.class, () -> gfp(Integer.decode(mask)).zone());
        assertTrue(bug.getMessage().contains(mask), bug.getMessage());
    }

    @Test
    @Tag("M-022")
    void mobilityBitsSelectTheMigratetype() {
        assertEquals(MIGRATE_UNMOVABLE, gfp(GFP_KERNEL).migratetype());
        assertEquals(MIGRATE_MOVABLE, gfp(GFP_HIGHUSER_MOVABLE).migratetype());
        assertEquals(MIGRATE_RECLAIMABLE, gfp(GFP_KERNEL | __GFP_RECLAIMABLE).migratetype());
        assertEquals(MIGRATE_HIGHATOMIC, gfp(GFP_MOVABLE_MASK).migratetype());
    }

    @Test
    @Tag("M-002")
    void isolateMovesDownWithoutCma() {
        assertEquals(4, MigrateType.numberWithoutCma(MIGRATE_ISOLATE));
        assertEquals(MIGRATE_ISOLATE, MigrateType.ofNumberWithoutCma(4));
        assertEquals(MIGRATE_HIGHATOMIC, MigrateType.numberWithoutCma(MIGRATE_HIGHATOMIC));
        assertThrows(IllegalArgumentException.class, () -> MigrateType.numberWithoutCma(MIGRATE_CMA));
        assertEquals(6, MIGRATE_TYPES);
        assertEquals(MIGRATE_TYPES - 1, MIGRATE_ISOLATE);
        assertTrue(MigrateType.isMovable(MIGRATE_CMA));
        assertFalse(MigrateType.isMergeable(MIGRATE_HIGHATOMIC));
        assertEquals("HighAtomic", MigrateType.migratetypeName(MIGRATE_HIGHATOMIC));
    }

    @Test
    @Tag("M-001")
    void sizesAgree() {
        assertEquals(4096, MmConstants.PAGE_SIZE);
        assertEquals(1024, MmConstants.MAX_ORDER_NR_PAGES);
        assertEquals(512, MmConstants.PAGEBLOCK_NR_PAGES);
        assertEquals(32768, MmConstants.PAGES_PER_SECTION);
        assertEquals(64, MmConstants.PAGEBLOCKS_PER_SECTION);
        assertEquals(11, MmConstants.NR_PAGE_ORDERS);
    }

    @ParameterizedTest
    @Tag("M-025")
    @CsvSource(delimiter = ' ', value = {
        "0xcc0 GFP_KERNEL", "0x820 GFP_ATOMIC", "0x2cc0 GFP_KERNEL|__GFP_NOWARN",
            "0x140cca GFP_HIGHUSER_MOVABLE|__GFP_COMP",
        "0x40 __GFP_IO", "0x2000 __GFP_NOWARN", "0x200cc0 GFP_KERNEL|__GFP_THISNODE",
        "0x302cca GFP_HIGHUSER_MOVABLE|__GFP_NOWARN|__GFP_THISNODE",
        "0x28c0 GFP_NOWAIT|__GFP_IO|__GFP_FS", "0x200 0x200", "0xec0 GFP_KERNEL|0x200", "0x400 __GFP_DIRECT_RECLAIM",
        "0x40000000 0x40000000"})
    void namesArePeeledOffInTableOrder(String mask, String text) {
        assertEquals(text, gfp(Integer.decode(mask)).toString());
        assertEquals(text, GfpText.trace(Integer.decode(mask)));
    }

    @Test
    @Tag("M-025")
    void zeroIsNoneInTracesAndNothingInPrintk() {
        assertEquals("none", GfpText.trace(0));
        assertEquals("", GfpText.printk(0));
    }
}
