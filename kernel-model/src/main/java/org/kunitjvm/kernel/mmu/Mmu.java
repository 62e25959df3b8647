package org.kunitjvm.kernel.mmu;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.bug.Warnings;
import org.kunitjvm.kernel.cpu.CpuMask;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.hw.PhysicalMemory;
import org.kunitjvm.kernel.irq.Interrupts;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.time.VirtualClock;

/**
 * Memory as the executing CPU sees it: virtual addresses, translated by its TLB and the page tables that it has loaded.
 *
 * <p>Kernel addresses are the same for all, except for the mm-local region, where each address space has a PGD entry of
 * its own. An access finds, in this order, the TLB entry, then the page table; the model looks at both every time.
 * Where a real CPU would silently use an entry that the page table no longer backs, the access ends in a
 * {@link KernelBug} that shows both sides.
 *
 * <p>Differs from Linux: there is no separate user set of tables (page-table isolation shows only in the missing global
 * bits), and the tables of the direct map come from boot memory, so that changing it never allocates.
 */
@Models({"arch/x86/mm/tlb.c", "arch/x86/mm/pat/set_memory.c", "mm/memory.c"})
public final class Mmu {
    /** More pages than this are flushed by flushing everything ({@code tlb_single_page_flush_ceiling}). */
    static final int FLUSH_CEILING_PAGES = 33;

    private static final int INIT_MM_CONTEXT = 1;
    private static final long RW_AND_PRESENT = Pte.PRESENT | Pte.RW;
    private static final int INT_BYTES = 4;
    private static final int LONG_BYTES = 8;

    private final Scheduler scheduler;
    private final VirtualClock clock;
    private final Warnings warnings;
    private final PhysicalMemory memory;
    private final Interrupts interrupts;
    private final Options options;
    private final MmuLayout layout;
    private final BootFrames bootFrames;
    private final MmContext initMm;
    private final CpuTlb[] cpus;
    private final PteHistory history = new PteHistory();
    private final List<AccessGuard> guards = new ArrayList<>();
    private PageTableAllocator allocator;
    private long changes = 1;
    /** The address space that was asked for last and what is known of it: page tables are changed in runs. */
    private @Nullable MmStruct latestMm;
    private MmContext latestContext;

    /**
     * What the boot parameters say.
     *
     * @param pcid whether TLB entries survive a switch of address spaces ({@code nopcid} turns it off)
     * @param canSetDirectMap whether single pages may be taken out of the direct map
     * @param layout where things are
     */
    public record Options(boolean pcid, boolean canSetDirectMap, MmuLayout layout) {
    }

    /** The MMUs of all CPUs of {@code machine}; all memory of the machine is put into the direct map. */
    public Mmu(Scheduler scheduler, VirtualClock clock, Warnings warnings, PhysicalMemory memory, Machine machine,
        Interrupts interrupts, Options options) {
        this.scheduler = scheduler;
        this.clock = clock;
        this.warnings = warnings;
        this.memory = memory;
        this.interrupts = interrupts;
        this.options = options;
        this.layout = options.layout();
        this.bootFrames = new BootFrames(machine);
        this.allocator = bootFrames;
        this.initMm = new MmContext(INIT_MM_CONTEXT, new PageTable("init_mm", layout, memory, bootFrames));
        this.latestContext = initMm;
        this.cpus = new CpuTlb[machine.cpus()];
        for (int cpu = 0; cpu < cpus.length; cpu++) {
            cpus[cpu] = new CpuTlb(cpu, layout, options.pcid(), initMm);
        }
        machine.memory().forEach(range -> addToDirectMap(range.startPfn(), range.endPfn()));
        scheduler.mmTable().onExitLast(this::exitMm);
        scheduler.mmTable().onFree(this::freeMm);
        scheduler.setCpuSwitchListener(this::switchedIn);
        for (CpuTlb cpu : cpus) {
            switchedIn(scheduler.currOf(cpu.cpu));
        }
    }

    /** Where things are in the kernel's half of the address space. */
    public MmuLayout layout() {
        return layout;
    }

    /**
     * Let page tables of address spaces come from {@code newAllocator} from now on; those of the kernel stay where they
     * are.
     */
    public void setTableAllocator(PageTableAllocator newAllocator) {
        allocator = newAllocator;
    }

