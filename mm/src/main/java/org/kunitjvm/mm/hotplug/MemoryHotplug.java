package org.kunitjvm.mm.hotplug;

import static org.kunitjvm.mm.types.MmConstants.PAGE_SHIFT;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hw.MemoryRange;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.alloc.PageIsolation;
import org.kunitjvm.mm.alloc.PageMigrator;
import org.kunitjvm.mm.node.NodeState;
import org.kunitjvm.mm.node.Nodes;
import org.kunitjvm.mm.node.ZoneTuning;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.zone.Zone;

/**
 * Adds memory to a running kernel and takes it away. Addresses and sizes are bytes, in multiples of
 * {@link MemoryBlocks#blockBytes}. The caller may sleep; nobody else may plug memory at the same time. Models
 * mm/memory_hotplug.c.
 */
public final class MemoryHotplug {
    /** Addresses at and behind this one have no {@code int} frame number. */
    private static final long MAX_BYTES = 1L << (31 + PAGE_SHIFT);

    private final Kernel kernel;
    private final PageMap map;
    private final Nodes nodes;
    private final MemoryBlocks blocks;
    private final Resources resources = new Resources();
    private final Notifiers notifiers = new Notifiers();
    private final ZoneSpans spans;
    private final MemoryOnline onliner;
    private final MemoryOffline offliner;
    private final boolean autoOnline;

