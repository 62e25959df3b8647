package org.kunitjvm.mm.mermap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.bug.Warnings;
import org.kunitjvm.kernel.cpu.PerCpu;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.ExportSymbolIfKunit;
import org.kunitjvm.kernel.hook.KunitStubbable;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.hook.VisibleIfKunit;
import org.kunitjvm.kernel.mmu.Mmu;
import org.kunitjvm.kernel.mmu.PageTable;
import org.kunitjvm.kernel.mmu.Pgprot;
import org.kunitjvm.kernel.mmu.Pte;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.sync.Preempt;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.page.UnmappedClearer;

/**
 * Short-lived mappings of frames that need not be in the direct map.
 *
 * <p>Each CPU has a region of its own in each address space. Windows are handed out upward; freed space is used again
 * only after the local TLB was flushed, so a put flushes nothing and nobody else's TLB is ever involved:
 * <pre>
 *   AAAA____R   get: mapped, the task is pinned to its CPU
 *   ffff____R   put: unmapped, a stale TLB entry may remain
 *   ffffBB__R   the next get goes above
 *   CCC_____R   no room above: one local flush, then from the lowest address that nothing in use lies above
 * </pre>
 * The last page (R) is kept for requests that must not fail.
 *
 * <p>Not promised: that a mapping is usable by another task or on another CPU, or after the address space lost its last
 * user. Such uses are reported when they happen.
 */
@Models("mm/mermap.c")
public final class Mermap implements UnmappedClearer {
    private final Kernel kernel;
    private final Mmu mmu;
    private final Preempt preempt;
    private final Warnings warnings;
    private final MermapVariant variant;
    private final MermapLayout layout;
    private int failingMaps;

    /** The mermap of one kernel. */
    Mermap(Kernel kernel, MermapVariant variant) {
        this.kernel = kernel;
        this.mmu = kernel.mmu();
        this.preempt = kernel.preempt();
        this.warnings = kernel.warnings();
        this.variant = variant;
        this.layout = MermapLayout.of(variant, kernel.config(), mmu.layout());
        kernel.sched().mmTable().onInit(this::mmInit);
        kernel.sched().mmTable().onExit(this::mmTeardown);
        mmu.addGuard(this::objection);
    }

    /** Which version this is. */
    public MermapVariant variant() {
        return variant;
    }

    /** Where the regions lie. */
    public MermapLayout layout() {
        return layout;
    }

    private void mmInit(MmStruct mm) {
        mm.attach(MermapMm.class, new MermapMm(kernel.locks().mutex("&mm->mermap.init_lock")));
    }

    private static MermapMm of(MmStruct mm) {
        MermapMm state = mm.part(MermapMm.class);
        if (state == null) {
            throw new KernelBug("%s was made before the mermap", mm);
        }
        return state;
    }

    /**
     * Make the address space ready for {@link #get}; does nothing if it is. May sleep.
     *
     * @throws ErrnoException {@code ENOMEM} if there is no memory for the page tables; the address space is then as it
     *     was
     */
    @Models("mm/mermap.c: mermap_mm_prepare")
    public void mmPrepare(MmStruct mm) throws ErrnoException {
        MermapMm state = of(mm);
        try (var _ = state.initLock.hold()) {
            if (state.percpu == null) {
                prepareLocked(mm, state);
            }
        }
    }

    private void prepareLocked(MmStruct mm, MermapMm state) throws ErrnoException {
        PerCpu<MermapCpu> percpu = kernel.perCpu(cpu -> new MermapCpu(mm, cpu, layout, variant));
        state.localRegionUsed = true;
        for (int cpu = 0; cpu < percpu.size(); cpu++) {
            mmu.applyToPageRange(mm, layout.cpuBase(cpu), layout.regionBytes(), (_, _, _) -> { });
        }
        // Differs from Linux, where the pointer is set first and reset on failure: nobody can look in between.
        state.percpu = percpu;
    }

    /**
     * The last user is gone: complain of what is still mapped and forget the state. The page tables go with the
     * mm-local region.
     */
    @Models("mm/mermap.c: mermap_mm_teardown")
    private void mmTeardown(MmStruct mm) {
        MermapMm state = of(mm);
        PerCpu<MermapCpu> percpu = state.percpu;
        if (percpu == null) {
            return;
        }
        for (int cpu = 0; cpu < percpu.size(); cpu++) {
            MermapCpu mc = variant.has(MermapRule.TEARDOWN_THIS_CPU) ? percpu.thisCpu() : percpu.of(cpu);
            MermapAlloc leaked = mc.anyInUse();
            if (leaked != null) {
                warnings.warnOnce("mermap: address space is torn down while %s is in use", leaked);
            }
        }
        state.percpu = null;
    }