    /** Let {@code guard} judge every access to the mm-local region. */
    public void addGuard(AccessGuard guard) {
        guards.add(guard);
    }

    // Accesses.

    /** Read a byte. Fails as all accesses do: with a {@link KernelBug} whose text is the report. */
    public byte readByte(long vaddr) {
        return memory.readByte(translate(vaddr, 1, false));
    }

    /** Read a 32-bit word. */
    public int readInt(long vaddr) {
        return memory.readInt(translate(vaddr, INT_BYTES, false));
    }

    /** Read a 64-bit word. */
    public long readLong(long vaddr) {
        return memory.readLong(translate(vaddr, LONG_BYTES, false));
    }

    /** Write a byte. */
    public void writeByte(long vaddr, byte value) {
        memory.writeByte(translate(vaddr, 1, true), value);
    }

    /** Write a 32-bit word. */
    public void writeInt(long vaddr, int value) {
        memory.writeInt(translate(vaddr, INT_BYTES, true), value);
    }

    /** Write a 64-bit word. */
    public void writeLong(long vaddr, long value) {
        memory.writeLong(translate(vaddr, LONG_BYTES, true), value);
    }

    /** Fill the whole page at {@code vaddr} with zeros ({@code clear_page}). */
    public void clearPage(long vaddr) {
        long addr = translate(vaddr & -PageTable.PAGE_SIZE, LONG_BYTES, true);
        memory.clearPage((int) (addr >>> PageTable.PAGE_SHIFT));
    }

    /** Translate for the running task on its CPU; returns the physical address. */
    private long translate(long vaddr, int bytes, boolean write) {
        Task me = scheduler.current();
        CpuTlb cpu = cpus[me.cpu()];
        int slot = cpu.tlb.find(vaddr, cpu.loaded.id);
        if (slot == Tlb.MISS || cpu.tlb.stamp(slot) != changes || (write && (cpu.tlb.pte(slot) & Pte.DIRTY) == 0)) {
            slot = check(vaddr, write, me, cpu, slot);
        }
        if (((vaddr & (PageTable.PAGE_SIZE - 1)) + bytes) > PageTable.PAGE_SIZE) {
            throw new KernelBug("access of %d bytes at %016x crosses a page", bytes, vaddr);
        }
        long pte = cpu.tlb.pte(slot);
        if (write && (pte & Pte.RW) == 0) {
            throw protectionFault(vaddr, cpu, slot);
        }
        if (layout.isMmLocal(vaddr)) {
            askGuards(vaddr, me, cpu, write);
        }
        long offset = vaddr & ((1L << PageTable.shift(cpu.tlb.level(slot))) - 1);
        return (pte & Pte.PFN_MASK) + offset;
    }

    /** Compare TLB and page table, fill or refresh the TLB entry; returns its slot. */
    private int check(long vaddr, boolean write, Task me, CpuTlb cpu, int found) {
        if (!layout.isCanonical(vaddr)) {
            throw new KernelBug(FaultReport.nonCanonical(vaddr).toString());
        }
        PageTable tables = tablesFor(vaddr, cpu.loaded);
        boolean present = tables.walk(vaddr);
        int slot = found;
        if (slot != Tlb.MISS && !Pte.isCovered(effective(cpu.tlb, slot, vaddr), effective(tables, vaddr))) {
            throw stale(vaddr, write, me, cpu, slot, tables);
        }
        if (!present) {
            throw notPresent(vaddr, write, cpu, tables);
        }
        if (slot != Tlb.MISS && !(cpu.tlb.level(slot) == tables.level()
            && Pte.sameRights(cpu.tlb.pte(slot), tables.entry()))) {
            // The entry allows less than the table does now, or is of another page size: the hardware looks again.
            cpu.tlb.drop(slot);
            slot = Tlb.MISS;
        }
        long entry = tables.entry() | Pte.ACCESSED | (write && (tables.entry() & Pte.RW) != 0 ? Pte.DIRTY : 0);
        if (entry != tables.entry()) {
            memory.writeLong(tables.entryAddr(), entry);
        }
        if (slot == Tlb.MISS) {
            return cpu.tlb.fill(vaddr, cpu.loaded.id, tables.level(), entry, changes, clock.ktimeNs(), me);
        }
        cpu.tlb.setPte(slot, entry);
        cpu.tlb.setStamp(slot, changes);
        return slot;
    }