    /**
     * Hotplug for a kernel that was booted with this memory; {@code autoOnline} is {@code memhp_default_state=online}.
     */
    public MemoryHotplug(Kernel kernel, List<MemoryRange> memory, Nodes nodes, ZoneTuning tuning,
        PageAllocator allocator,
            PageIsolation isolation, boolean autoOnline) {
        this.kernel = kernel;
        this.map = allocator.context().map();
        this.nodes = nodes;
        this.blocks = new MemoryBlocks(memory);
        this.autoOnline = autoOnline;
        this.spans = new ZoneSpans(map);
        HotplugParts parts = new HotplugParts(kernel, map, nodes, tuning, allocator, isolation, spans, notifiers);
        this.onliner = new MemoryOnline(parts);
        this.offliner = new MemoryOffline(parts);
        for (MemoryBlock block : blocks.all()) {
            try {
                resources.request(bytes(block.startPfn()), bytes(block.startPfn() + block.nrPages()));
            } catch (ErrnoException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** The memory blocks. */
    public MemoryBlocks blocks() {
        return blocks;
    }

    /** Tell {@code notifier} what happens; a higher priority is told first ({@code register_memory_notifier}). */
    public void registerMemoryNotifier(MemoryNotifier notifier, int priority) {
        notifiers.add(notifier, priority);
    }

    /** Let {@code migrator} move pages that are in use out of memory that goes offline. */
    public void setMigrator(PageMigrator migrator) {
        offliner.setMigrator(migrator);
    }

    /** Undo {@link #registerMemoryNotifier}. */
    public void unregisterMemoryNotifier(MemoryNotifier notifier) {
        notifiers.remove(notifier);
    }

    /**
     * Add memory to a node, offline unless the default is to bring it online at once. Models mm/memory_hotplug.c:
     * add_memory.
     *
     * @throws ErrnoException {@code EINVAL} for a range that is not whole memory blocks or an impossible node,
     *     {@code EEXIST} if some of it exists, {@code E2BIG} beyond the largest frame number, {@code ENOSYS} without
     *     {@code CONFIG_MEMORY_HOTPLUG}
     */
    public void addMemory(int nid, long start, long size) throws ErrnoException {
        if (!kernel.config().isEnabled("MEMORY_HOTPLUG")) {
            throw new ErrnoException(Errno.ENOSYS, "add_memory: CONFIG_MEMORY_HOTPLUG is off");
        }
        checkRange(start, size);
        long end = start + size;
        resources.request(start, end);
        if (!nodes.is(nid, NodeState.N_POSSIBLE)) {
            resources.release(start, end);
            kernel.warnings().warn("node %d was absent from the node_possible_map", nid);
            throw new ErrnoException(Errno.EINVAL, "node " + nid + " was absent from the node_possible_map");
        }
        if (!nodes.is(nid, NodeState.N_ONLINE)) {
            nodes.online(nid);
            nodes.buildAllZonelists();
        }
        int startPfn = pfn(start);
        int endPfn = pfn(end);
        map.ensureSpan(endPfn);
        map.markOffline(startPfn, endPfn);
        kernel.mmu().addToDirectMap(startPfn, endPfn);
        for (int pfn = startPfn; pfn < endPfn; pfn += blocks.blockPages()) {
            blocks.add(pfn, nid);
        }
        if (autoOnline) {
            onlineMemory(start, size);
        }
    }

    /** Models mm/memory_hotplug.c: check_hotplug_memory_range. */
    private void checkRange(long start, long size) throws ErrnoException {
        if (size <= 0 || start % blocks.blockBytes() != 0 || size % blocks.blockBytes() != 0) {
            String text = String.format("Block size [%#x] unaligned hotplug range: start %#x, size %#x",
                blocks.blockBytes(), start, size);
            kernel.log().err("%s", text);
            throw new ErrnoException(Errno.EINVAL, text);
        }
        if (start + size > MAX_BYTES) {
            throw new ErrnoException(Errno.E2BIG, String.format("memory at %#x has no frame number", start + size));
        }
    }

    /** Bring the blocks of a range online, each in the zone where it lies ({@code device_online} for each). */
    public void onlineMemory(long start, long size) throws ErrnoException {
        for (MemoryBlock block : blocks.in(pfn(start), pfn(start + size))) {
            deviceOnline(block);
        }
    }

    /** Bring a block online; nothing happens if it is ({@code device_online}). */
    public void deviceOnline(MemoryBlock block) throws ErrnoException {
        if (!block.isOnline()) {
            Zone zone = spans.zoneFor(nodes.get(block.nid()), block.startPfn(), block.nrPages());
            onliner.onlinePages(block.startPfn(), block.nrPages(), zone);
            block.setOnline(true);
        }
    }

    /**
     * Take a block offline; nothing happens if it is ({@code device_offline}).
     *
     * @throws ErrnoException what offlining its pages says; {@code EINVAL} without {@code CONFIG_MEMORY_HOTREMOVE}
     */
    public void deviceOffline(MemoryBlock block) throws ErrnoException {
        if (block.isOnline()) {
            if (!kernel.config().isEnabled("MEMORY_HOTREMOVE")) {
                throw new ErrnoException(Errno.EINVAL, "offline_pages: CONFIG_MEMORY_HOTREMOVE is off");
            }
            offliner.offlinePages(block.startPfn(), block.nrPages());
            block.setOnline(false);
        }
    }

    /**
     * Take the blocks of a range offline and remove them. If one cannot go, those that went are brought back.
     * Models mm/memory_hotplug.c: offline_and_remove_memory.
     *
     * @throws ErrnoException {@code EINVAL} for a range that is not whole memory blocks, or what {@link #deviceOffline}
     *     says
     */
    public void offlineAndRemoveMemory(long start, long size) throws ErrnoException {
        if (size <= 0 || start % blocks.blockBytes() != 0 || size % blocks.blockBytes() != 0) {
            throw new ErrnoException(Errno.EINVAL, String.format("start %#x, size %#x: not whole memory blocks", start,
                size));
        }
        List<MemoryBlock> wentOffline = new ArrayList<>();
        try {
            for (MemoryBlock block : blocks.in(pfn(start), pfn(start + size))) {
                boolean wasOnline = block.isOnline();
                deviceOffline(block);
                if (wasOnline) {
                    wentOffline.add(block);
                }
            }
            removeMemory(start, size);
        } catch (ErrnoException e) {
            for (MemoryBlock block : wentOffline) {
                deviceOnline(block);
            }
            throw e;
        }
    }

    /**
     * Remove memory that is offline. Models mm/memory_hotplug.c: try_remove_memory.
     *
     * @throws ErrnoException {@code EINVAL} for a range that is not whole memory blocks, {@code EBUSY} if some of it is
     *     online
     */
    public void removeMemory(long start, long size) throws ErrnoException {
        checkRange(start, size);
        List<MemoryBlock> gone = blocks.in(pfn(start), pfn(start + size));
        for (MemoryBlock block : gone) {
            if (block.isOnline()) {
                throw new ErrnoException(Errno.EBUSY,
                    String.format("removing memory fails, because memory [%#010x-%#010x] is onlined",
                    bytes(block.startPfn()), bytes(block.startPfn() + block.nrPages()) - 1));
            }
        }
        gone.forEach(blocks::remove);
        map.setZoneId(pfn(start), pfn(start + size), 0);
        resources.release(start, start + size);
        for (int nid : gone.stream().mapToInt(MemoryBlock::nid).distinct().toArray()) {
            tryOfflineNode(nid);
        }
    }

    /** A node without memory and CPUs goes offline. Models mm/memory_hotplug.c: try_offline_node. */
    private void tryOfflineNode(int nid) {
        if (!blocks.has(nid) && nodes.get(nid).spannedPages == 0 && !nodes.is(nid, NodeState.N_CPU)) {
            nodes.offline(nid);
        }
    }

    private static int pfn(long addr) {
        return (int) (addr >> PAGE_SHIFT);
    }

    private static long bytes(int pfn) {
        return (long) pfn << PAGE_SHIFT;
    }
}
