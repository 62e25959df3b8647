package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.alloc.TestZone.frames;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_COMP;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_MEMALLOC;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ZERO;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.bug.TaintFlag;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.zone.VmEvent;

/** What is done to pages on their way to an owner and back: references, compound metadata, contents, checks. */
final class PageLifeTest {
    private TestZone t = TestZone.full();

    @AfterEach
    void close() {
        t.close();
    }

    private void boot(String cmdline) {
        t.close();
        t = TestZone.full(cmdline);
    }

    private int alloc(int order, int extra) {
        int pfn = t.allocator.allocPages(0, GFP_KERNEL | extra, order);
        assertTrue(pfn >= 0);
        return pfn;
    }

    private long bugs() {
        return t.log().stream().filter(line -> line.startsWith("BUG: Bad page state")).count();
    }

    // ---------------------------------------------------------------- references

    @Test
    @Tag("M-054")
    void onlyTheFirstPageOfABlockHasAReference() {
        int pfn = alloc(2, 0);
        assertEquals(1, t.map.refcount(pfn));
        assertEquals(0, t.map.refcount(pfn + 1));
        assertEquals(0, t.map.privateWord(pfn));
    }

    @Test
    @Tag("M-058")
    @Tag("E7")
    void survivingReferenceKeepsThePageAndTheTailsAreFreed() {
        int pfn = alloc(2, 0);
        t.allocator.getPage(pfn);
        t.trace();
        t.allocator.freePages(pfn, 2);
        assertEquals(List.of("free " + Integer.toHexString(pfn + 2) + " order 1",
            "free " + Integer.toHexString(pfn + 1) + " order 0"), t.events);
        assertEquals(1, t.map.refcount(pfn));
        t.allocator.freePages(pfn, 0);
        assertEquals("free " + Integer.toHexString(pfn) + " order 0", t.events.get(2));
    }

    @Test
    @Tag("M-058")
    void compoundPageIsFreedWholeByTheLastReference() {
        int pfn = alloc(3, __GFP_COMP);
        t.allocator.getPage(pfn + 5);
        t.trace();
        t.allocator.freePages(pfn, 3);
        assertEquals(List.of(), t.events);
        t.allocator.folioPut(pfn);
        assertEquals(List.of("free " + Integer.toHexString(pfn) + " order 3"), t.events);
    }

    @Test
    @Tag("M-058")
    void putWithoutReferenceIsABug() {
        int pfn = alloc(0, 0);
        t.allocator.freePages(pfn, 0);
        assertThrows(KernelBug.class, () -> t.allocator.freePages(pfn, 0));
    }

    @Test
    @Tag("M-034")
    @Tag("M-059")
    @Tag("E8")
    void exactAllocationGivesTheRestStraightToTheFreeLists() {
        ExactPages exact = new ExactPages(t.allocator);
        // A page on the list already, or the head would be the tail.
        alloc(0, 0);
        t.allocator.drainLocalPages(t.zone);
        int[] before = t.list(0, MIGRATE_UNMOVABLE);
        assertTrue(before.length > 0);
        t.trace();
        int pfn = exact.allocPagesExact(0, 3 * 4096 - 1, GFP_KERNEL);
        assertEquals("free " + Integer.toHexString(pfn + 3) + " order 0", t.events.get(t.events.size() - 1));
        int[] list = t.list(0, MIGRATE_UNMOVABLE);
        assertEquals(pfn + 3, list[list.length - 1], "at the tail");
        assertEquals(before.length + 1, list.length);
        assertEquals(0, t.zone.pcp[0].lists.length(0));
        assertArrayEquals(frames(1, 1, 1, 0), frames(t.map.refcount(pfn), t.map.refcount(pfn + 1),
            t.map.refcount(pfn + 2), t.map.refcount(pfn + 3)));
        exact.freePagesExact(pfn, 3 * 4096);
        assertEquals(3, t.zone.pcp[0].lists.length(0));
    }