    /** The 4 KiB translation of {@code vaddr} that is inside a possibly larger cached one. */
    private static long effective(Tlb tlb, int slot, long vaddr) {
        return small(tlb.pte(slot), tlb.level(slot), vaddr);
    }

    private static long effective(PageTable tables, long vaddr) {
        return small(tables.entry(), tables.level(), vaddr);
    }

    private static long small(long pte, int level, long vaddr) {
        return pte + (vaddr & ((1L << PageTable.shift(level)) - 1) & -PageTable.PAGE_SIZE);
    }

    private void askGuards(long vaddr, Task me, CpuTlb cpu, boolean write) {
        for (int i = 0; i < guards.size(); i++) {
            String objection = guards.get(i).objection(vaddr, me);
            if (objection != null) {
                PageTable tables = tablesFor(vaddr, cpu.loaded);
                tables.walk(vaddr);
                throw new KernelBug(FaultReport.silent(objection, vaddr, write, me)
                    .tlbSide(cpu, cpu.tlb.find(vaddr, cpu.loaded.id))
                    .tableSide(tables, tables.entry(), lastChange(cpu, vaddr)).toString());
            }
        }
    }

    private KernelBug stale(long vaddr, boolean write, Task me, CpuTlb cpu, int slot, PageTable tables) {
        boolean samePage = Pte.isHardwarePresent(tables.entry())
            && Pte.pfn(effective(cpu.tlb, slot, vaddr)) == Pte.pfn(effective(tables, vaddr));
        String what = samePage ? "use of a stale TLB entry with more rights than the page table"
            : "use of a stale TLB entry";
        return new KernelBug(FaultReport.silent(what, vaddr, write, me)
            .tlbSide(cpu, slot)
            .tableSide(tables, tables.entry(), lastChange(cpu, vaddr)).toString());
    }

    private KernelBug notPresent(long vaddr, boolean write, CpuTlb cpu, PageTable tables) {
        return new KernelBug(FaultReport.pageFault(vaddr, write, 0, tables.describeWalk(vaddr))
            .tlbSide(cpu, Tlb.MISS)
            .tableSide(tables, tables.entry(), lastChange(cpu, vaddr)).toString());
    }

    private KernelBug protectionFault(long vaddr, CpuTlb cpu, int slot) {
        PageTable tables = tablesFor(vaddr, cpu.loaded);
        tables.walk(vaddr);
        return new KernelBug(FaultReport.pageFault(vaddr, true, tables.entry(), tables.describeWalk(vaddr))
            .tlbSide(cpu, slot)
            .tableSide(tables, tables.entry(), lastChange(cpu, vaddr)).toString());
    }

    private @Nullable String lastChange(CpuTlb cpu, long vaddr) {
        return history.describeLast(contextFor(vaddr, cpu.loaded).id, vaddr);
    }

    // Page tables.

    private PageTable tablesFor(long vaddr, MmContext loaded) {
        return contextFor(vaddr, loaded).tables;
    }

    /** The kernel's half is everybody's, but for the mm-local region. */
    private MmContext contextFor(long vaddr, MmContext loaded) {
        return MmuLayout.isKernel(vaddr) && !layout.isMmLocal(vaddr) ? initMm : loaded;
    }

    private MmContext context(@Nullable MmStruct mm) {
        if (mm == null) {
            return initMm;
        }
        if (mm != latestMm) {
            latestContext = findContext(mm);
            latestMm = mm;
        }
        return latestContext;
    }

    private MmContext findContext(MmStruct mm) {
        MmContext found = mm.part(MmContext.class);
        if (found != null) {
            return found;
        }
        int id = INIT_MM_CONTEXT + mm.id();
        if (id >>> Tlb.contextBits(layout) != 0) {
            throw new KernelBug("%s: no more than 2^%d address spaces with %d levels", mm, Tlb.contextBits(layout),
                layout.levels());
        }
        MmContext made = new MmContext(id, new PageTable("mm#" + mm.id(), layout, memory, allocator));
        mm.attach(MmContext.class, made);
        return made;
    }

