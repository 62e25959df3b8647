package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.Gfp.gfp;
import static org.kunitjvm.mm.types.GfpFlags.GFP_ATOMIC;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_HIGHMEM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOFAIL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOWARN;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.kernel.slab.HeapObject;
import org.kunitjvm.kernel.slab.KernelHeap;
import org.kunitjvm.kernel.slab.SimpleHeap;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.page.Page;

/** Requests fail on purpose when, and only when, every rule of fail_page_alloc lets them. */
final class FaultInjectionTest {
    private static Kernel boot(String cmdline) {
        return Kernel.builder().cpus(1).memory("256M").cmdline(cmdline).build();
    }

    private static FaultAttr attr(Kernel kernel, long interval, long probability, long space, long times) {
        FaultAttr attr = new FaultAttr("fail_page_alloc", kernel.log(), 1);
        attr.set(interval, probability, space, times);
        return attr;
    }

    @Test
    @Tag("M-111")
    void bootParameterFailsAtomicHighOrdersUntilTimesAreUsedUp() {
        try (Kernel kernel = boot("fail_page_alloc=1,100,0,2")) {
            Mm mm = Mm.of(kernel);
            assertNull(mm.allocPages(gfp(GFP_ATOMIC), 1));
            assertNull(mm.allocPages(gfp(GFP_ATOMIC), 2));
            Page page = mustSucceed(mm.allocPages(gfp(GFP_ATOMIC), 1));
            mm.freePages(page, 1);
        }
    }

    private static Page mustSucceed(Page page) {
        assertNotNull(page, "the third request must not fail any more");
        return page;
    }

    @Test
    @Tag("M-111")
    void exemptRequestsNeverFail() {
        try (Kernel kernel = boot("")) {
            FailPageAlloc fail = new FailPageAlloc(attr(kernel, 1, 100, 0, -1));
            assertFalse(fail.shouldFailPages(GFP_ATOMIC, 0), "below min-order");
            assertFalse(fail.shouldFailPages(GFP_KERNEL, 3), "may sleep");
            assertFalse(fail.shouldFailPages(GFP_ATOMIC | __GFP_HIGHMEM, 3), "highmem");
            assertFalse(fail.shouldFailPages(GFP_ATOMIC | __GFP_NOFAIL, 3), "must not fail");
            assertTrue(fail.shouldFailPages(GFP_ATOMIC, 3));
            fail.setIgnoreGfpWait(false);
            fail.setMinOrder(0);
            assertTrue(fail.shouldFailPages(GFP_KERNEL, 0));
        }
    }

    @Test
    @Tag("M-111")
    void spaceIsUsedUpFirstAndThenEveryIntervalFails() {
        try (Kernel kernel = boot("")) {
            FaultAttr attr = attr(kernel, 3, 100, 5, -1);
            assertFalse(attr.shouldFail(4, true), "space 5 holds 4");
            StringBuilder outcome = new StringBuilder();
            for (int i = 0; i < 6; i++) {
                outcome.append(attr.shouldFail(4, true) ? 'F' : '.');
            }
            assertEquals("..F..F", outcome.toString());
        }
    }

    @Test
    @Tag("M-111")
    void probabilityIsAPercentage() {
        try (Kernel kernel = boot("")) {
            FaultAttr attr = attr(kernel, 1, 30, 0, -1);
            int failed = 0;
            for (int i = 0; i < 10_000; i++) {
                failed += attr.shouldFail(1, true) ? 1 : 0;
            }
            assertTrue(failed > 2_700 && failed < 3_300, "failed " + failed + " of 10000 at 30 percent, seed 1");
        }
    }

    @Test
    @Tag("M-112")
    void reportNamesTheAttributesAndNowarnSilencesIt() {
        try (Kernel kernel = boot("")) {
            FailPageAlloc fail = new FailPageAlloc(attr(kernel, 1, 100, 0, -1));
            fail.shouldFailPages(GFP_ATOMIC | __GFP_NOWARN, 1);
            int before = kernel.log().records().size();
            fail.shouldFailPages(GFP_ATOMIC, 1);
            assertEquals(before + 1, kernel.log().records().size());
            assertEquals("FAULT_INJECTION: forcing a failure.\nname fail_page_alloc, interval 1, probability 100, space 0, times -1",
                kernel.log().records().getLast().text());
        }
    }

    @Test
    @Tag("M-111")
    void nonsenseNamesTheParameterAndTheRemedy() {
        KernelParamException e = assertThrows(KernelParamException.class, () -> boot("fail_page_alloc=often"));
        assertEquals("fail_page_alloc=often: want four numbers, <interval>,<probability>,<space>,<times>, such as "
            + "fail_page_alloc=1,100,0,-1", e.getMessage());
    }

    @Test
    @Tag("M-111")
    void failslabMakesSmallAllocationsFail() {
        try (Kernel kernel = boot("failslab=1,100,0,1")) {
            KernelHeap heap = SimpleHeap.of(kernel);
            HeapObject patient = heap.kmalloc(64, GFP_KERNEL);
            assertNotNull(patient, "who can wait is spared");
            assertNull(heap.kmalloc(64, GFP_ATOMIC));
            HeapObject second = heap.kmalloc(64, GFP_ATOMIC);
            assertNotNull(second, "one time was all");
            heap.kfree(patient);
            heap.kfree(second);
            assertTrue(kernel.log().records().stream().anyMatch(r -> r.text()
                .contains("name failslab, interval 1, probability 100")));
        }
        assertThrows(KernelParamException.class, () -> boot("failslab=1,100"));
    }
}
