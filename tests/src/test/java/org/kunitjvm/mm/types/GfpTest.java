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

import java.util.List;

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

    @ParameterizedTest
    @Tag("M-020")
    @Tag("M-025")
    @CsvSource({"0, GFP_DMA", "1, __GFP_HIGHMEM", "2, GFP_DMA32", "3, __GFP_MOVABLE", "4, __GFP_RECLAIMABLE",
        "5, __GFP_HIGH", "6, __GFP_IO", "7, __GFP_FS", "8, __GFP_ZERO", "9, 0x200", "10, __GFP_DIRECT_RECLAIM",
        "11, __GFP_KSWAPD_RECLAIM", "12, __GFP_WRITE", "13, __GFP_NOWARN", "14, __GFP_RETRY_MAYFAIL",
        "15, __GFP_NOFAIL", "16, __GFP_NORETRY", "17, __GFP_MEMALLOC", "18, __GFP_COMP", "19, __GFP_NOMEMALLOC",
        "20, __GFP_HARDWALL", "21, __GFP_THISNODE", "22, __GFP_ACCOUNT", "23, __GFP_ZEROTAGS"})
    void everyBitHasItsPlaceAndName(int bit, String name) throws ReflectiveOperationException {
        assertEquals(name, GfpText.printk(1 << bit));
        if (!name.startsWith("0x")) {
            assertEquals(1 << bit, GfpFlags.class.getField(name).getInt(null));
        }
    }

    @ParameterizedTest
    @Tag("M-025")
    @CsvSource({"GFP_TRANSHUGE", "GFP_TRANSHUGE_LIGHT", "GFP_HIGHUSER_MOVABLE", "GFP_HIGHUSER", "GFP_USER",
        "GFP_KERNEL_ACCOUNT", "GFP_KERNEL", "GFP_NOFS", "GFP_ATOMIC", "GFP_NOIO", "GFP_NOWAIT", "GFP_DMA",
        "GFP_DMA32"})
    void compositeIsWrittenAsOneWord(String name) throws ReflectiveOperationException {
        int mask = GfpFlags.class.getField(name).getInt(null);
        assertEquals(name, GfpText.printk(mask));
        assertEquals(name + "|0x200", GfpText.printk(mask | 0x200));
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

    @ParameterizedTest
    @Tag("M-002")
    @CsvSource({"0, Unmovable, true, false", "1, Movable, true, true", "2, Reclaimable, true, false",
        "3, HighAtomic, false, false", "4, CMA, false, true", "5, Isolate, false, false"})
    void everyTypeHasItsNumberAndName(int type, String name, boolean mergeable, boolean movable) {
        assertEquals(name, MigrateType.migratetypeName(type));
        assertEquals(mergeable, MigrateType.isMergeable(type));
        assertEquals(movable, MigrateType.isMovable(type));
        assertEquals(type, List.of(MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_HIGHATOMIC,
            MIGRATE_CMA, MIGRATE_ISOLATE).get(type));
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
        assertEquals(12, MmConstants.PAGE_SHIFT);
        assertEquals(10, MmConstants.MAX_PAGE_ORDER);
        assertEquals(9, MmConstants.PAGEBLOCK_ORDER);
        assertEquals(9, MmConstants.HPAGE_PMD_ORDER);
        assertEquals(3, MmConstants.PAGE_ALLOC_COSTLY_ORDER);
        assertEquals(27, MmConstants.SECTION_SIZE_BITS);
        assertEquals(46, MmConstants.MAX_PHYSMEM_BITS);
        assertEquals(32, MmConstants.SWAP_CLUSTER_MAX);
        assertEquals(32, MmConstants.COMPACT_CLUSTER_MAX);
        assertEquals(3, MigrateType.MIGRATE_PCPTYPES);
        assertEquals(0xffff_8880_0000_0000L, MmConstants.PAGE_OFFSET);
        assertEquals(0xffff_c900_0000_0000L, MmConstants.VMALLOC_START);
        assertEquals(0xffff_ea00_0000_0000L, MmConstants.VMEMMAP_START);
        assertEquals(64, MmConstants.STRUCT_PAGE_SIZE);
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
