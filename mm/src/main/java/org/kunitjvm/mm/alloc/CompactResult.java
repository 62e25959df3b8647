package org.kunitjvm.mm.alloc;

/** How far compaction got, from worst to best. Models include/linux/compaction.h: enum compact_result. */
public enum CompactResult {
    NOT_SUITABLE_ZONE, SKIPPED, DEFERRED, NO_SUITABLE_PAGE, CONTINUE, COMPLETE, PARTIAL_SKIPPED, CONTENDED, SUCCESS
}