    /** The page tables of {@code mm}, or of the kernel for {@code null}. */
    public PageTable tables(@Nullable MmStruct mm) {
        return context(mm).tables;
    }

    /**
     * Call {@code fn} on the last-level entry of every page of [{@code addr}, {@code addr + size}); missing tables are
     * made.
     *
     * @throws ErrnoException {@code ENOMEM} if a table could not be had, {@code EINVAL} if the range is empty, or what
     *     {@code fn} threw; the entries before stay as {@code fn} left them
     */
    @Models("mm/memory.c: apply_to_page_range")
    public void applyToPageRange(@Nullable MmStruct mm, long addr, long size, PteFn fn) throws ErrnoException {
        PageTable tables = checkedRange(mm, addr, size);
        for (long at = addr; at != addr + size; at += PageTable.PAGE_SIZE) {
            fn.apply(this, tables.pteAlloc(at), at);
        }
    }

    /** As {@link #applyToPageRange}, but pages without a table are passed over, and none is made. */
    @Models("mm/memory.c: apply_to_existing_page_range")
    public void applyToExistingPageRange(@Nullable MmStruct mm, long addr, long size, PteFn fn) throws ErrnoException {
        PageTable tables = checkedRange(mm, addr, size);
        for (long at = addr; at != addr + size; at += PageTable.PAGE_SIZE) {
            if (tables.hasPte(at)) {
                fn.apply(this, tables.entryAddr(), at);
            }
        }
    }

    private PageTable checkedRange(@Nullable MmStruct mm, long addr, long size) throws ErrnoException {
        if (warnings.warnOn(size <= 0)) {
            throw new ErrnoException(Errno.EINVAL, String.format("page range of %d bytes at %#x", size, addr));
        }
        return context(mm).tables;
    }

    /** Read the entry at a physical address. */
    public long pte(long pteAddr) {
        return memory.readLong(pteAddr);
    }

    /**
     * Write the entry of {@code vaddr} ({@code set_pte_at}). No TLB is touched.
     *
     * @param operation who does it, for reports; a constant
     */
    public void setPte(@Nullable MmStruct mm, long pteAddr, long vaddr, long pte, String operation) {
        MmContext context = context(mm);
        history.note(context.id, vaddr, 1, memory.readLong(pteAddr), pte, clock.ktimeNs(), scheduler.current(),
            operation);
        memory.writeLong(pteAddr, pte);
        changes++;
    }

    /** The last-level entry of {@code vaddr}, found without a TLB; 0 if there is none. */
    public long lookupPte(@Nullable MmStruct mm, long vaddr) {
        return tables(mm).pte(vaddr);
    }

    // The direct map.

    /** The address of a frame in the direct map ({@code page_address}). */
    public long pageAddress(int pfn) {
        return MmuLayout.PAGE_OFFSET + ((long) pfn << PageTable.PAGE_SHIFT);
    }

    /** Whether the direct map has the frame ({@code kernel_page_present}). */
    public boolean kernelPagePresent(int pfn) {
        return initMm.tables.walk(pageAddress(pfn));
    }

    /** Whether single pages may leave the direct map ({@code can_set_direct_map}). */
    public boolean canSetDirectMap() {
        return options.canSetDirectMap();
    }

    /** Put frames that are new memory into the direct map, with pages as large as fit ({@code init_memory_mapping}). */
    public void addToDirectMap(int startPfn, int endPfn) {
        int level;
        for (long pfn = startPfn; pfn < endPfn; pfn += 1L << (PageTable.shift(level) - PageTable.PAGE_SHIFT)) {
            level = PageTable.PUD_LEVEL;
            while (!fits(pfn, endPfn, level)) {
                level--;
            }
            initMm.tables.mapLeaf(pageAddress((int) pfn), level, Pte.of((int) pfn, Pgprot.PAGE_KERNEL));
        }
        changes++;
    }

    private static boolean fits(long pfn, long endPfn, int level) {
        long pages = 1L << (PageTable.shift(level) - PageTable.PAGE_SHIFT);
        return (pfn & (pages - 1)) == 0 && pfn + pages <= endPfn;
    }