    /** Whether the running task could get a mapping: it is in task context and its address space is prepared. */
    @Models("mm/mermap.c: mermap_ready")
    @Override
    public boolean isReady() {
        MmStruct mm = kernel.current().mm();
        return preempt.inTask() && mm != null && of(mm).percpu != null;
    }

    /**
     * Map {@code sizeBytes} from {@code page} on into this CPU's region of the running task's address space and pin the
     * task to the CPU.
     *
     * @param sizeBytes rounded up to {@code PAGE_SIZE}
     * @return the mapping, or {@code null} if no slot or no room is left; never sleeps, never allocates pages
     */
    @Models("mm/mermap.c: mermap_get")
    @KunitStubbable
    public @Nullable MermapAlloc get(Page page, long sizeBytes, Pgprot prot) {
        return getFrom(kernel.current().mm(), page.pfn(), sizeBytes, prot, false);
    }

    /**
     * As {@link #get} for one page, from what is kept back: never fails in correct use. Preemption must be off until
     * the put.
     */
    @Models("mm/mermap.c: mermap_get_reserved")
    public @Nullable MermapAlloc getReserved(Page page, Pgprot prot) {
        return getFrom(kernel.current().mm(), page.pfn(), PageTable.PAGE_SIZE, prot, true);
    }

    /** Zero a page through the mapping that is kept back, which is there even when every slot is taken. */
    @Override
    public void clearUnmappedPage(int pfn) {
        preempt.disable();
        MmStruct mm = kernel.current().mm();
        MermapAlloc alloc = getFrom(mm, pfn, PageTable.PAGE_SIZE, Pgprot.PAGE_KERNEL, true);
        if (alloc == null) {
            throw new KernelBug("mermap: no mapping to zero pfn %#x in %s", pfn, mm);
        }
        mmu.clearPage(alloc.base);
        put(alloc);
        preempt.enable();
    }

    /** Give a mapping back; must be called by the task that got it. */
    @Models("mm/mermap.c: mermap_put")
    @KunitStubbable
    public void put(MermapAlloc alloc) {
        putTo(alloc.mm, alloc);
    }

    /**
     * As {@link #get} and {@link #getReserved}, but from a given address space, which need not be the running task's.
     */
    @VisibleIfKunit
    @ExportSymbolIfKunit(symbol = "__mermap_get")
    private @Nullable MermapAlloc getFrom(@Nullable MmStruct mm, int pfn, long sizeBytes, Pgprot prot,
        boolean reserved) {
        if (sizeBytes > layout.regionBytes()) {
            return null;
        }
        PerCpu<MermapCpu> percpu = mm == null ? null : of(mm).percpu;
        if (percpu == null) {
            warnings.warnOnOnce(true);
            return null;
        }
        // A global translation would survive both the local flush and the switch to another address space.
        if (warnings.warnOnOnce(!isAllowed(prot))) {
            return null;
        }
        long size = (sizeBytes + PageTable.PAGE_SIZE - 1) & -PageTable.PAGE_SIZE;
        boolean pins = !variant.has(MermapRule.NO_MIGRATE_DISABLE);
        if (pins) {
            preempt.migrateDisable();
        }
        MermapAlloc alloc = allocSlot(percpu, size, reserved);
        if (alloc == null) {
            if (pins) {
                preempt.migrateEnable();
            }
            return null;
        }
        if (!install(percpu, alloc, pfn, prot)) {
            alloc.inUse = false;
            alloc.owner = null;
            if (pins && !variant.has(MermapRule.MISSED_MIGRATE_ENABLE)) {
                preempt.migrateEnable();
            }
            return null;
        }
        return alloc;
    }

    private static PerCpu<MermapCpu> percpuOf(MmStruct mm) {
        PerCpu<MermapCpu> percpu = of(mm).percpu;
        if (percpu == null) {
            throw new KernelBug("mermap of %s is not prepared", mm);
        }
        return percpu;
    }

    /** What the architecture lets through ({@code arch_mermap_pgprot_allowed}). */
    private static boolean isAllowed(Pgprot prot) {
        return !prot.has(Pte.GLOBAL);
    }

