package org.kunitjvm.mm.reclaim;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.fault.UserPages;
import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.mm.vma.PageUsage;
import org.kunitjvm.mm.vma.VmArea;
import org.kunitjvm.mm.vma.VmFile;
import org.kunitjvm.mm.vma.VmaSpace;

/**
 * A process as the OOM killer sees it: an address space with a name and a score adjustment. It has no code of its own;
 * tasks of the model that use its address space act for it. Models what mm/oom_kill.c reads of struct task_struct and
 * struct signal_struct.
 */
public final class UserProcess {
    /** Never kill ({@code OOM_SCORE_ADJ_MIN}). */
    public static final int OOM_SCORE_ADJ_MIN = -1000;
    /** Kill first ({@code OOM_SCORE_ADJ_MAX}). */
    public static final int OOM_SCORE_ADJ_MAX = 1000;

    private static final int KB_SHIFT = Mman.PAGE_SHIFT - 10;

    private final int pid;
    private final String comm;
    private final MmStruct mm;
    private int uid;
    private int oomScoreAdj;
    private boolean inVfork;
    private boolean killed;
    private boolean skipped;

    UserProcess(int pid, String comm, MmStruct mm) {
        this.pid = pid;
        this.comm = comm;
        this.mm = mm;
    }

    /** Process id; 1 is init, which is never killed. */
    public int pid() {
        return pid;
    }

    /** Name. */
    public String comm() {
        return comm;
    }

    /** Its memory. */
    public MmStruct mm() {
        return mm;
    }

    /** Owner, as reports show it. */
    public int uid() {
        return uid;
    }

    /** Set the owner. */
    public UserProcess setUid(int newUid) {
        uid = newUid;
        return this;
    }

    /** {@code /proc/PID/oom_score_adj}: thousandths of all memory that are added to its score. */
    public int oomScoreAdj() {
        return oomScoreAdj;
    }

    /** Write {@code oom_score_adj}, from {@link #OOM_SCORE_ADJ_MIN} to {@link #OOM_SCORE_ADJ_MAX}. */
    public UserProcess setOomScoreAdj(int adj) {
        if (adj < OOM_SCORE_ADJ_MIN || adj > OOM_SCORE_ADJ_MAX) {
            throw new IllegalArgumentException("oom_score_adj " + adj + " is not between -1000 and 1000");
        }
        oomScoreAdj = adj;
        return this;
    }

    /** Whether it is in {@code vfork()}: then its memory is its parent's, and killing it frees nothing. */
    public UserProcess setInVfork(boolean vfork) {
        inVfork = vfork;
        return this;
    }

    /** Whether the OOM killer chose it. */
    public boolean isKilled() {
        return killed;
    }

    /** Whether there is nothing left to be had from it ({@code MMF_OOM_SKIP}). */
    public boolean isSkipped() {
        return skipped;
    }

    void kill() {
        killed = true;
    }

    void skip() {
        skipped = true;
    }

    boolean isUnkillable() {
        return pid == 1;
    }

    /** Whether {@code task} acts for this process. */
    boolean hasTask(Task task) {
        return task.mm() == mm;
    }

    // ---------------------------------------------------------------- memory

    /** What it has in memory, in pages, by kind. */
    record Rss(long anon, long file, long shmem) {
        long total() {
            return anon + file + shmem;
        }
    }

    Rss rss() {
        UserPages pages = UserPages.of(mm);
        if (pages == null) {
            return new Rss(0, 0, 0);
        }
        long anon = 0;
        long file = 0;
        long shmem = 0;
        for (VmArea vma : VmaSpace.of(mm).areas()) {
            PageUsage usage = pages.usage(vma);
            anon += usage.anonymous() >> Mman.PAGE_SHIFT;
            long others = usage.rss() - usage.anonymous() >> Mman.PAGE_SHIFT;
            if (isShmem(vma.vmFile())) {
                shmem += others;
            } else {
                file += others;
            }
        }
        return new Rss(anon, file, shmem);
    }

    private static boolean isShmem(@Nullable VmFile file) {
        return file != null && (file.has(VmFile.Mode.SHMEM) || file.has(VmFile.Mode.ANON_SHMEM));
    }

    long pageTableBytes() {
        UserPages pages = UserPages.of(mm);
        return pages == null ? 0 : pages.pageTableBytes();
    }

    long totalVmPages() {
        return VmaSpace.of(mm).stat().totalVm();
    }

    /**
     * How much would be had by killing it: pages in memory, swap and page tables, and its adjustment.
     * {@link Long#MIN_VALUE} if it must not be killed. Models mm/oom_kill.c: oom_badness.
     *
     * @param totalPages what it could have at most
     */
    long badness(long totalPages) {
        if (isUnkillable() || oomScoreAdj == OOM_SCORE_ADJ_MIN || skipped || inVfork) {
            return Long.MIN_VALUE;
        }
        return rss().total() + (pageTableBytes() >> Mman.PAGE_SHIFT) + oomScoreAdj * (totalPages / OOM_SCORE_ADJ_MAX);
    }

    static long kb(long pages) {
        return pages << KB_SHIFT;
    }

    @Override
    public String toString() {
        return comm + "/" + pid + (killed ? " (killed)" : "");
    }
}
