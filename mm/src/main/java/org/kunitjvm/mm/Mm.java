package org.kunitjvm.mm;

import static org.kunitjvm.mm.types.GfpFlags.__GFP_HIGHMEM;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_ZERO;
import static org.kunitjvm.mm.types.MmConstants.NUMA_NO_NODE;
import static org.kunitjvm.mm.types.MmConstants.PAGE_OFFSET;
import static org.kunitjvm.mm.types.MmConstants.PAGE_SHIFT;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.hook.KunitStubbable;
import org.kunitjvm.kernel.snapshot.ProcFs;
import org.kunitjvm.mm.alloc.AllocContext;
import org.kunitjvm.mm.alloc.AllocFlags;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.alloc.PageIsolation;
import org.kunitjvm.mm.boot.Memblock;
import org.kunitjvm.mm.boot.MemoryBoot;
import org.kunitjvm.mm.boot.MovableParams;
import org.kunitjvm.mm.boot.ZoneLayout;
import org.kunitjvm.mm.hotplug.MemoryHotplug;
import org.kunitjvm.mm.lru.Lru;
import org.kunitjvm.mm.node.NodeData;
import org.kunitjvm.mm.node.NodeState;
import org.kunitjvm.mm.node.Nodes;
import org.kunitjvm.mm.node.ZoneTuning;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.PageOwner;
import org.kunitjvm.mm.proc.ProcFile;
import org.kunitjvm.mm.proc.ProcView;
import org.kunitjvm.mm.types.Gfp;
import org.kunitjvm.mm.types.NodeMask;
import org.kunitjvm.mm.zone.NodeTable;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneTable;

/**
 * The memory management of one kernel, as its users see it. Pages are {@link Page} objects here, one for each frame, so
 * that {@code ==} means the same frame.
 *
 * <p>Allocation may be called from any context if the mask has no {@code __GFP_DIRECT_RECLAIM}, otherwise from one that
 * may sleep. Parts for which this class has no method are reached through {@link Kernel#get}: it registers the memory
 * map, the zones, the nodes, the events and the allocator. Models include/linux/gfp.h and include/linux/mm.h.
 */
public final class Mm {
    /** Kernel parameter: check all invariants after every operation of the allocator. */
    static final String PARANOID_PARAM = "mm.paranoid";

    private static final int MAX_NODES = 64;

    private final Kernel kernel;
    private final AllocSpace machineSpace;
    private final List<AllocSpace> spaces = new ArrayList<>();
    private final Nodes nodes;
    private final ZoneTuning tuning;
    private final PageOwner owner;
    private final Memblock memblock;
    private final ZoneAuditor zoneAuditor = new ZoneAuditor(this);
    private @Nullable MemoryHotplug hotplug;
    private boolean trackingOwners;

    private Mm(Kernel kernel, AllocSpace machineSpace, Nodes nodes, ZoneTuning tuning, Memblock memblock) {
        this.kernel = kernel;
        this.machineSpace = machineSpace;
        this.nodes = nodes;
        this.tuning = tuning;
        this.memblock = memblock;
        this.owner = new PageOwner(kernel.sched());
        spaces.add(machineSpace);
    }

    /** The memory management of a kernel. */
    public static Mm of(Kernel kernel) {
        return kernel.get(Mm.class);
    }

    /** Build everything from the kernel's machine and command line. Called once, by the initcall. */
    static Mm boot(Kernel kernel) {
        checkParams(kernel);
        int maxNodes = Math.min(MAX_NODES, 1 << kernel.config().longValue("NODES_SHIFT", 6));
        PageMap map = new PageMap();
        ZoneTable zones = new ZoneTable(kernel, map);
        NodeTable table = new NodeTable(kernel.machine().cpuToNode());
        Nodes nodes = new Nodes(kernel.machine(), kernel.log(), zones, table, maxNodes);
        VmEvents events = new VmEvents();
        AllocContext context = new AllocContext(kernel, map, zones, table, events);

        Memblock memblock = Memblock.of(kernel.machine());
        ZoneLayout layout = new ZoneLayout(memblock, kernel.machine().nodes(), kernel.config(),
            MovableParams.of(kernel.cmdline()));
        MemoryBoot boot = new MemoryBoot(memblock, layout, nodes, map, kernel.log());
        boot.makeNodes(kernel.machine().nodes());
        boot.freeAll();
        context.setMobilityDisabled(!boot.buildZonelists());
        if (kernel.config().isEnabled("KUNIT")) {
            nodes.reserveIsolatedNid();
        }
        ZoneTuning tuning = new ZoneTuning(kernel.machine(), kernel.log(), zones.all(),
            nid -> nodes.is(nid, NodeState.N_MEMORY), wantsHugePages(kernel));
        tuning.initPerZoneWmarkMin();
        if (kernel.config().isEnabled("TRANSPARENT_HUGEPAGE")) {
            tuning.startKhugepaged();
        }
        nodes.startThreads();

        PageAllocator allocator = new PageAllocator(context);
        Mm mm = new Mm(kernel, new AllocSpace("the machine", map, zones, table, allocator), nodes, tuning, memblock);
        mm.register(map, zones, nodes, events, allocator);
        kernel.mmu().setTableAllocator(new TableFrames(mm));
        return mm;
    }