    /**
     * Make frames accessible through the direct map or not, without flushing any TLB
     * ({@code set_direct_map_valid_noflush}).
     *
     * @throws ErrnoException {@code EINVAL} if the direct map never had one of the frames
     */
    @Models("arch/x86/mm/pat/set_memory.c: set_direct_map_valid_noflush")
    public void setDirectMapValidNoflush(int pfn, int nrPages, boolean valid) throws ErrnoException {
        PageTable tables = initMm.tables;
        int done = 0;
        while (done < nrPages) {
            long vaddr = pageAddress(pfn + done);
            tables.splitTo(vaddr, largestLevel(pfn + done, nrPages - done));
            tables.walk(vaddr);
            long old = tables.entry();
            if (Pte.pfn(old) == 0 && pfn + done != 0 && !Pte.isHardwarePresent(old)) {
                throw new ErrnoException(Errno.EINVAL, String.format("pfn %#x is not in the direct map", pfn + done));
            }
            long entry = valid ? old | RW_AND_PRESENT : old & ~RW_AND_PRESENT;
            int pages = 1 << (PageTable.shift(tables.level()) - PageTable.PAGE_SHIFT);
            if (entry != old) {
                memory.writeLong(tables.entryAddr(), entry);
                history.note(INIT_MM_CONTEXT, vaddr, pages, old, entry, clock.ktimeNs(), scheduler.current(),
                    "set_direct_map_valid_noflush");
            }
            done += pages;
        }
        changes++;
    }

    private static int largestLevel(int pfn, int nrPages) {
        return fits(pfn, pfn + (long) nrPages, PageTable.PMD_LEVEL) ? PageTable.PMD_LEVEL : PageTable.PTE_LEVEL;
    }

    // Flushes.

    /**
     * Flush the executing CPU's TLB but for global entries ({@code flush_tlb_local}). The caller must stay on its CPU.
     */
    public void flushTlbLocal() {
        flushOn(cpus[scheduler.current().cpu()], false);
    }

    /** Flush the executing CPU's whole TLB, global entries included ({@code __flush_tlb_all}). */
    public void flushTlbLocalAll() {
        flushOn(cpus[scheduler.current().cpu()], true);
    }

    private void flushOn(CpuTlb cpu, boolean globalToo) {
        if (globalToo) {
            cpu.tlb.flushAll();
        } else {
            cpu.tlb.flushNonGlobal();
        }
        cpu.caughtUp();
        noteFlush(cpu);
    }

    private void noteFlush(CpuTlb cpu) {
        cpu.flushes++;
        cpu.lastFlushNs = clock.ktimeNs();
    }

    /** Flush one page of the loaded address space on the executing CPU ({@code flush_tlb_one_user}, {@code invlpg}). */
    public void flushTlbOneLocal(long vaddr) {
        CpuTlb cpu = cpus[scheduler.current().cpu()];
        cpu.tlb.flushRange(cpu.loaded.id, vaddr, vaddr + PageTable.PAGE_SIZE);
        noteFlush(cpu);
    }

    /**
     * Flush a range of {@code mm} on every CPU that may have it: at once here, by interrupt on those that have it
     * loaded, at the next switch to it on the others ({@code flush_tlb_mm_range}). Waits.
     */
    public void flushTlbMmRange(MmStruct mm, long start, long end) {
        MmContext context = context(mm);
        context.tlbGen++;
        boolean everything = end - start > FLUSH_CEILING_PAGES * PageTable.PAGE_SIZE;
        shootDown(context, everything ? null : new long[] {start, end});
    }

    /** Flush all of {@code mm} on every CPU that may have it ({@code flush_tlb_mm}). */
    public void flushTlbMm(MmStruct mm) {
        MmContext context = context(mm);
        context.tlbGen++;
        shootDown(context, null);
    }

    private void shootDown(MmContext context, long @Nullable [] range) {
        CpuMask targets = CpuMask.NONE;
        for (CpuTlb cpu : cpus) {
            if (cpu.loaded == context) {
                targets = targets.or(CpuMask.of(cpu.cpu));
            }
        }
        interrupts.callFunctionMany(targets, "flush_tlb_func", () -> {
            CpuTlb cpu = cpus[scheduler.current().cpu()];
            if (range == null) {
                cpu.tlb.flushContext(context.id);
            } else {
                cpu.tlb.flushRange(context.id, range[0], range[1]);
            }
            if (cpu.loaded == context) {
                cpu.caughtUp();
            }
            noteFlush(cpu);
        });
    }

