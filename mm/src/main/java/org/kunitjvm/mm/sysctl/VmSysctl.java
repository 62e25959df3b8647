package org.kunitjvm.mm.sysctl;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.mm.lru.Lru;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;
import org.kunitjvm.mm.zone.ZoneTable;

/** Writes to files under {@code /proc/sys/vm}; they may sleep. */
public final class VmSysctl {
    private final Kernel kernel;
    private final Lru lru;
    private final ZoneTable zones;
    private final Runnable compactNodes;
    private int compactMemory;

    /**
     * The files of a kernel.
     *
     * @param compactNodes what compaction does once the batches are empty
     */
    public VmSysctl(Kernel kernel, Lru lru, ZoneTable zones, Runnable compactNodes) {
        this.kernel = kernel;
        this.lru = lru;
        this.zones = zones;
        this.compactNodes = compactNodes;
    }

    /**
     * Write {@code text} to {@code compact_memory}. The number is stored first, and only then found wanting unless it
     * is 1. Before anything is compacted the LRU batches of all CPUs are drained: a side effect that tests have relied
     * on.
     *
     * @throws ErrnoException {@code EINVAL} if it is no number, or not 1
     */
    @Models("mm/compaction.c: sysctl_compaction_handler")
    public void writeCompactMemory(String text) throws ErrnoException {
        compactMemory = parse(text);
        if (compactMemory != 1) {
            throw new ErrnoException(Errno.EINVAL, "compact_memory takes 1 and nothing else, not " + compactMemory);
        }
        lru.drain().drainAll();
        compactNodes.run();
    }

    /** The number that was written last ({@code sysctl_compact_memory}); the file itself cannot be read. */
    public int compactMemory() {
        return compactMemory;
    }

    /**
     * Read {@code compact_memory}, or try to: its mode is 0200, and that holds for root.
     *
     * @throws ErrnoException {@code EACCES}, always
     */
    public String readCompactMemory() throws ErrnoException {
        throw new ErrnoException(Errno.EACCES, "compact_memory is for writing only");
    }

    private static int parse(String text) throws ErrnoException {
        try {
            return Integer.decode(text.strip());
        } catch (NumberFormatException _) {
            throw new ErrnoException(Errno.EINVAL, "'" + text + "' is not a number");
        }
    }

    /**
     * Read or write {@code stat_refresh}: fold what each CPU has counted into the counters that files show. Counters
     * that are negative afterwards are reported in the log. There is nothing to be read.
     */
    @Models("mm/vmstat.c: vmstat_refresh")
    public void statRefresh() {
        for (int cpu = 0; cpu < kernel.sched().nrCpus(); cpu++) {
            kernel.sched().decisionPoint(DecisionPoint.PER_CPU, "vmstat_refresh");
            for (Zone zone : zones.all()) {
                zone.counters.fold(cpu);
            }
        }
        for (ZoneStat item : ZoneStat.values()) {
            long sum = zones.all().stream().mapToLong(zone -> zone.counters.exact(item)).sum();
            // This one lags behind by design.
            if (sum < 0 && item != ZoneStat.NR_ZONE_WRITE_PENDING && item != ZoneStat.NR_FREE_CMA) {
                kernel.log().print(LogLevel.WARNING, "vmstat_refresh: " + item.label() + " " + sum);
            }
        }
    }
}