    private void register(PageMap map, ZoneTable zones, Nodes theNodes, VmEvents events, PageAllocator allocator) {
        kernel.provide(PageMap.class, map);
        kernel.provide(ZoneTable.class, zones);
        kernel.provide(Nodes.class, theNodes);
        kernel.provide(VmEvents.class, events);
        kernel.provide(PageAllocator.class, allocator);
        kernel.provide(ZoneTuning.class, tuning);
        kernel.provide(Mm.class, this);
        kernel.provide(ProcFs.class, new MmProcFs(this));
        PageAuditor auditor = new PageAuditor(this);
        kernel.addAuditor(auditor);
        kernel.addAuditor(zoneAuditor);
        watch(machineSpace);
        kernel.addSnapshotSource(new MemoryPicture(this, auditor));
    }

    private static void checkParams(Kernel kernel) {
        String value = kernel.cmdline().get("transparent_hugepage");
        if (value != null && !List.of("always", "madvise", "never").contains(value)) {
            kernel.log().warn("transparent_hugepage= cannot parse, ignored");
        }
        isolatedNodeRoute(kernel);
    }

    private static boolean wantsHugePages(Kernel kernel) {
        String value = kernel.cmdline().get("transparent_hugepage");
        return kernel.config().isEnabled("TRANSPARENT_HUGEPAGE") && !"never".equals(value);
    }

    // ---------------------------------------------------------------- allocation

    /** Allocate {@code 2^order} pages near the executing CPU; {@code null} if there are none ({@code alloc_pages}). */
    @KunitStubbable
    public @Nullable Page allocPages(Gfp gfp, int order) {
        return allocPagesNodemask(gfp, order, NUMA_NO_NODE, NodeMask.ANY);
    }

    /** Allocate one page ({@code alloc_page}). */
    public @Nullable Page allocPage(Gfp gfp) {
        return allocPages(gfp, 0);
    }

    /** Allocate near a node; {@code NUMA_NO_NODE} means the executing CPU's ({@code alloc_pages_node}). */
    @KunitStubbable
    public @Nullable Page allocPagesNode(int nid, Gfp gfp, int order) {
        return allocPagesNodemask(gfp, order, nid, NodeMask.ANY);
    }

    /** Allocate near a node, from the nodes of a mask ({@code __alloc_pages}). */
    @KunitStubbable
    public @Nullable Page allocPagesNodemask(Gfp gfp, int order, int nid, NodeMask nodemask) {
        return allocPagesIn(machineSpace, gfp, order, nid, nodemask, AllocFlags.ALLOC_DEFAULT);
    }

    /**
     * Allocate from a space: with a node table of its own instead of the machine's.
     *
     * @param allocFlags {@code ALLOC_DEFAULT}, or {@code ALLOC_UNMAPPED} for pages that the direct map does not have
     */
    @KunitStubbable
    public @Nullable Page allocPagesIn(AllocSpace space, Gfp gfp, int order, int nid, NodeMask nodemask,
        int allocFlags) {
        int node = nid == NUMA_NO_NODE ? numaNodeId() : nid;
        int pfn = space.allocator().allocPages(node, gfp.mask(), order, nodemask.bits(), allocFlags);
        return pfn < 0 ? null : space.map().page(pfn);
    }

    /** Allocate pages and return their address in the direct map, 0 if there are none ({@code __get_free_pages}). */
    public long getFreePages(Gfp gfp, int order) {
        Page page = allocPages(gfp.without(__GFP_HIGHMEM), order);
        return page == null ? 0 : page.address();
    }

    /** Allocate a page full of zeroes and return its address ({@code get_zeroed_page}). */
    public long getZeroedPage(Gfp gfp) {
        return getFreePages(gfp.or(__GFP_ZERO), 0);
    }

    // ---------------------------------------------------------------- free