    private boolean install(PerCpu<MermapCpu> percpu, MermapAlloc alloc, int pfn, Pgprot prot) {
        if (failingMaps > 0) {
            failingMaps--;
            return false;
        }
        try {
            percpu.of(alloc.cpu).mapper.map(mmu, alloc.base, alloc.end, pfn, prot);
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    private @Nullable MermapAlloc allocSlot(PerCpu<MermapCpu> percpu, long size, boolean reserved) {
        if (warnings.warnOnOnce(!preempt.inTask())) {
            return null;
        }
        if (reserved) {
            kernel.locks().assertPreemptionDisabled();
        }
        preempt.disable();
        MermapAlloc alloc = allocSlotLocked(percpu.thisCpu(), size, reserved);
        preempt.enable();
        return alloc;
    }

    /** Choose slot and addresses. Preemption is off. */
    private @Nullable MermapAlloc allocSlotLocked(MermapCpu mc, long size, boolean reserved) {
        MermapAlloc reserve = mc.reserve;
        if (reserved) {
            warnings.warnOnOnce(size != PageTable.PAGE_SIZE);
            if (reserve != null && warnings.warnOnOnce(reserve.inUse)) {
                return null;
            }
        }
        long end = reserved ? layout.cpuEnd(mc.cpu) : layout.normalEnd(mc.cpu);
        if (!hasRoomAhead(mc, size, end) && !wrapAround(mc, size, end)) {
            return null;
        }
        MermapAlloc slot = reserved && reserve != null ? reserve : mc.freeNormal();
        if (slot == null) {
            return null;
        }
        // Whoever came in between choosing and taking would be given the same slot: this is what preemption is off for.
        kernel.sched().decisionPoint(DecisionPoint.WRITE_ONCE, "mermap_alloc.in_use");
        slot.base = mc.nextAddr;
        slot.end = slot.base + size;
        slot.inUse = true;
        slot.owner = kernel.current();
        mc.nextAddr = slot.end;
        return slot;
    }

    private boolean hasRoomAhead(MermapCpu mc, long size, long end) {
        if (variant.has(MermapRule.UNSIGNED_DIFFERENCE)) {
            return Long.compareUnsigned(size, end - mc.nextAddr) <= 0;
        }
        return Long.compareUnsigned(mc.nextAddr + size, end) <= 0;
    }

    /**
     * Go back to the lowest address that nothing in use lies above; everything from there on may have stale
     * translations.
     */
    private boolean wrapAround(MermapCpu mc, long size, long end) {
        if (variant.has(MermapRule.FLUSH_BEFORE_FIT)) {
            flush(mc);
        }
        long newNext = mc.highestEnd(layout.cpuBase(mc.cpu));
        if (Long.compareUnsigned(newNext + size, end) > 0) {
            return false;
        }
        if (!variant.has(MermapRule.FLUSH_BEFORE_FIT)) {
            flush(mc);
        }
        mc.nextAddr = newNext;
        return true;
    }

    private void flush(MermapCpu mc) {
        if (!variant.has(MermapRule.NO_FLUSH_ON_REUSE)) {
            mmu.flushTlbLocal();
        }
        mc.tlbFlushes++;
    }

    /** As {@link #put}, for a mapping of the given address space. */
    @VisibleIfKunit
    @ExportSymbolIfKunit(symbol = "__mermap_put")
    private void putTo(MmStruct mm, MermapAlloc alloc) {
        if (warnings.warnOnOnce(!alloc.inUse)) {
            return;
        }
        Task me = kernel.current();
        if (alloc.owner != me) {
            warnings.warnOnce("mermap: put by %s/%d of %s", me.comm(), me.pid(), alloc);
        }
        MermapMm state = of(mm);
        if (state.percpu != null) {
            state.percpu.of(alloc.cpu).mapper.unmap(mmu, alloc.base, alloc.end);
        } else {
            warnings.warnOnce("mermap: put after the last user of %s is gone: %s", mm, alloc);
        }
        alloc.inUse = false;
        alloc.owner = null;
        if (!variant.has(MermapRule.NO_MIGRATE_DISABLE)) {
            preempt.migrateEnable();
        }
    }

    /** How often the running CPU flushed for this address space; the task must be pinned. */
    @VisibleIfKunit
    @ExportSymbolIfKunit(symbol = "mermap_tlb_flushes")
    private int tlbFlushes(MmStruct mm) {
        return percpuOf(mm).thisCpu().tlbFlushes;
    }

    /** Let the next {@code count} gets fail after they have a slot, as if a page table could not be had. */
    @VisibleIfKunit
    @ExportSymbolIfKunit(symbol = "mermap_fail_map")
    private void failNextMaps(int count) {
        failingMaps = count;
    }

    /** What the page tables cannot say: whose region an address is in, and whether a mapping still stands. */
    private @Nullable String objection(long vaddr, Task task) {
        int cpu = layout.cpuOf(vaddr);
        if (cpu < 0) {
            return null;
        }
        if (cpu != task.cpu()) {
            return "use of a mermap address of CPU " + cpu + " on CPU " + task.cpu();
        }
        MmStruct mm = task.mm() != null ? task.mm() : task.activeMm();
        PerCpu<MermapCpu> percpu = mm == null || !mmu.layout().isMmLocal(vaddr) ? null : of(mm).percpu;
        return percpu != null && percpu.of(cpu).holding(vaddr) == null ? "use of a mermap address after its put" : null;
    }
}
