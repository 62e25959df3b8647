package org.kunitjvm.mm.vma;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.bug.Warnings;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.ExportSymbolIfKunit;
import org.kunitjvm.kernel.hook.KunitStubbable;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.hook.VisibleIfKunit;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sync.Guard;
import org.kunitjvm.kernel.sync.RwSem;

/**
 * The areas of one address space: the part of {@code struct mm_struct} that the VMA layer owns, and the system calls on
 * it.
 *
 * <p>Get it with {@link #of}; each {@link MmStruct} of a kernel that was booted with {@link VmaInitcall} has one. The
 * system calls take the mmap lock themselves; everything below them wants it held.
 */
public final class VmaSpace {
    /** Distance in bytes that other areas keep from the low end of a stack ({@code stack_guard_gap}). */
    public static final long STACK_GUARD_GAP = 256 * Mman.PAGE_SIZE;

    private final Kernel kernel;
    private final MmStruct mm;
    private final VmaSettings settings;
    private final RwSem mmapLock;
    private final RangeTree<VmArea> tree = new RangeTree<>();
    private final VmaMemory memory = new VmaMemory();
    private final AnonVmas anonVmas = new AnonVmas(this);
    private final VmaMerger merger;
    private final VmaSplitter splitter = new VmaSplitter(this);
    private final VmaUnmapper unmapper = new VmaUnmapper(this);
    private final VmaFaults faults = new VmaFaults(this);
    private final VmStat stat = new VmStat(this);
    private VmaPages pages = VmaPages.NONE;
    private int mapCount;
    private long mmLockSeq;
    private long defFlags;
    private long startBrk;
    private long brk;
    private long stackEnd = -1;
    private long nextShmemInode = 1;

    /** The address space of {@code mm}, empty. */
    public VmaSpace(Kernel kernel, MmStruct mm, VmaSettings settings) {
        this.kernel = kernel;
        this.mm = mm;
        this.settings = settings;
        this.mmapLock = kernel.locks().rwSem("&mm->mmap_lock");
        this.merger = new VmaMerger(this);
    }

    /** The areas of {@code mm}. */
    public static VmaSpace of(MmStruct mm) {
        VmaSpace space = mm.part(VmaSpace.class);
        if (space == null) {
            throw new KernelBug("%s has no areas: the kernel was booted without the VMA layer", mm);
        }
        return space;
    }

    // ---- System calls. Addresses and lengths in bytes. ----

    /**
     * Map memory.
     *
     * @param file what to map; {@code null} with {@code MAP_ANONYMOUS}
     * @param pgoff offset in the file, in pages
     * @return the address
     * @throws ErrnoException as mmap(2) says
     */
    @Models("mm/mmap.c: do_mmap")
    @KunitStubbable
    public long mmap(long addr, long len, int prot, int flags, @Nullable VmFile file, long pgoff)
        throws ErrnoException {
        return new MmapCall(this, addr, len, prot, flags, file, pgoff).run();
    }

    /** Unmap whatever is in the range. */
    @Models("mm/mmap.c: __vm_munmap")
    @KunitStubbable
    public void munmap(long start, long len) throws ErrnoException {
        try (var _ = writeLock()) {
            unmapper.munmap(start, len);
        }
    }

    /** Change what may be done with the pages of a range. An error leaves what was changed up to there. */
    @Models("mm/mprotect.c: do_mprotect_pkey")
    public void mprotect(long start, long len, int prot) throws ErrnoException {
        new MprotectCall(this).run(start, len, prot);
    }

    /**
     * Move or resize a mapping.
     *
     * @return the address after it
     */
    @Models("mm/mremap.c: do_mremap")
    public long mremap(long addr, long oldLen, long newLen, int flags, long newAddr) throws ErrnoException {
        return new MremapCall(this, addr, oldLen, newLen, flags, newAddr).run();
    }

    /**
     * Move the end of the heap.
     *
     * @return the end after it: {@code newBrk}, or the old one if that was not possible
     */
    @Models("mm/mmap.c: brk")
    public long brk(long newBrk) {
        return new BrkCall(this).run(newBrk);
    }

    /** Give advice about a range; the kinds that change an area's flags change them. */
    @Models("mm/madvise.c: do_madvise")
    public void madvise(long start, long len, int behavior) throws ErrnoException {
        new MadviseCall(this).run(start, len, behavior);
    }

