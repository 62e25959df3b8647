package org.kunitjvm.mm.reclaim;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.alloc.AllocRequest;
import org.kunitjvm.mm.alloc.CompactPriority;
import org.kunitjvm.mm.alloc.CompactResult;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.alloc.Reclaimer;
import org.kunitjvm.mm.lru.Lru;
import org.kunitjvm.mm.lru.LruList;
import org.kunitjvm.mm.node.NodeData;
import org.kunitjvm.mm.node.NodeState;
import org.kunitjvm.mm.node.Nodes;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/**
 * Everything that makes memory free when it is short, for one kernel: a {@link PagePopulation} to take it from, kswapd
 * and kcompactd on every node with memory, direct reclaim and compaction, and the OOM killer.
 *
 * <p>A kernel that was booted without it cannot free anything: requests fail where the real kernel would begin to
 * reclaim. It is switched on by {@code reclaim.population=} or by {@link #start}, and off by {@link #close}.
 */
public final class MemoryReclaim implements Reclaimer, AutoCloseable {
    private final Kernel kernel;
    private final PageAllocator allocator;
    private final PagePopulation population;
    private final Compaction compaction;
    private final DirectReclaim direct;
    private final OomReaper oomReaper;
    private final OomKiller oomKiller;
    private final List<Kswapd> kswapds = new ArrayList<>();
    private final List<Kcompactd> kcompactds = new ArrayList<>();

    private MemoryReclaim(Kernel kernel) {
        this.kernel = kernel;
        this.allocator = kernel.get(PageAllocator.class);
        Nodes nodes = kernel.get(Nodes.class);
        Lru lru = kernel.get(Lru.class);
        this.population = new PagePopulation(allocator, lru, nid -> nodes.get(nid).counters);
        this.compaction = new Compaction(kernel, allocator, lru, population);
        NodeShrinker shrinker = new NodeShrinker(allocator, lru, population, compaction);
        this.direct = new DirectReclaim(nodes, shrinker, compaction);
        this.oomReaper = new OomReaper(kernel);
        this.oomKiller = new OomKiller(kernel, allocator.context(), oomReaper);
        for (int nid : nodes.in(NodeState.N_MEMORY)) {
            NodeData node = nodes.get(nid);
            Kcompactd kcompactd = new Kcompactd(kernel, node, compaction, allocator);
            kcompactds.add(kcompactd);
            kswapds.add(new Kswapd(kernel, node, shrinker, kcompactd, allocator.context().events()));
        }
    }

    /** Switch it on for a kernel that has booted: threads start, the allocator's slow path asks here from now on. */
    public static MemoryReclaim start(Kernel kernel) {
        MemoryReclaim reclaim = new MemoryReclaim(kernel);
        reclaim.kcompactds.forEach(Kcompactd::start);
        reclaim.kswapds.forEach(Kswapd::start);
        reclaim.oomReaper.start();
        reclaim.allocator.setReclaimer(reclaim);
        return reclaim;
    }

    /** What a kernel that was booted with {@code reclaim.population=} has. */
    public static MemoryReclaim of(Kernel kernel) {
        return kernel.get(MemoryReclaim.class);
    }

    /** Switch it off: the population is freed, the threads end, requests fail again where they did before. */
    @Override
    public void close() {
        allocator.setReclaimer(Reclaimer.NONE);
        kswapds.forEach(Kswapd::stop);
        kcompactds.forEach(Kcompactd::stop);
        oomReaper.stop();
        population.release();
    }

    /** The pages that can be dropped or moved. */
    public PagePopulation population() {
        return population;
    }

    /** Compaction. */
    public Compaction compaction() {
        return compaction;
    }

    /** The OOM killer. */
    public OomKiller oom() {
        return oomKiller;
    }

    /** The kswapd of a node, or {@code null} if the node has none. */
    public @Nullable Task kswapd(int nid) {
        for (Kswapd kswapd : kswapds) {
            if (kswapd.nid() == nid) {
                return kswapd.task();
            }
        }
        return null;
    }

    // ---------------------------------------------------------------- what the slow path asks for

    @Override
    public void wakeKswapd(Zone zone, int gfp, int order, int highestIndex) {
        for (int i = 0; i < kswapds.size(); i++) {
            if (kswapds.get(i).nid() == zone.nid) {
                kswapds.get(i).wakeUp(zone, gfp, order, highestIndex);
            }
        }
    }

    @Override
    public int reclaim(AllocRequest request) {
        return direct.tryToFreePages(request);
    }

    /** Models mm/vmscan.c: zone_reclaimable_pages. Without swap anonymous pages do not count. */
    @Override
    public int reclaimablePages(Zone zone) {
        return (int) (zone.counters.snapshot(LruList.LRU_INACTIVE_FILE.zoneStat())
            + zone.counters.snapshot(ZoneStat.NR_ZONE_ACTIVE_FILE));
    }

    @Override
    public CompactResult compact(AllocRequest request, CompactPriority priority) {
        return compaction.tryToCompactPages(request, priority);
    }

    @Override
    public void compactionHelped(Zone zone, int order) {
        compaction.of(zone).resetDeferral(order, true);
    }

    @Override
    public boolean outOfMemory(AllocRequest request) {
        return oomKiller.outOfMemory(request);
    }

    @Override
    public boolean isOomVictim() {
        return oomKiller.isVictim(kernel.current());
    }

    @Override
    public String toString() {
        return "population: " + population + ", " + kswapds;
    }
}
