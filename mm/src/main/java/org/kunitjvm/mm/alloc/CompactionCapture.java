package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_CMA;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_ISOLATE;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.zone.Zone;

/**
 * Lets direct compaction keep a block that the compacting task frees while it works, so that nobody else gets it first.
 * Models mm/internal.h: struct capture_control and mm/page_alloc.c: compaction_capture.
 */
final class CompactionCapture {
    private final Task owner;
    private final int order;
    private final int type;
    private @Nullable Zone zone;
    private int pfn = NO_PFN;

    /** For the running task {@code owner}; nothing is caught before {@link #compacts} says where. */
    CompactionCapture(Task owner, int order, int type) {
        this.owner = owner;
        this.order = order;
        this.type = type;
    }

    /** {@code newZone} is being compacted now. */
    void compacts(Zone newZone) {
        zone = newZone;
    }

    boolean accepts(Task freer, Zone freedIn, int freedOrder, int freedType) {
        if (pfn >= 0 || freer != owner || freedIn != zone || freedOrder != order || freedType == MIGRATE_CMA
            || freedType == MIGRATE_ISOLATE) {
            return false;
        }
        // Do not let a small unmovable request pollute a movable pageblock.
        return order >= PAGEBLOCK_ORDER || freedType != MIGRATE_MOVABLE || type == MIGRATE_MOVABLE;
    }

    void take(int captured) {
        pfn = captured;
    }

    /** The captured block, or -1. */
    int pfn() {
        return pfn;
    }
}