    /** Name anonymous memory; {@code null} takes the name away ({@code PR_SET_VMA_ANON_NAME}). */
    @Models("mm/madvise.c: madvise_set_anon_name")
    public void setAnonName(long start, long len, @Nullable String name) throws ErrnoException {
        new MadviseCall(this).setAnonName(start, len, name);
    }

    /** Seal the areas of a range against change. */
    @Models("mm/mseal.c: do_mseal")
    public void mseal(long start, long len, long flags) throws ErrnoException {
        new MsealCall(this).run(start, len, flags);
    }

    /** Lock a range into memory. */
    public void mlock(long start, long len) throws ErrnoException {
        new MlockCall(this).mlock(start, len, VmFlags.VM_LOCKED);
    }

    /** Lock a range into memory, perhaps only as it is touched. */
    @Models("mm/mlock.c: mlock2")
    public void mlock2(long start, long len, int flags) throws ErrnoException {
        new MlockCall(this).mlock2(start, len, flags);
    }

    /** Unlock a range. */
    public void munlock(long start, long len) throws ErrnoException {
        new MlockCall(this).munlock(start, len);
    }

    /** Lock all there is, all there will be, or both. */
    @Models("mm/mlock.c: mlockall")
    public void mlockall(int flags) throws ErrnoException {
        new MlockCall(this).mlockall(flags);
    }

    /** Unlock everything. */
    public void munlockall() throws ErrnoException {
        new MlockCall(this).munlockall();
    }

    /** Fill {@code child}, which is empty, with copies of these areas, as fork does. */
    @Models("kernel/fork.c: dup_mmap")
    public void dupMmapInto(VmaSpace child) throws ErrnoException {
        new DupMmap(this, child).run();
    }

    // ---- What there is ----

    /** The address space's struct. */
    public MmStruct mm() {
        return mm;
    }

    /** Version, limits, layout. */
    public VmaSettings settings() {
        return settings;
    }

    /** Number of areas. */
    public int mapCount() {
        return mapCount;
    }

    /** Sizes of what is mapped, by kind. */
    public VmStat stat() {
        return stat;
    }

    /** The area that contains {@code addr}, or {@code null} ({@code vma_lookup}). */
    public @Nullable VmArea lookup(long addr) {
        return tree.load(addr);
    }

    /** The first area that ends behind {@code addr}, or {@code null} ({@code find_vma}). */
    public @Nullable VmArea findVma(long addr) {
        return tree.findAtOrAfter(addr);
    }

    /** The areas in order of address. */
    public List<VmArea> areas() {
        List<VmArea> areas = new ArrayList<>(mapCount);
        for (VmArea vma = tree.findAtOrAfter(0); vma != null; vma = tree.findAtOrAfter(vma.vmEnd())) {
            areas.add(vma);
        }
        return areas;
    }

    /** The lock over all areas. */
    public RwSem mmapLock() {
        return mmapLock;
    }

    /** Hold the mmap lock for writing. */
    public Guard writeLock() {
        mmapLock.downWrite();
        return () -> {
            // Readers of single areas see a changed number and fall back to the mmap lock no longer.
            mmLockSeq++;
            mmapLock.upWrite();
        };
    }

    /** Hold the mmap lock for reading. */
    public Guard readLock() {
        mmapLock.downRead();
        return mmapLock::upRead;
    }

    /** Flags that each new area gets ({@code mm->def_flags}). */
    public long defFlags() {
        return defFlags;
    }

    /** End of the heap. */
    public long brkEnd() {
        return brk;
    }

    /** Start of the heap. */
    public long startBrk() {
        return startBrk;
    }

    /** Where exec put the heap. */
    public void setStartBrk(long addr) {
        startBrk = addr;
        brk = addr;
    }

    /** End of the area that {@code maps} calls the stack, or -1. */
    public long stackEnd() {
        return stackEnd;
    }

    /** Where exec put the stack. */
    public void setStackEnd(long addr) {
        stackEnd = addr;
    }

    /** Tell {@code newPages} what happens to the pages of the areas. */
    public void setPages(VmaPages newPages) {
        pages = newPages;
    }

    /** Page faults as far as areas notice them. */
    public VmaFaults faults() {
        return faults;
    }

