package org.kunitjvm.mm.alloc;

/** Is told of the operations of an allocator when they are over, and the executing task holds none of its locks. */
@FunctionalInterface
public interface OperationWatcher {
    /**
     * An operation has ended; it may have failed.
     *
     * @param what a few words for people
     * @param pfn first frame, or -1
     * @param order of the block, or 0
     */
    void afterOperation(String what, int pfn, int order);
}
