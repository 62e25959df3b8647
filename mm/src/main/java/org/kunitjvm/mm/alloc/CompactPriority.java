package org.kunitjvm.mm.alloc;

/** How hard compaction tries; the first is the hardest. Models include/linux/compaction.h: enum compact_priority. */
public enum CompactPriority {
    SYNC_FULL, SYNC_LIGHT, ASYNC;

    /** One step harder. */
    CompactPriority harder() {
        return values()[ordinal() - 1];
    }
}
