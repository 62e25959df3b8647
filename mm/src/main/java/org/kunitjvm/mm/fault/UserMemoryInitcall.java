package org.kunitjvm.mm.fault;

import java.util.List;

import org.kunitjvm.kernel.Initcall;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.lru.Lru;
import org.kunitjvm.mm.node.Nodes;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.ZoneTable;

/** Sets up LRU lists and user memory, and gives each address space its pages. */
public final class UserMemoryInitcall implements Initcall {
    /** Entries of a folio batch; 15 behaves as kernels before 6.8 do. */
    private static final String PAGEVEC_SIZE = "pagevec_size";
    private static final int MAX_PAGEVEC_SIZE = 255;

    /** Its place is behind {@code vma}, whose areas the pages need. */
    @Override
    public String name() {
        return "vma_pages";
    }

    @Override
    public Level level() {
        return Level.SUBSYS;
    }

    @Override
    public List<String> params() {
        return List.of(PAGEVEC_SIZE);
    }

    @Override
    public void init(Kernel kernel) {
        Nodes nodes = kernel.get(Nodes.class);
        PageAllocator allocator = kernel.get(PageAllocator.class);
        Lru.Memory memory = new Lru.Memory(kernel.get(PageMap.class), kernel.get(ZoneTable.class),
            kernel.get(VmEvents.class), nid -> nodes.get(nid).counters);
        AllocatorFrames frames = new AllocatorFrames(kernel.sched(), allocator);
        Lru lru = new Lru(kernel, memory, frames, batchSize(kernel));
        UserMemory userMemory = new UserMemory(kernel, memory, lru, frames);
        kernel.provide(Lru.class, lru);
        kernel.provide(UserMemory.class, userMemory);
        kernel.sched().mmTable().onInit(userMemory::attachTo);
    }

    private static int batchSize(Kernel kernel) {
        String value = kernel.cmdline().get(PAGEVEC_SIZE);
        if (value == null) {
            return Lru.PAGEVEC_SIZE;
        }
        try {
            int size = Integer.parseInt(value);
            if (size >= 1 && size <= MAX_PAGEVEC_SIZE) {
                return size;
            }
        } catch (NumberFormatException _) {
            // Reported below, as a number out of range is.
        }
        throw new KernelParamException(PAGEVEC_SIZE + "=" + value + ": not a number from 1 to " + MAX_PAGEVEC_SIZE);
    }
}