    /** Drop a reference to a block and free it if that was the last ({@code __free_pages}). */
    @KunitStubbable
    public void freePages(Page page, int order) {
        spaceOf(page).allocator().freePages(page.pfn(), order);
    }

    /** Free one page ({@code __free_page}). */
    public void freePage(Page page) {
        freePages(page, 0);
    }

    /** Free pages by their address in the direct map; 0 is ignored ({@code free_pages}). */
    public void freePagesAt(long addr, int order) {
        if (addr != 0) {
            freePages(virtToPage(addr), order);
        }
    }

    /** Drop a reference to a compound or single page ({@code put_page}). */
    public void putPage(Page page) {
        spaceOf(page).allocator().folioPut(page.pfn());
    }

    /** Empty a CPU's cache of a zone ({@code drain_pages_zone}). */
    public void drainPagesZone(int cpu, Zone zone) {
        spaceOf(zone).allocator().drainPages(cpu, zone);
    }

    /** Empty all CPUs' caches of a zone, or of all zones ({@code drain_all_pages}). */
    public void drainAllPages(@Nullable Zone zone) {
        if (zone != null) {
            spaceOf(zone).allocator().drainAllPages(zone);
            return;
        }
        spaces.forEach(space -> space.allocator().drainAllPages(null));
    }

    /**
     * A CPU is gone: nothing that it had put aside may be lost. Folios in its batches go to their lists, pages in its
     * caches to the free lists, what it has counted into the counters, and the other CPUs' caches may grow. The caller
     * runs on another CPU. Models mm/page_alloc.c: page_alloc_cpu_dead.
     */
    public void cpuDead(int cpu) {
        Lru lru = kernel.find(Lru.class);
        if (lru != null) {
            lru.drain().drainDeadCpu(cpu);
        }
        for (AllocSpace space : spaces) {
            space.allocator().drainPages(cpu, null);
            space.zones().all().forEach(zone -> zone.counters.fold(cpu));
        }
        tuning.cpuDead(cpu);
    }

    // ---------------------------------------------------------------- pages

    /** The page of a frame ({@code pfn_to_page}). */
    public Page page(int pfn) {
        for (AllocSpace space : spaces) {
            if (pfn >= 0 && pfn < space.map().endPfn() && space.map().isValid(pfn)) {
                return space.map().page(pfn);
            }
        }
        throw new KernelBug("pfn %#x does not exist", pfn);
    }

    /** Address of a page in the direct map ({@code page_address}). */
    public long pageAddress(Page page) {
        return page.address();
    }

    /** The page behind an address in the direct map ({@code virt_to_page}). */
    public Page virtToPage(long addr) {
        return page((int) ((addr - PAGE_OFFSET) >>> PAGE_SHIFT));
    }

    /** The zone of a page ({@code page_zone}). */
    public Zone pageZone(Page page) {
        return spaceOf(page).zones().zoneOf(page.pfn());
    }

    /** The node of a page ({@code page_to_nid}). */
    public int pageToNid(Page page) {
        return pageZone(page).nid;
    }

    /** Read a 64-bit word of a page; {@code offset} in bytes, inside the page. */
    public long readLong(Page page, int offset) {
        return kernel.memory().readLong(physAddr(page, offset));
    }

    /** Write a 64-bit word of a page. */
    public void writeLong(Page page, int offset, long value) {
        kernel.memory().writeLong(physAddr(page, offset), value);
    }

    /** Read a byte of a page. */
    public byte readByte(Page page, int offset) {
        return kernel.memory().readByte(physAddr(page, offset));
    }

    /** Write a byte of a page. */
    public void writeByte(Page page, int offset, byte value) {
        kernel.memory().writeByte(physAddr(page, offset), value);
    }

    private static long physAddr(Page page, int offset) {
        return ((long) page.pfn() << PAGE_SHIFT) + offset;
    }

    // ---------------------------------------------------------------- nodes and zones

    /** The kernel that this belongs to. */
    public Kernel kernel() {
        return kernel;
    }

    /** First frame behind the machine's memory. */
    int endPfn() {
        int end = 0;
        for (Zone zone : machineSpace.zones().all()) {
            end = Math.max(end, zone.endPfn());
        }
        return end;
    }

    /** Whether huge pages are enabled, and with them khugepaged's wishes. */
    boolean wantsHugePages() {
        return wantsHugePages(kernel);
    }

    /** Whether the kernel was booted with {@code movablecore=}. */
    boolean hasMovablecore() {
        return kernel.cmdline().has("movablecore");
    }

    /** What {@value IsolatedNode#ROUTE_PARAM} says. */
    IsolatedNode.Route isolatedNodeRoute() {
        return isolatedNodeRoute(kernel);
    }

