package org.kunitjvm.mm.alloc;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_PCPTYPES;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.PageOwner;
import org.kunitjvm.mm.zone.NodeTable;
import org.kunitjvm.mm.zone.VmEvents;
import org.kunitjvm.mm.zone.ZoneTable;

/**
 * What the parts of one page allocator share: the kernel it belongs to, the memory it works on, its settings and its
 * observers. Two allocators over different memory can live in one kernel.
 */
public final class AllocContext {
    /** Default of {@code vm.watermark_boost_factor}: 150 %, in fractions of 10,000. */
    public static final int DEFAULT_WATERMARK_BOOST_FACTOR = 15000;

    /** Reasons for {@link #setLongWay}. */
    static final int FOR_TRACER = 1;
    static final int FOR_EXPLAINER = 1 << 1;
    static final int FOR_INJECTION = 1 << 2;
    static final int FOR_CHECKS = 1 << 3;
    static final int FOR_WATCHER = 1 << 4;

    final Kernel kernel;
    final Scheduler sched;
    final PageMap map;
    final ZoneTable zones;
    final NodeTable nodes;
    final VmEvents events;
    final boolean hasCma;
    private int watermarkBoostFactor = DEFAULT_WATERMARK_BOOST_FACTOR;
    private boolean mobilityDisabled;
    private FallbackVariant fallbackVariant = FallbackVariant.F1;
    private int longWay;
    private Runnable plansChanged = () -> { };
    @Nullable AllocTracer tracer;
    @Nullable Explainer explainer;
    private @Nullable OperationWatcher watcher;
    @Nullable PageOwner owner;

    /** An allocator's surroundings with default settings. */
    public AllocContext(Kernel kernel, PageMap map, ZoneTable zones, NodeTable nodes, VmEvents events) {
        this.kernel = kernel;
        this.sched = kernel.sched();
        this.map = map;
        this.zones = zones;
        this.nodes = nodes;
        this.events = events;
        this.hasCma = kernel.config().isEnabled("CMA");
    }

    /** The kernel. */
    public Kernel kernel() {
        return kernel;
    }

    /** The memory map. */
    public PageMap map() {
        return map;
    }

    /** The zones. */
    public ZoneTable zones() {
        return zones;
    }

    /** The zonelists. */
    public NodeTable nodes() {
        return nodes;
    }

    /** The event counters. */
    public VmEvents events() {
        return events;
    }

    /** Whether the kernel has CONFIG_CMA. */
    public boolean hasCma() {
        return hasCma;
    }

    /** {@code vm.watermark_boost_factor}; 0 switches boosting off. */
    public int watermarkBoostFactor() {
        return watermarkBoostFactor;
    }

    /** Set {@code vm.watermark_boost_factor}. */
    public void setWatermarkBoostFactor(int factor) {
        watermarkBoostFactor = factor;
    }

    /** Whether there is too little memory to group pages by mobility ({@code page_group_by_mobility_disabled}). */
    public boolean isMobilityDisabled() {
        return mobilityDisabled;
    }

    /** Switch grouping by mobility off or on. */
    public void setMobilityDisabled(boolean disabled) {
        mobilityDisabled = disabled;
        plansChanged.run();
    }

    /** Which fallback rules hold. */
    public FallbackVariant fallbackVariant() {
        return fallbackVariant;
    }

    /** Choose the fallback rules. */
    public void setFallbackVariant(FallbackVariant variant) {
        fallbackVariant = variant;
    }

    /** Send trace events to {@code newTracer}; {@code null} switches tracing off. */
    public void setTracer(@Nullable AllocTracer newTracer) {
        tracer = newTracer;
        setLongWay(FOR_TRACER, newTracer != null);
    }

    /** Send explanations to {@code newExplainer}; {@code null} switches them off. */
    public void setExplainer(@Nullable Explainer newExplainer) {
        explainer = newExplainer;
        setLongWay(FOR_EXPLAINER, newExplainer != null);
    }

    /** Tell {@code newWatcher} of every operation when it is over; {@code null} ends it. */
    public void setWatcher(@Nullable OperationWatcher newWatcher) {
        watcher = newWatcher;
        setLongWay(FOR_WATCHER, newWatcher != null);
    }

    /** An operation is over. */
    void operationDone(String what, int pfn, int order) {
        OperationWatcher told = watcher;
        if (told != null) {
            told.afterOperation(what, pfn, order);
        }
    }

    /** Let {@code newOwner} remember who allocates what; {@code null} ends it. */
    public void setOwner(@Nullable PageOwner newOwner) {
        owner = newOwner;
        plansChanged.run();
    }

    /**
     * Call {@code listener} when something changes that decides which zone and pages a request wants, or whether it can
     * go the short way.
     */
    void whenPlansChange(Runnable listener) {
        plansChanged = listener;
        nodes.whenZonelistsChange(listener);
    }

    /** Whether somebody remembers who allocates what. */
    boolean hasOwner() {
        return owner != null;
    }

    /** Whether requests have to be served the long way, because somebody wants to see or do something on it. */
    boolean takesLongWay() {
        return longWay != 0;
    }

    /** Let {@code reason} make all requests go the long way, or not any more. No plan is made before it is gone. */
    void setLongWay(int reason, boolean on) {
        longWay = on ? longWay | reason : longWay & ~reason;
        plansChanged.run();
    }

    /** The executing CPU. */
    int cpu() {
        return sched.current().cpu();
    }

    /** Set the type of the pageblock of {@code pfn}. Models mm/page_alloc.c: set_pageblock_migratetype. */
    void setBlockType(int pfn, int type) {
        map.setBlockType(pfn, mobilityDisabled && type < MIGRATE_PCPTYPES ? MIGRATE_UNMOVABLE : type);
    }

    /** Set the type of all pageblocks of a block. Models mm/page_alloc.c: change_pageblock_range. */
    void setBlockTypes(int pfn, int order, int type) {
        map.setBlockTypes(pfn, order, mobilityDisabled && type < MIGRATE_PCPTYPES ? MIGRATE_UNMOVABLE : type);
    }
}
