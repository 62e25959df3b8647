package org.kunitjvm.mm.reclaim;

import java.util.ArrayDeque;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.fault.UserPages;
import org.kunitjvm.mm.vma.VmArea;
import org.kunitjvm.mm.vma.VmFlags;
import org.kunitjvm.mm.vma.VmaSpace;

/**
 * The thread that takes the memory of victims of the OOM killer: nobody will read it again. Models mm/oom_kill.c:
 * oom_reaper.
 */
final class OomReaper {
    private final Kernel kernel;
    private final ArrayDeque<UserProcess> victims = new ArrayDeque<>();
    private @Nullable Task task;

    OomReaper(Kernel kernel) {
        this.kernel = kernel;
    }

    void start() {
        task = kernel.kthreads().run("oom_reaper", this::run);
    }

    void stop() {
        Task running = task;
        if (running != null) {
            task = null;
            kernel.kthreads().stop(running);
        }
    }

    /** Have the memory of a victim taken. */
    void reap(UserProcess victim) {
        if (!victims.contains(victim)) {
            victims.addLast(victim);
        }
        if (task != null) {
            kernel.sched().wake(task);
        }
    }

    private int run() {
        while (!kernel.kthreads().shouldStop()) {
            UserProcess victim = victims.peekFirst();
            if (victim == null) {
                kernel.sched().block("oom_reaper_wait");
                continue;
            }
            reapMemory(victim);
            victims.removeFirst();
        }
        return 0;
    }

    /**
     * Unmap what is the victim's own; pages of files that others may share stay. Models mm/oom_kill.c:
     * __oom_reap_task_mm.
     */
    private void reapMemory(UserProcess victim) {
        UserPages pages = UserPages.of(victim.mm());
        VmaSpace space = VmaSpace.of(victim.mm());
        try (var _ = space.readLock()) {
            for (VmArea vma : space.areas()) {
                if (pages != null && (vma.vmFile() == null || !vma.hasAnyFlag(VmFlags.VM_SHARED))) {
                    pages.unmap(vma, vma.vmStart(), vma.vmEnd());
                }
            }
        }
        UserProcess.Rss left = victim.rss();
        kernel.log().print(LogLevel.INFO,
            String.format("oom_reaper: reaped process %d (%s), now anon-rss:%dkB, file-rss:%dkB," + " shmem-rss:%dkB",
            victim.pid(), victim.comm(), UserProcess.kb(left.anon()), UserProcess.kb(left.file()),
            UserProcess.kb(left.shmem())));
        victim.skip();
    }
}
