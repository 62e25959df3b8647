package org.kunitjvm.mm.reclaim;

import static org.kunitjvm.mm.types.GfpFlags.__GFP_FS;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.Printk;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.alloc.AllocContext;
import org.kunitjvm.mm.alloc.AllocRequest;
import org.kunitjvm.mm.alloc.MemoryReport;
import org.kunitjvm.mm.types.GfpText;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.Zone;

/**
 * Kills the process that gives the most memory back. It is asked when reclaim and compaction could do nothing for a
 * small request that must not fail. Models mm/oom_kill.c.
 *
 * <p>Differs from Linux: a victim has no code with which to exit, so that the reaper does not wait two seconds for it
 * to do so.
 */
public final class OomKiller {
    private static final long REPORT_WINDOW_NS = 5_000_000_000L;
    private static final int REPORT_BURST = 10;

    private final Kernel kernel;
    private final AllocContext context;
    private final OomReaper reaper;
    private final List<UserProcess> processes = new ArrayList<>();
    private final List<IntSupplier> notifiers = new ArrayList<>();
    private boolean disabled;
    private int panicOnOom;
    private boolean killAllocatingTask;
    private boolean dumpTasks = true;
    private int nextPid = 100;
    private long windowEndNs = Long.MIN_VALUE;
    private int reportsInWindow;

    OomKiller(Kernel kernel, AllocContext context, OomReaper reaper) {
        this.kernel = kernel;
        this.context = context;
        this.reaper = reaper;
    }

    // ---------------------------------------------------------------- who there is, and what the administrator wants

    /** A process with this memory is there from now on; the OOM killer may choose it. */
    public UserProcess addProcess(String comm, MmStruct mm) {
        UserProcess process = new UserProcess(nextPid++, comm, mm);
        processes.add(process);
        return process;
    }

    /** The init process, which is never killed, is there. */
    public UserProcess addInit(MmStruct mm) {
        UserProcess process = new UserProcess(1, "init", mm);
        processes.add(process);
        return process;
    }

    /** A process has exited. */
    public void removeProcess(UserProcess process) {
        processes.remove(process);
    }

    /**
     * Ask {@code freed} for pages before anybody is killed; it returns how many it freed
     * ({@code register_oom_notifier}).
     */
    public void addNotifier(IntSupplier freed) {
        notifiers.add(freed);
    }

    /** Switch the OOM killer off, as hibernation does, or on ({@code oom_killer_disable}). */
    public void setDisabled(boolean newDisabled) {
        disabled = newDisabled;
    }

    /**
     * Write {@code vm.panic_on_oom}: 0 to kill, 1 to panic unless the request was limited to some nodes, 2 to panic
     * always.
     */
    public void setPanicOnOom(int value) {
        panicOnOom = value;
    }

    /** Write {@code vm.oom_kill_allocating_task}: kill who asks, whatever others have. */
    public void setKillAllocatingTask(boolean kill) {
        killAllocatingTask = kill;
    }

    /** Write {@code vm.oom_dump_tasks}: whether the report lists the processes. */
    public void setDumpTasks(boolean dump) {
        dumpTasks = dump;
    }

    /** Whether {@code task} acts for a victim ({@code tsk_is_oom_victim}). */
    boolean isVictim(Task task) {
        UserProcess process = processOf(task);
        return process != null && process.isKilled();
    }

    private @Nullable UserProcess processOf(Task task) {
        if (task.mm() != null) {
            for (int i = 0; i < processes.size(); i++) {
                if (processes.get(i).hasTask(task)) {
                    return processes.get(i);
                }
            }
        }
        return null;
    }

    // ---------------------------------------------------------------- out of memory

    /** Get memory by force; returns whether there is hope. Models mm/oom_kill.c: out_of_memory. */
    boolean outOfMemory(AllocRequest request) {
        if (disabled) {
            return false;
        }
        int freed = 0;
        for (IntSupplier notifier : notifiers) {
            freed += notifier.getAsInt();
        }
        if (freed > 0) {
            return true;
        }
        Task me = kernel.current();
        UserProcess mine = processOf(me);
        if (mine != null && mine.isKilled() && !mine.isSkipped()) {
            // It is dying already: let it have the reserves, and hurry.
            reaper.reap(mine);
            return true;
        }
        if ((request.gfp() & __GFP_FS) == 0) {
            // Who must not write file systems cannot tell whether reclaim would have helped.
            return true;
        }
        checkPanicOnOom(request);
        if (killAllocatingTask && mine != null && mine.badness(totalPages()) != Long.MIN_VALUE) {
            kill(mine, request, "Out of memory (oom_kill_allocating_task)");
            return true;
        }
        return selectAndKill(request);
    }

