package org.kunitjvm.mm.mermap;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.cpu.CpuMask;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.mmu.Pgprot;
import org.kunitjvm.kernel.sched.KthreadFn;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.resource.Action;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.types.Gfp;

/** What the mermap suites have in common: pages, address spaces and mappings that are given back when the case ends. */
final class MermapFixture {
    static final int PAGE_SIZE = 4096;

    private static final Action<MmStruct> MMPUT = MmStruct::mmput;

    final Kunit test;
    final Kernel kernel;
    final TestMermap mermap;
    private final Mm mm;
    private final Action<PutArgs> put;

    /** A mapping, and what keeps its address space's struct until it is put. */
    record PutArgs(MmStruct mm, MermapAlloc alloc) {
    }

    MermapFixture(Kunit test, MermapSymbols symbols) {
        this.test = test;
        this.kernel = test.kernel();
        this.mermap = new TestMermap(kernel.get(Mermap.class), symbols);
        this.mm = Mm.of(kernel);
        this.put = this::runPut;
    }

    /** A page that is freed at the end. */
    Page allocPage() {
        return allocPages(0);
    }

    /** The first page of a block that is freed at the end. */
    Page allocPages(int order) {
        Page page = mm.allocPages(Gfp.gfp(GFP_KERNEL), order);
        KUNIT_ASSERT_NOT_NULL(test, page);
        test.addActionOrReset((Page first) -> mm.freePages(first, order), page);
        return page;
    }

    /** An address space that is put at the end, not prepared. */
    MmStruct allocMm() {
        MmStruct space = kernel.sched().mmTable().alloc();
        test.addActionOrReset(MMPUT, space);
        return space;
    }

    /** An address space that is put at the end, prepared. */
    MmStruct preparedMm() {
        MmStruct space = allocMm();
        KUNIT_ASSERT_EQ(test, prepare(space), 0);
        return space;
    }

    /** {@code mermap_mm_prepare()}: 0 or a negative error number. */
    int prepare(MmStruct space) {
        try {
            mermap.mmPrepare(space);
            return 0;
        } catch (ErrnoException e) {
            return e.ret();
        }
    }

    /** {@code __mermap_get()} without clean-up. */
    @Nullable MermapAlloc rawGet(MmStruct space, Page page, long size) {
        return mermap.getFrom(space, page.pfn(), size, Pgprot.PAGE_KERNEL, false);
    }

    /** {@code __mermap_get()} of one page from what is kept back, without clean-up; preemption must be off. */
    @Nullable MermapAlloc rawGetReserved(MmStruct space, Page page) {
        return mermap.getFrom(space, page.pfn(), PAGE_SIZE, Pgprot.PAGE_KERNEL, true);
    }

    /** {@code __mermap_get()}; a mapping is put at the end, if it was not put before. */
    @Nullable MermapAlloc get(MmStruct space, Page page, long size, boolean reserved) {
        MermapAlloc alloc = mermap.getFrom(space, page.pfn(), size, Pgprot.PAGE_KERNEL, reserved);
        if (alloc != null) {
            space.mmgrab();
            test.addActionOrReset(put, new PutArgs(space, alloc));
        }
        return alloc;
    }

    private void runPut(PutArgs args) {
        mermap.putTo(args.mm(), args.alloc());
        args.mm().mmdrop();
    }

    /** Run {@code body} as a kthread on {@code cpu} and wait for its end. */
    Task runOn(int cpu, String name, KthreadFn body) {
        Task task = startOn(cpu, name, body);
        kernel.sched().join(task, Long.MAX_VALUE);
        return task;
    }

    /** Start {@code body} as a kthread that may run on {@code cpu} only. */
    Task startOn(int cpu, String name, KthreadFn body) {
        Task task = kernel.kthreads().createOnCpu(name, cpu, body);
        kernel.sched().wake(task);
        return task;
    }

    /** Pin the running task to {@code cpu} for the rest of its life. */
    void moveTo(int cpu) {
        try {
            kernel.kthreads().setCpusAllowed(kernel.current(), CpuMask.of(cpu));
        } catch (ErrnoException e) {
            throw new KernelBug("cannot move to CPU %d: %s", cpu, e.getMessage());
        }
    }

    /** First address of a page in the direct map. */
    long direct(Page page) {
        return kernel.mmu().pageAddress(page.pfn());
    }

    /** The report that the access makes, or an empty string if it is let through. */
    String reportOf(Runnable access) {
        try {
            access.run();
            return "";
        } catch (KernelBug bug) {
            return String.valueOf(bug.getMessage());
        }
    }

    /** The report that reading 32 bits at {@code vaddr} makes, or an empty string. */
    String reportOfReading(long vaddr) {
        return reportOf(() -> kernel.mmu().readInt(vaddr));
    }

    /** The lines of the kernel log since record {@code fromSeq} that contain {@code text}. */
    long logged(long fromSeq, String text) {
        return kernel.log().records().stream().filter(r -> r.seq() >= fromSeq && r.text().contains(text)).count();
    }

    /** The first lines of the warnings that {@code body} makes, which are not printed. */
    List<String> collectWarnings(Runnable body) {
        List<String> seen = new ArrayList<>();
        kernel.warnings().setSuppressor(text -> seen.add(text));
        body.run();
        kernel.warnings().setSuppressor(null);
        return seen;
    }

    /** Number of the next record of the kernel log. */
    long logPosition() {
        var records = kernel.log().records();
        return records.isEmpty() ? 0 : records.getLast().seq() + 1;
    }
}