    /** Walk everything and compare ({@code validate_mm}). */
    @Models("mm/vma.c: validate_mm")
    public void validate() {
        tree.validate();
        int count = 0;
        for (VmArea vma : areas()) {
            count++;
            if (!vma.isAttached() || tree.load(vma.vmStart()) != vma || tree.load(vma.vmEnd() - 1) != vma) {
                throw new KernelBug("%s is not in the tree as it says", vma);
            }
            if (vma.anonVma() != null && !vma.anonVmaChain().contains(vma.anonVma())) {
                throw new KernelBug("%s is not linked to its anon_vma", vma);
            }
        }
        if (count != mapCount) {
            throw new KernelBug("map_count is %d but there are %d areas", mapCount, count);
        }
    }

    // ---- For the parts of the VMA layer and its tests ----

    @VisibleIfKunit
    @ExportSymbolIfKunit
    RangeTree<VmArea> tree() {
        return tree;
    }

    @VisibleIfKunit
    @ExportSymbolIfKunit
    VmaMemory memory() {
        return memory;
    }

    @VisibleIfKunit
    @ExportSymbolIfKunit
    AnonVmas anonVmas() {
        return anonVmas;
    }

    @VisibleIfKunit
    @ExportSymbolIfKunit
    VmaMerger merger() {
        return merger;
    }

    @VisibleIfKunit
    @ExportSymbolIfKunit
    VmaSplitter splitter() {
        return splitter;
    }

    VmaUnmapper unmapper() {
        return unmapper;
    }

    VmaPages pages() {
        return pages;
    }

    Warnings warnings() {
        return kernel.warnings();
    }

    long mmLockSeq() {
        return mmLockSeq;
    }

    void assertWriteLocked() {
        if (!mmapLock.isWriteHeld()) {
            mmapLock.assertWriteHeld();
        }
    }

    void setDefFlags(long flags) {
        defFlags = flags;
    }

    void setBrkEnd(long addr) {
        brk = addr;
    }

    VmFile newAnonShmem(long sizePages) {
        return VmFile.anonShmem(nextShmemInode++, sizePages);
    }

    /** Make an area that is in no tree yet ({@code vm_area_alloc}). */
    VmArea newArea(long start, long end, long pgoff, long flags) throws ErrnoException {
        memory.charge(VmaMemory.Site.VM_AREA);
        return new VmArea(this, start, end, pgoff, flags);
    }

    /** Make an anonymous area and put it into the tree, as the posted tests do ({@code alloc_and_link_vma}). */
    @VisibleIfKunit
    @ExportSymbolIfKunit
    VmArea allocAndLink(long start, long end, long pgoff, long flags) {
        VmArea vma = new VmArea(this, start, end, pgoff, flags);
        link(new VmaIterator(this, start), vma);
        return vma;
    }

    /** Put {@code vma} into the tree ({@code vma_link}). */
    void link(VmaIterator vmi, VmArea vma) {
        vma.vmaStartWrite();
        vmi.store(vma);
        vma.setAttached(true);
        mapCount++;
    }

    /** Take {@code vma} out of the tree; the caller frees it. */
    void unlink(VmArea vma) {
        tree.store(vma.vmStart(), vma.vmEnd(), null);
        vma.setAttached(false);
        mapCount--;
    }

    /** Free an area whose range a merge gave to another one. */
    void freeMerged(VmArea vma) {
        vma.setAttached(false);
        mapCount--;
        release(vma);
    }

    /** Drop what {@code vma} holds. */
    void release(VmArea vma) {
        anonVmas.unlink(vma);
        if (vma.vmFile() != null) {
            vma.vmFile().put();
        }
    }

    /** Unmap everything: the last user is gone. */
    @Models("mm/mmap.c: exit_mmap")
    void exitMmap() {
        try (var _ = writeLock()) {
            for (VmArea vma : areas()) {
                pages.unmap(vma, vma.vmStart(), vma.vmEnd());
                unlink(vma);
                VmOperations ops = vma.vmOps();
                if (ops != null && ops.close() != null) {
                    ops.close().accept(vma);
                }
                release(vma);
            }
        }
    }

    @Override
    public String toString() {
        return "areas of " + mm + ": " + mapCount;
    }
}