    private boolean selectAndKill(AllocRequest request) {
        UserProcess chosen = null;
        long most = Long.MIN_VALUE;
        for (UserProcess process : processes) {
            if (process.isKilled()) {
                if (process.isSkipped()) {
                    continue;
                }
                // One at a time: the memory of this one will come.
                return true;
            }
            long points = process.badness(totalPages());
            if (points != Long.MIN_VALUE && points >= most) {
                chosen = process;
                most = points;
            }
        }
        if (chosen == null) {
            dumpHeader(request);
            kernel.log().print(LogLevel.WARNING, "Out of memory and no killable processes...");
            throw panic("System is deadlocked on memory");
        }
        kill(chosen, request, "Out of memory");
        return true;
    }

    private void checkPanicOnOom(AllocRequest request) {
        boolean limited = request.nodemask() != AllocRequest.ANY_NODE;
        if (panicOnOom == 0 || panicOnOom == 1 && limited) {
            return;
        }
        dumpHeader(request);
        throw panic("Out of memory: " + (panicOnOom == 2 ? "compulsory" : "system-wide") + " panic_on_oom is enabled");
    }

    private KernelBug panic(String why) {
        kernel.log().print(LogLevel.EMERG, "Kernel panic - not syncing: " + why);
        return new KernelBug("Kernel panic - not syncing: %s", why);
    }

    /** Pages of the machine; there is no swap. */
    private long totalPages() {
        long pages = 0;
        for (Zone zone : context.zones().all()) {
            pages += zone.managedPages;
        }
        return pages;
    }

    /** Models mm/oom_kill.c: oom_kill_process. */
    private void kill(UserProcess victim, AllocRequest request, String message) {
        if (mayReport()) {
            dumpHeader(request);
            kernel.log().print(LogLevel.INFO, "oom-kill:constraint=" + constraint(request) + ",nodemask="
                + MemoryReport.nodemaskText(request.nodemask()) + ",cpuset=/,mems_allowed="
                + MemoryReport.onlineNodes(context) + ",global_oom,task_memcg=/,task=" + victim.comm() + ",pid="
                + victim.pid() + ",uid=" + victim.uid());
        }
        victim.kill();
        context.events().add(VmEvent.OOM_KILL, 1);
        UserProcess.Rss rss = victim.rss();
        kernel.log().print(LogLevel.ERR,
            String.format("%s: Killed process %d (%s) total-vm:%dkB, anon-rss:%dkB, file-rss:%dkB,"
            + " shmem-rss:%dkB, UID:%d pgtables:%dkB oom_score_adj:%d", message, victim.pid(), victim.comm(),
            UserProcess.kb(victim.totalVmPages()), UserProcess.kb(rss.anon()), UserProcess.kb(rss.file()),
            UserProcess.kb(rss.shmem()), victim.uid(), victim.pageTableBytes() >> 10, victim.oomScoreAdj()));
        for (UserProcess other : processes) {
            if (other != victim && other.mm() == victim.mm() && !other.isUnkillable()) {
                other.kill();
            }
        }
        reaper.reap(victim);
    }

    private static String constraint(AllocRequest request) {
        return request.nodemask() == AllocRequest.ANY_NODE ? "CONSTRAINT_NONE" : "CONSTRAINT_MEMORY_POLICY";
    }

    // ---------------------------------------------------------------- the report

    /** At most ten reports in five seconds. */
    private boolean mayReport() {
        long now = kernel.clock().ktimeNs();
        if (now >= windowEndNs) {
            windowEndNs = now + REPORT_WINDOW_NS;
            reportsInWindow = 0;
        }
        return reportsInWindow++ < REPORT_BURST;
    }

    /** Models mm/oom_kill.c: dump_header. */
    private void dumpHeader(AllocRequest request) {
        Printk log = kernel.log();
        Task me = kernel.current();
        UserProcess mine = processOf(me);
        log.print(LogLevel.WARNING, String.format("%s invoked oom-killer: gfp_mask=%#x(%s), order=%d, oom_score_adj=%d",
            me.comm(), request.gfp(), GfpText.printk(request.gfp()), request.order(), mine == null ? 0
            : mine.oomScoreAdj()));
        if (!kernel.config().isEnabled("COMPACTION") && request.order() > 0) {
            log.print(LogLevel.WARNING, "COMPACTION is disabled!!!");
        }
        MemoryReport.printCallTrace(log);
        new MemoryReport(context).print(log);
        if (dumpTasks) {
            dumpTasks(log);
        }
    }

    private void dumpTasks(Printk log) {
        log.print(LogLevel.INFO, "Tasks state (memory values in pages):");
        log.print(LogLevel.INFO,
            "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents"
            + " oom_score_adj name");
        for (UserProcess p : processes) {
            UserProcess.Rss rss = p.rss();
            log.print(LogLevel.INFO, String.format("[%7d] %5d %5d %8d %8d %8d %8d %9d %8d %8d         %5d %s", p.pid(),
                p.uid(), p.pid(), p.totalVmPages(), rss.total(), rss.anon(), rss.file(), rss.shmem(),
                p.pageTableBytes(), 0, p.oomScoreAdj(), p.comm()));
        }
    }
}
