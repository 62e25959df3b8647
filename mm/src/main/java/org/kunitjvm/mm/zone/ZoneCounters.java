package org.kunitjvm.mm.zone;

import java.util.Arrays;

/**
 * The counters of a zone: a global part that everybody reads, and a small difference per CPU that is folded into it
 * when it gets larger than a threshold. What is not folded yet is invisible to watermark checks. Models mm/vmstat.c:
 * __mod_zone_page_state.
 */
public final class ZoneCounters {
    private static final int NR_FREE_PAGES = ZoneStat.NR_FREE_PAGES.ordinal();
    private static final int NR_FREE_CMA = ZoneStat.NR_FREE_CMA.ordinal();
    private static final int ITEMS = ZoneStat.values().length;

    private final long[] global = new long[ITEMS];
    /** One after the other, {@link #ITEMS} for each CPU. */
    private final int[] diffs;
    /** See {@link #spare}; follows {@link #global}. */
    private long spare;
    private long floor;
    /** Requests that were served by the zone that they wanted, by whether that is on the CPU's own node. */
    private final Tally hitsLocal = new Tally();
    private final Tally hitsOther = new Tally();
    private final long[] numa = new long[NumaStat.values().length];
    private int threshold;

    /** Counters at 0 with one difference per CPU and a threshold of 0, so that every update is folded at once. */
    public ZoneCounters(int nrCpus) {
        this.diffs = new int[nrCpus * ITEMS];
    }

    /** Differences up to this absolute value stay with the CPU ({@code stat_threshold}). */
    public int threshold() {
        return threshold;
    }

    /** Set the threshold, at most 125. */
    public void setThreshold(int newThreshold) {
        threshold = newThreshold;
    }

    /** Add to a counter on behalf of a CPU; {@code item} is the ordinal. */
    public void mod(int cpu, int item, int delta) {
        int at = cpu * ITEMS + item;
        int sum = diffs[at] + delta;
        if (sum > threshold || sum < -threshold) {
            foldIn(item, sum);
            sum = 0;
        }
        diffs[at] = sum;
    }

    private void foldIn(int item, int sum) {
        global[item] += sum;
        if (item == NR_FREE_PAGES) {
            spare += sum;
        } else if (item == NR_FREE_CMA) {
            updateSpare();
        }
    }

    /** Add to a counter on behalf of a CPU ({@code mod_zone_page_state}). */
    public void mod(int cpu, ZoneStat item, int delta) {
        mod(cpu, item.ordinal(), delta);
    }

    /** The folded value, never negative ({@code zone_page_state}); {@code item} is the ordinal. */
    public long read(int item) {
        return Math.max(0, global[item]);
    }

    /** The folded value, never negative ({@code zone_page_state}). */
    public long read(ZoneStat item) {
        return read(item.ordinal());
    }

    /** The folded value as it is: negative while some CPU has added pages that it has not folded yet. */
    public long folded(ZoneStat item) {
        return global[item.ordinal()];
    }

    /** The value with what the CPUs have not folded yet, never negative ({@code zone_page_state_snapshot}). */
    public long snapshot(ZoneStat item) {
        return Math.max(0, exact(item));
    }

    /** As {@link #snapshot}, but negative if it is. */
    public long exact(ZoneStat item) {
        long sum = global[item.ordinal()];
        for (int at = item.ordinal(); at < diffs.length; at += ITEMS) {
            sum += diffs[at];
        }
        return sum;
    }

    /** What a CPU has not folded yet. */
    public int diff(int cpu, ZoneStat item) {
        return diffs[cpu * ITEMS + item.ordinal()];
    }

    /** Start from recorded values. */
    public void set(ZoneStat item, long folded) {
        global[item.ordinal()] = folded;
        updateSpare();
    }

    private void updateSpare() {
        spare = global[NR_FREE_PAGES] - read(NR_FREE_CMA) - floor;
    }

    /**
     * By how much the folded number of free pages outside of CMA, which any request may have, is above the floor;
     * negative below it. Kept up to date, because every allocation asks for it and few change it.
     */
    public long spare() {
        return spare;
    }

    /** Set the floor of {@link #spare}. */
    void setFloor(long nrPages) {
        floor = nrPages;
        updateSpare();
    }

    /** Start from recorded values. */
    public void setDiff(int cpu, ZoneStat item, int diff) {
        diffs[cpu * ITEMS + item.ordinal()] = diff;
    }

    /** Fold everything that a CPU has; returns how many counters changed. Models mm/vmstat.c: refresh_cpu_vm_stats. */
    public int fold(int cpu) {
        int changed = 0;
        int mine = cpu * ITEMS;
        for (int item = 0; item < ITEMS; item++) {
            if (diffs[mine + item] != 0) {
                global[item] += diffs[mine + item];
                diffs[mine + item] = 0;
                changed++;
            }
        }
        updateSpare();
        return changed;
    }

    /** Count {@code n} requests ({@code __count_numa_events}); always exact when read. */
    public void addNuma(int item, int n) {
        numa[item] += n;
    }

    /**
     * The counter of requests that were served by the zone that they wanted, for those who count often: NUMA_HIT, and
     * NUMA_LOCAL or NUMA_OTHER.
     */
    public Tally hits(boolean local) {
        return local ? hitsLocal : hitsOther;
    }

    /** How many requests of this kind there were. */
    public long numa(NumaStat item) {
        return numa[item.ordinal()] + switch (item) {
            case NUMA_HIT -> hitsLocal.value() + hitsOther.value();
            case NUMA_LOCAL -> hitsLocal.value();
            case NUMA_OTHER -> hitsOther.value();
            default -> 0;
        };
    }

    /** Start from recorded values. */
    public void setNuma(NumaStat item, long count) {
        numa[item.ordinal()] += count - numa(item);
    }

    /** All counters back to 0. */
    public void clear() {
        Arrays.fill(global, 0);
        updateSpare();
        Arrays.fill(numa, 0);
        hitsLocal.set(0);
        hitsOther.set(0);
        Arrays.fill(diffs, 0);
    }
}
