package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.GfpFlags.GFP_ATOMIC;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOFAIL;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Slab requests fail on purpose unless their mask or their cache spares them. */
@Tag("M-111")
final class FailSlabTest {
    @Test
    void maskAndCacheDecideBeforeTheAttributes() {
        try (TestZone t = TestZone.empty()) {
            FaultAttr attr = new FaultAttr("failslab", t.kernel.log(), 1);
            attr.set(1, 100, 0, -1);
            FailSlab slab = new FailSlab(attr);
            assertFalse(slab.shouldFail(64, false, GFP_KERNEL), "may reclaim");
            assertTrue(slab.shouldFail(64, false, GFP_ATOMIC));
            slab.setCacheFilter(true);
            assertFalse(slab.shouldFail(64, false, GFP_ATOMIC));
            assertTrue(slab.shouldFail(64, true, GFP_ATOMIC));
            assertFalse(slab.shouldFail(64, true, GFP_ATOMIC | __GFP_NOFAIL));
            slab.setIgnoreGfpReclaim(false);
            assertTrue(slab.shouldFail(64, true, GFP_KERNEL));
        }
    }
}