    @Test
    @Tag("M-059")
    void exactAllocationCannotBeCompound() {
        int pfn = new ExactPages(t.allocator).allocPagesExact(0, 8192, GFP_KERNEL | __GFP_COMP);
        assertFalse(t.map.isHead(pfn));
        assertEquals(1, t.kernel.warnings().count());
    }

    @Test
    @Tag("M-060")
    void splitGivesEachPageAReference() {
        ExactPages exact = new ExactPages(t.allocator);
        int pfn = alloc(2, 0);
        exact.splitPage(pfn, 2);
        for (int page = pfn; page < pfn + 4; page++) {
            assertEquals(1, t.map.refcount(page));
        }
        int compound = alloc(2, __GFP_COMP);
        assertThrows(KernelBug.class, () -> exact.splitPage(compound, 2));
    }

    // ---------------------------------------------------------------- compound metadata

    @Test
    @Tag("M-053")
    void compoundPageKnowsItsHeadAndOrder() {
        int pfn = alloc(3, __GFP_COMP);
        assertTrue(t.map.isHead(pfn));
        for (int tail = pfn + 1; tail < pfn + 8; tail++) {
            assertTrue(t.map.isTail(tail));
            assertEquals(pfn, t.map.headOf(tail));
            assertEquals(3, t.map.compoundOrder(tail));
        }
        t.allocator.freePages(pfn, 3);
        for (int page = pfn; page < pfn + 8; page++) {
            assertEquals(0, t.map.flags(page));
            assertEquals(page, t.map.headOf(page));
            assertEquals(0, t.map.mapping(page));
        }
        int bare = alloc(3, 0);
        assertFalse(t.map.isHead(bare));
    }

    @Test
    @Tag("M-053")
    void freeOfACompoundPageWithTheWrongOrderIsABug() {
        int pfn = alloc(3, __GFP_COMP);
        assertThrows(KernelBug.class, () -> t.allocator.freePages(pfn, 2));
    }

    @Test
    @Tag("M-054")
    void pfmemallocIsMarked() {
        t.zone.setWatermark(1, TestZone.PAGES);
        t.zone.setWatermark(2, TestZone.PAGES);
        t.zone.setWatermark(0, TestZone.PAGES);
        assertTrue(t.map.hasFlag(alloc(0, __GFP_MEMALLOC), PageFlags.MODEL_PFMEMALLOC));
        assertFalse(t.map.hasFlag(t.allocator.allocPages(0, 0x20, 0) & 0x7fff_ffff, PageFlags.MODEL_PFMEMALLOC));
    }

    // ---------------------------------------------------------------- contents

    @Test
    @Tag("M-054")
    void zeroedOnDemand() {
        int pfn = alloc(1, 0);
        t.kernel.memory().writeByte((long) (pfn + 1) << 12, (byte) 7);
        t.allocator.freePages(pfn, 1);
        assertEquals(pfn, alloc(1, 0));
        assertEquals(7, t.kernel.memory().readByte((long) (pfn + 1) << 12));
        t.allocator.freePages(pfn, 1);
        assertEquals(pfn, alloc(1, __GFP_ZERO));
        assertEquals(0, t.kernel.memory().readByte((long) (pfn + 1) << 12));
    }

    @Test
    @Tag("M-054")
    void initOnAllocAndInitOnFreeZeroAlways() {
        for (String option : List.of("init_on_alloc=1", "init_on_free=1")) {
            boot(option);
            int pfn = alloc(0, 0);
            t.kernel.memory().writeByte((long) pfn << 12, (byte) 7);
            t.allocator.freePages(pfn, 0);
            assertEquals(option.equals("init_on_free=1") ? 0 : 7, t.kernel.memory().readByte((long) pfn << 12));
            assertEquals(pfn, alloc(0, 0));
            assertEquals(0, t.kernel.memory().readByte((long) pfn << 12), option);
        }
    }