    /** Flush a range of kernel addresses on all CPUs and wait ({@code flush_tlb_kernel_range}). */
    public void flushTlbKernelRange(long start, long end) {
        boolean everything = end - start > FLUSH_CEILING_PAGES * PageTable.PAGE_SIZE;
        interrupts.onEachCpu("do_kernel_range_flush", () -> {
            CpuTlb cpu = cpus[scheduler.current().cpu()];
            if (everything) {
                flushOn(cpu, true);
            } else {
                cpu.tlb.flushRange(-1, start, end);
                noteFlush(cpu);
            }
        });
    }

    /** Flush everything on all CPUs and wait ({@code flush_tlb_all}). */
    public void flushTlbAll() {
        interrupts.onEachCpu("do_flush_tlb_all", () -> flushOn(cpus[scheduler.current().cpu()], true));
    }

    /** How many flushes {@code cpu} made since boot. */
    public long tlbFlushes(int cpu) {
        return cpus[cpu].flushes;
    }

    /** How many translations {@code cpu} remembers. */
    public int tlbEntries(int cpu) {
        return cpus[cpu].tlb.size();
    }

    /** Whether {@code cpu} remembers a translation of {@code vaddr} in what it has loaded. */
    public boolean tlbHas(int cpu, long vaddr) {
        return cpus[cpu].tlb.find(vaddr, cpus[cpu].loaded.id) != Tlb.MISS;
    }

    // Address spaces.

    /** The address space of the task that a CPU takes is loaded; a task without one keeps what is loaded (lazy TLB). */
    private void switchedIn(Task next) {
        MmStruct mm = next.mm();
        if (mm != null) {
            load(next.cpu(), mm);
        }
    }

    /** {@code task} took or gave up an address space while it runs. */
    public void taskChangedMm(Task task) {
        switchedIn(task);
    }

    private void load(int cpu, MmStruct mm) {
        MmContext context = context(mm);
        if (cpus[cpu].loaded != context) {
            cpus[cpu].load(context);
        }
    }

    /** Whether {@code cpu} has the tables of {@code mm} loaded, if only lazily. */
    public boolean isLoaded(int cpu, MmStruct mm) {
        return cpus[cpu].loaded == mm.part(MmContext.class);
    }

    /**
     * Free the tables of the mm-local region of {@code mm}, which no CPU may use any more; one that has it loaded keeps
     * the root.
     */
    public void freeMmLocal(MmStruct mm) {
        MmContext context = context(mm);
        for (CpuTlb cpu : cpus) {
            if (context.mayBeCachedOn(cpu.cpu)) {
                cpu.tlb.flushContext(context.id);
            }
        }
        context.tables.freePgdEntry(layout.mmLocalBase());
        history.noteFreed(context.id, layout.mmLocalBase(), layout.mmLocalSize(), clock.ktimeNs(), scheduler.current(),
            "exit_mmap");
        changes++;
    }

    private void exitMm(MmStruct mm) {
        if (mm.part(MmContext.class) != null) {
            freeMmLocal(mm);
        }
    }

    /** The struct goes: CPUs that still have its tables loaded lazily load the kernel's, and the tables are freed. */
    private void freeMm(MmStruct mm) {
        MmContext context = mm.part(MmContext.class);
        if (context != null) {
            forgetEverywhere(context);
            context.tables.freeAll();
            mm.detach(MmContext.class);
            latestMm = null;
            latestContext = initMm;
        }
    }

    private void forgetEverywhere(MmContext context) {
        for (CpuTlb cpu : cpus) {
            if (context.mayBeCachedOn(cpu.cpu)) {
                cpu.forget(context);
                if (cpu.loaded == context) {
                    cpu.load(initMm);
                }
            }
        }
    }

    /** Table frames that the kernel itself has taken from boot memory. */
    public int bootTables() {
        return bootFrames.inUse();
    }
}
