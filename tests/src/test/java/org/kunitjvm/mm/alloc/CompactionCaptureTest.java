package org.kunitjvm.mm.alloc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_RECLAIMABLE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kernel.sched.Task;

/** A block that a compacting task frees is its own if it is just what it asked for, and nobody else's is. */
@Tag("M-104")
final class CompactionCaptureTest {
    private final TestZone t = TestZone.empty();

    @AfterEach
    void nothingIsBroken() {
        t.buddy.setCapture(null);
        assertEquals(List.of(), t.faults());
        t.close();
    }

    private CompactionCapture capture(int order, int type) {
        CompactionCapture capture = new CompactionCapture(t.kernel.current(), order, type);
        t.buddy.setCapture(capture);
        t.allocator.compacts(t.zone);
        return capture;
    }

    private void free(int pfn, int order, int type) {
        t.map.touch(pfn);
        t.map.setBlockTypes(pfn, order, type);
        t.zone.nrIsolatePageblock += type == MIGRATE_ISOLATE ? 1 : 0;
        t.buddy.freeOneBlockLocked(t.zone, pfn, order, type, Buddy.FPI_NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 8, 9})
    void aBlockOfTheOrderIsCaught(int order) {
        CompactionCapture capture = capture(order, MIGRATE_UNMOVABLE);
        free(0x8000, order, MIGRATE_UNMOVABLE);
        assertEquals(0x8000, capture.pfn());
        assertTrue(t.allocator.hasCaptured());
        assertEquals(0, t.freePages());
        assertEquals(0, t.folded());
    }

    @Test
    void aBlockThatMergesToTheOrderIsCaught() {
        free(0x8002, 1, MIGRATE_UNMOVABLE);
        CompactionCapture capture = capture(2, MIGRATE_UNMOVABLE);
        free(0x8000, 1, MIGRATE_UNMOVABLE);
        assertEquals(0x8000, capture.pfn());
        assertEquals(0, t.freePages());
        assertEquals(0, t.folded());
    }

    @Test
    void onlyOneBlockIsCaught() {
        capture(3, MIGRATE_UNMOVABLE);
        free(0x8000, 3, MIGRATE_UNMOVABLE);
        free(0x9000, 3, MIGRATE_UNMOVABLE);
        assertArrayEquals(new int[] {0x9000}, t.list(3, MIGRATE_UNMOVABLE));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void otherOrdersAreNotWanted(int order) {
        CompactionCapture capture = capture(3, MIGRATE_UNMOVABLE);
        free(0x8000, order, MIGRATE_UNMOVABLE);
        assertEquals(-1, capture.pfn());
        assertFalse(t.allocator.hasCaptured());
        assertEquals(1 << order, t.freePages());
    }

    @ParameterizedTest
    @ValueSource(ints = {MIGRATE_CMA, MIGRATE_ISOLATE})
    void typesOfTheirOwnAreLeftAlone(int type) {
        CompactionCapture capture = capture(9, MIGRATE_MOVABLE);
        free(0x8000, 9, type);
        assertEquals(-1, capture.pfn());
    }

    @Test
    void smallRequestsDoNotSpoilMovableBlocksUnlessTheyAreMovable() {
        CompactionCapture capture = capture(3, MIGRATE_UNMOVABLE);
        free(0x8000, 3, MIGRATE_MOVABLE);
        assertEquals(-1, capture.pfn());
        CompactionCapture movable = capture(3, MIGRATE_MOVABLE);
        free(0x9000, 3, MIGRATE_MOVABLE);
        assertEquals(0x9000, movable.pfn());
        CompactionCapture reclaimable = capture(3, MIGRATE_UNMOVABLE);
        free(0xa000, 3, MIGRATE_RECLAIMABLE);
        assertEquals(0xa000, reclaimable.pfn());
        CompactionCapture whole = capture(9, MIGRATE_UNMOVABLE);
        free(0xb000, 9, MIGRATE_MOVABLE);
        assertEquals(0xb000, whole.pfn());
    }

    @Test
    void otherTasksAndOtherZonesAreNotRobbed() {
        CompactionCapture capture = capture(3, MIGRATE_UNMOVABLE);
        Task other = t.kernel.kthreads().run("other", () -> {
            free(0x8000, 3, MIGRATE_UNMOVABLE);
            return 0;
        });
        t.kernel.sched().join(other, Long.MAX_VALUE);
        assertEquals(-1, capture.pfn());
        CompactionCapture nowhere = new CompactionCapture(t.kernel.current(), 3, MIGRATE_UNMOVABLE);
        t.buddy.setCapture(nowhere);
        free(0x9000, 3, MIGRATE_UNMOVABLE);
        assertEquals(-1, nowhere.pfn());
    }
}