    @Test
    @Tag("M-054")
    void poisonIsWrittenAndItsCorruptionReported() {
        boot("page_poison=1");
        int pfn = alloc(0, 0);
        t.allocator.freePages(pfn, 0);
        assertTrue(t.kernel.memory().isFilledWith(pfn, PageChecks.PAGE_POISON));
        t.kernel.memory().writeByte((long) pfn << 12, (byte) 1);
        assertEquals(pfn, alloc(0, 0));
        assertTrue(t.log().contains("pagealloc: memory corruption"));
    }

    // ---------------------------------------------------------------- bad pages

    @Test
    @Tag("M-057")
    void checksAreOffUnlessSomethingAsksForThem() {
        assertFalse(t.allocator.checks().checksEnabled());
        int pfn = alloc(0, 0);
        t.map.addFlags(pfn, PageFlags.PG_LOCKED);
        t.allocator.freePages(pfn, 0);
        assertEquals(0, bugs());
        assertEquals(0, t.map.flags(pfn));
        for (String option : List.of("page_poison=1", "init_on_alloc=1", "init_on_free=1", "debug_pagealloc=on")) {
            boot(option);
            assertTrue(t.allocator.checks().checksEnabled(), option);
        }
    }

    @Test
    @Tag("M-055")
    void laterReasonOverridesEarlierOnes() {
        boot("init_on_free=1");
        BadPages bad = new BadPages(t.context);
        int pfn = alloc(0, 0);
        t.map.setRefcount(pfn, 0);
        String[] reasons = new String[4];
        t.map.setMapcount(pfn, 0);
        reasons[0] = bad.reason(pfn, PageFlags.CHECK_AT_FREE, "flags");
        t.map.setMapping(pfn, 4);
        reasons[1] = bad.reason(pfn, PageFlags.CHECK_AT_FREE, "flags");
        t.map.setRefcount(pfn, 1);
        reasons[2] = bad.reason(pfn, PageFlags.CHECK_AT_FREE, "flags");
        t.map.addFlags(pfn, PageFlags.PG_PRIVATE);
        reasons[3] = bad.reason(pfn, PageFlags.CHECK_AT_FREE, "flags");
        assertEquals(List.of("nonzero mapcount", "non-NULL mapping", "nonzero _refcount", "flags"),
            Arrays.asList(reasons));
    }

    /** Mlocked is cleared before the check, and what the model keeps in the word for itself is nobody's business. */
    @Test
    @Tag("M-055")
    void flagsThatMayNotBeSetAtFreeAndAtAllocation() {
        boot("init_on_free=1");
        List<String> badAtFree = new ArrayList<>();
        List<String> badAtPrep = new ArrayList<>();
        for (int bit = 0; bit < 20; bit++) {
            String name = PageFlags.describe(1 << bit);
            t.map.setRefcount(TestZone.START, 0);
            t.map.setFlags(TestZone.START, 1 << bit);
            if (!t.map.isBare(TestZone.START, PageFlags.CHECK_AT_FREE)) {
                badAtFree.add(name);
            }
            if (!t.map.isBare(TestZone.START, PageFlags.CHECK_AT_PREP)) {
                badAtPrep.add(name);
            }
        }
        t.map.setFlags(TestZone.START, 0);
        assertEquals(List.of("locked", "writeback", "lru", "active", "reserved", "private", "private_2", "unevictable",
            "mlocked"), badAtFree);
        assertEquals(20, badAtPrep.size(), badAtPrep.toString());
        assertEquals(0, PageFlags.CHECK_AT_PREP & PageFlags.PG_HWPOISON);
    }

    @Test
    @Tag("M-055")
    @Tag("M-056")
    void badPageIsReportedAndLeaks() {
        boot("init_on_free=1");
        int pfn = alloc(0, 0);
        int free = t.freePages() + t.zone.pcp[0].count;
        t.map.addFlags(pfn, PageFlags.PG_PRIVATE);
        t.allocator.freePages(pfn, 0);
        assertEquals(free, t.freePages() + t.zone.pcp[0].count);
        assertTrue(t.log().contains(String.format("BUG: Bad page state in process swapper  pfn:%05x", pfn)),
            t.log().toString());
        assertTrue(t.log().contains("page dumped because: PAGE_FLAGS_CHECK_AT_FREE flag(s) set"));
        assertTrue(t.kernel.taint().has(TaintFlag.BAD_PAGE));
    }

