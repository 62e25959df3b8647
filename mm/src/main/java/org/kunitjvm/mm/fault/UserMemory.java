package org.kunitjvm.mm.fault;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.mm.lru.Lru;
import org.kunitjvm.mm.node.NodeCounters;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.vma.VmaSpace;
import org.kunitjvm.mm.zone.VmEvents;

/** What the address spaces of a kernel have in common: where their pages come from and where they are counted. */
public final class UserMemory {
    private final Kernel kernel;
    private final Lru.Memory memory;
    private final Lru lru;
    private final Frames frames;
    private final FilePages filePages;

    /** User memory out of {@code frames}. */
    public UserMemory(Kernel kernel, Lru.Memory memory, Lru lru, Frames frames) {
        this.kernel = kernel;
        this.memory = memory;
        this.lru = lru;
        this.frames = frames;
        this.filePages = new FilePages(frames, lru, memory.map(), this::countersOf);
    }

    /** The user memory of a kernel. */
    public static UserMemory of(Kernel kernel) {
        return kernel.get(UserMemory.class);
    }

    /** Give an address space, which has its areas already, pages. */
    public void attachTo(MmStruct mm) {
        UserPages pages = new UserPages(this);
        mm.attach(UserPages.class, pages);
        VmaSpace.of(mm).setPages(pages);
    }

    /** The kernel. */
    public Kernel kernel() {
        return kernel;
    }

    /** The memory map. */
    public PageMap map() {
        return memory.map();
    }

    /** LRU lists and batches. */
    public Lru lru() {
        return lru;
    }

    /** The page cache. */
    public FilePages filePages() {
        return filePages;
    }

    /** Where pages come from. */
    public Frames frames() {
        return frames;
    }

    VmEvents events() {
        return memory.events();
    }

    NodeCounters countersOf(int pfn) {
        return memory.nodeCounters().apply(memory.zones().zoneOf(pfn).nid);
    }
}
