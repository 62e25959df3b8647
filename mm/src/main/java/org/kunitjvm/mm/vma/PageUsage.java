package org.kunitjvm.mm.vma;

/**
 * What the pages of an area amount to, for {@code smaps}, in bytes. Models fs/proc/task_mmu.c: struct mem_size_stats.
 *
 * @param rss mapped and in memory, the shared zero page left out
 * @param pss the same, each page divided by the number of its mappings
 * @param pssDirty the part of {@code pss} whose contents are changed
 * @param sharedClean in memory, mapped more than once, not changed
 * @param sharedDirty in memory, mapped more than once, changed
 * @param privateClean in memory, mapped here only, not changed
 * @param privateDirty in memory, mapped here only, changed
 * @param referenced used since the last look
 * @param anonymous belongs to no file
 * @param lazyFree contents no longer wanted
 */
public record PageUsage(long rss, long pss, long pssDirty, long sharedClean, long sharedDirty, long privateClean,
    long privateDirty, long referenced, long anonymous, long lazyFree) {
    /** No pages. */
    public static final PageUsage NONE = new PageUsage(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