    @Test
    @Tag("M-055")
    void anonymousMappingIsForgottenAndAFileMappingReported() {
        boot("init_on_free=1");
        int pfn = alloc(0, 0);
        t.map.setMapping(pfn, 0x100 | 1);
        t.allocator.freePages(pfn, 0);
        assertEquals(0, bugs());
        assertEquals(pfn, alloc(0, 0));
        t.map.setMapping(pfn, 0x100);
        t.allocator.freePages(pfn, 0);
        assertEquals(1, bugs());
        assertTrue(t.log().contains("page dumped because: non-NULL mapping"));
    }

    @Test
    @Tag("M-055")
    void badTailsAreReported() {
        boot("init_on_free=1");
        int pfn = alloc(2, __GFP_COMP);
        t.map.setMapping(pfn + 2, 3);
        t.allocator.freePages(pfn, 2);
        assertTrue(t.log().contains("page dumped because: compound_head not consistent"), t.log().toString());
        int other = alloc(2, __GFP_COMP);
        t.map.clearFlags(other + 3, PageFlags.MODEL_TAIL);
        t.allocator.freePages(other, 2);
        assertTrue(t.log().contains("page dumped because: PageTail not set"), t.log().toString());
    }

    @Test
    @Tag("M-056")
    void badPageIsPassedByAtAllocation() {
        boot("init_on_free=1");
        int pfn = alloc(0, 0);
        t.allocator.freePages(pfn, 0);
        t.map.addFlags(pfn, PageFlags.PG_UPTODATE);
        int next = alloc(0, 0);
        assertTrue(next != pfn);
        assertTrue(t.log().contains("page dumped because: PAGE_FLAGS_CHECK_AT_PREP flag(s) set"));
        t.allocator.freePages(next, 0);
        t.map.addFlags(next, PageFlags.PG_HWPOISON);
        long before = bugs();
        assertTrue(alloc(0, 0) != next);
        assertEquals(before, bugs(), "broken memory is dropped without a word");
    }

    @Test
    @Tag("M-056")
    void brokenMemoryIsNotTakenBack() {
        int pfn = alloc(0, 0);
        int count = t.zone.pcp[0].count;
        t.map.addFlags(pfn, PageFlags.PG_HWPOISON);
        t.trace();
        t.allocator.freePages(pfn, 0);
        assertEquals(count, t.zone.pcp[0].count);
        assertEquals(1, t.events.size(), "the event comes first");
    }

    @Test
    @Tag("M-055")
    void reportsAreLimitedToSixtyInAMinute() {
        boot("init_on_free=1");
        for (int i = 0; i < 70; i++) {
            int pfn = alloc(0, 0);
            t.map.addFlags(pfn, PageFlags.PG_LOCKED);
            t.allocator.freePages(pfn, 0);
        }
        assertEquals(60, bugs());
        t.kernel.clock().jumpTo(61_000_000_000L);
        int pfn = alloc(0, 0);
        t.map.addFlags(pfn, PageFlags.PG_LOCKED);
        t.allocator.freePages(pfn, 0);
        assertTrue(t.log().contains("BUG: Bad page state: 10 messages suppressed"));
    }

    @Test
    @Tag("M-055")
    void mlockedPageIsClearedSilently() {
        int pfn = alloc(0, 0);
        t.map.addFlags(pfn, PageFlags.PG_MLOCKED);
        t.allocator.freePages(pfn, 0);
        assertEquals(1, t.context.events().get(VmEvent.UNEVICTABLE_PGS_CLEARED));
        assertEquals(0, t.map.flags(pfn));
    }
}