    private static IsolatedNode.Route isolatedNodeRoute(Kernel kernel) {
        String text = kernel.cmdline().get(IsolatedNode.ROUTE_PARAM);
        return switch (text == null ? "auto" : text) {
            case "auto" -> IsolatedNode.Route.AUTO;
            case "context" -> IsolatedNode.Route.CONTEXT;
            case "hotplug" -> IsolatedNode.Route.HOTPLUG;
            default -> throw new KernelParamException(IsolatedNode.ROUTE_PARAM + "=" + text + ": '" + text
                + "' is not a way to an isolated node; use auto, context or hotplug");
        };
    }

    /** The nodes, their states and zonelists. */
    public Nodes nodes() {
        return nodes;
    }

    /** A node that is or was online ({@code NODE_DATA}). */
    public NodeData node(int nid) {
        return nodes.get(nid);
    }

    /** A zone of a node ({@code NODE_DATA(nid)->node_zones[index]}). */
    public Zone zone(int nid, int index) {
        return nodes.get(nid).zone(index);
    }

    /** Node of the executing CPU ({@code numa_node_id}). */
    public int numaNodeId() {
        return machineSpace.nodes().nodeOfCpu(kernel.current().cpu());
    }

    /** Watermarks, reserves and thresholds. */
    public ZoneTuning tuning() {
        return tuning;
    }

    /** The machine's memory. */
    public AllocSpace machineSpace() {
        return machineSpace;
    }

    /** Memory hotplug; set up on first use. */
    public MemoryHotplug hotplug() {
        MemoryHotplug made = hotplug;
        if (made == null) {
            PageAllocator allocator = machineSpace.allocator();
            made = new MemoryHotplug(kernel, memblock.memory(), nodes, tuning, allocator, new PageIsolation(allocator),
                "online".equals(kernel.cmdline().get("memhp_default_state")));
            hotplug = made;
        }
        return made;
    }

    // ---------------------------------------------------------------- files

    /** What the files under {@code /proc} show now. */
    public ProcView procView() {
        return new ProcView(Arrays.stream(nodes.in(NodeState.N_ONLINE)).boxed().toList(), onlineZones(),
            nid -> nodes.get(nid).counters, nid -> nodes.get(nid).kswapdFailures >= NodeData.MAX_RECLAIM_RETRIES ? 1
            : 0, machineSpace.map(), machineSpace.context().events(), kernel.config().isEnabled("CMA"),
            kernel.machine().cpus(), 0);
    }

    /** The whole text of a file. */
    public String proc(ProcFile file) {
        return file.text(procView());
    }

    private List<Zone> onlineZones() {
        return machineSpace.zones().all().stream().filter(zone -> nodes.is(zone.nid, NodeState.N_ONLINE)).toList();
    }

    // ---------------------------------------------------------------- spaces and owners

    /** All memory that has an allocator, the machine's first. */
    List<AllocSpace> spaces() {
        return spaces;
    }

    /** Add memory that was made up. */
    void addSpace(AllocSpace space) {
        spaces.add(space);
        space.context().setOwner(trackingOwners ? owner : null);
        watch(space);
    }

    /** With {@code mm.paranoid}, every operation of a space is checked. */
    private void watch(AllocSpace space) {
        if (isParanoid(kernel)) {
            zoneAuditor.watch(space);
        }
    }

    private static boolean isParanoid(Kernel kernel) {
        String value = kernel.cmdline().get(PARANOID_PARAM);
        return value != null && !value.equals("0");
    }

    /** Forget memory that was made up. */
    void removeSpace(AllocSpace space) {
        spaces.remove(space);
        zoneAuditor.unwatch(space);
    }

    private AllocSpace spaceOf(Page page) {
        for (AllocSpace space : spaces) {
            if (space.map() == page.map()) {
                return space;
            }
        }
        throw new KernelBug("%s belongs to memory that does not exist any more", page);
    }

    private AllocSpace spaceOf(Zone zone) {
        for (AllocSpace space : spaces) {
            if (space.zones().find(zone.nid, zone.index) == zone) {
                return space;
            }
        }
        throw new KernelBug("%s belongs to memory that does not exist any more", zone);
    }

    /** Who allocated what, as far as it was remembered. */
    PageOwner owner() {
        return owner;
    }

    /** Remember from now on who allocates what. */
    void trackOwners() {
        if (!trackingOwners) {
            trackingOwners = true;
            spaces.forEach(space -> space.context().setOwner(owner));
        }
    }

    @Override
    public String toString() {
        return "mm: " + nodes;
    }
}
