package org.kunitjvm.mm.lru;

/** The batches that each CPU has, in the order in which a drain empties them. Models mm/swap.c: struct cpu_fbatches. */
public enum LruBatch {
    /** New folios on their way to a list. */
    LRU_ADD("cpu_fbatches.lru_add"),
    /** To the end of the inactive list: writeback is over, reclaim may have them. The only one that interrupts use. */
    LRU_MOVE_TAIL("cpu_fbatches.lru_move_tail"),
    /** Of a file, could not be invalidated: to the end of the inactive list. */
    LRU_DEACTIVATE_FILE("cpu_fbatches.lru_deactivate_file"),
    /** From active to inactive. */
    LRU_DEACTIVATE("cpu_fbatches.lru_deactivate"),
    /** Anonymous, contents no longer wanted: to the inactive file list. */
    LRU_LAZYFREE("cpu_fbatches.lru_lazyfree"),
    /** From inactive to active. */
    LRU_ACTIVATE("cpu_fbatches.lru_activate");

    private final String label;

    LruBatch(String label) {
        this.label = label;
    }

    /** Name in decision points. */
    public String label() {
        return label;
    }
}
