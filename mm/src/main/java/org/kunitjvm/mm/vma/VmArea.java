package org.kunitjvm.mm.vma;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.hook.Models;

/**
 * One area of an address space: {@code [vm_start, vm_end)} with one set of flags, one file, one policy. Which object
 * survives a merge or a split is part of the contract, so identity counts. Models {@code struct vm_area_struct}.
 *
 * <p>Fields change only under the mmap lock held for writing, after {@link #vmaStartWrite}; readers hold the mmap lock
 * in any way.
 */
@Models("include/linux/mm_types.h: vm_area_struct")
public final class VmArea {
    private final VmaSpace space;
    private final List<AnonVma> anonVmaChain = new ArrayList<>(1);
    private long vmStart;
    private long vmEnd;
    private long vmFlags;
    private long vmPgoff;
    private @Nullable VmFile vmFile;
    private @Nullable VmOperations vmOps;
    private @Nullable AnonVma anonVma;
    private @Nullable String anonName;
    private @Nullable Mempolicy policy;
    private @Nullable UserfaultfdCtx userfaultfdCtx;
    private long vmLockSeq = -1;
    private boolean attached;

    VmArea(VmaSpace space, long vmStart, long vmEnd, long vmPgoff, long vmFlags) {
        this.space = space;
        this.vmStart = vmStart;
        this.vmEnd = vmEnd;
        this.vmPgoff = vmPgoff;
        this.vmFlags = vmFlags;
    }

    /**
     * A copy that is linked to nothing: no anon_vma chain, no references taken, not in the tree ({@code vm_area_dup}).
     */
    VmArea dup() {
        VmArea copy = new VmArea(space, vmStart, vmEnd, vmPgoff, vmFlags);
        copy.vmFile = vmFile;
        copy.vmOps = vmOps;
        copy.anonVma = anonVma;
        copy.anonName = anonName;
        copy.policy = policy;
        copy.userfaultfdCtx = userfaultfdCtx;
        return copy;
    }

    /** The address space. */
    public VmaSpace space() {
        return space;
    }

    /** First address. */
    public long vmStart() {
        return vmStart;
    }

    /** First address behind it. */
    public long vmEnd() {
        return vmEnd;
    }

    /** Size in pages. */
    public long vmaPages() {
        return vmEnd - vmStart >> Mman.PAGE_SHIFT;
    }

    /** {@code VM_*} bits. */
    public long vmFlags() {
        return vmFlags;
    }

    /** Whether any of these flags is set. */
    public boolean hasAnyFlag(long flags) {
        return (vmFlags & flags) != 0;
    }

    /**
     * Offset in the file, in pages; of private anonymous memory the page number of the address that it was first mapped
     * at.
     */
    public long vmPgoff() {
        return vmPgoff;
    }

    /** The offset, in pages, of {@code addr} in it. */
    public long linearPageIndex(long addr) {
        return vmPgoff + (addr - vmStart >> Mman.PAGE_SHIFT);
    }

    /** The mapped file, or {@code null}. */
    public @Nullable VmFile vmFile() {
        return vmFile;
    }

    /** Operations, or {@code null}. */
    public @Nullable VmOperations vmOps() {
        return vmOps;
    }

    /** The anon_vma that new pages get, or {@code null} before the first fault. */
    public @Nullable AnonVma anonVma() {
        return anonVma;
    }

    /** The anon_vmas whose pages it may map; after a fork more than one. */
    public List<AnonVma> anonVmaChain() {
        return List.copyOf(anonVmaChain);
    }

    /** Whether the chain has exactly one entry ({@code list_is_singular}). */
    public boolean isChainSingular() {
        return anonVmaChain.size() == 1;
    }

    /** The name that {@code PR_SET_VMA_ANON_NAME} gave it, or {@code null}. */
    public @Nullable String anonName() {
        return anonName;
    }

    /** NUMA policy, or {@code null} for the task's. */
    public @Nullable Mempolicy policy() {
        return policy;
    }

    /** The userfaultfd that it is registered with, or {@code null}. */
    public @Nullable UserfaultfdCtx userfaultfdCtx() {
        return userfaultfdCtx;
    }

    /** Whether it is in its space's tree. */
    public boolean isAttached() {
        return attached;
    }

    /** Whether it has neither file nor file-like operations ({@code vma_is_anonymous}). */
    public boolean isAnonymous() {
        return vmFile == null && vmOps == null;
    }

    /** Whether it is shared anonymous memory. */
    public boolean isAnonShmem() {
        return vmFile != null && vmFile.has(VmFile.Mode.ANON_SHMEM);
    }

    /** Whether any access is allowed. */
    public boolean isAccessible() {
        return hasAnyFlag(VmFlags.VM_ACCESS_FLAGS);
    }

    /** Its start, lowered by the guard gap if it is a stack ({@code vm_start_gap}). */
    public long vmStartGap() {
        long gap = hasAnyFlag(VmFlags.VM_GROWSDOWN) ? VmaSpace.STACK_GUARD_GAP : 0;
        return Math.max(0, vmStart - gap);
    }

    /** Announce a change to readers that hold only the per-VMA lock; the mmap lock must be held for writing. */
    @Models("include/linux/mm.h: vma_start_write")
    public void vmaStartWrite() {
        space.assertWriteLocked();
        vmLockSeq = space.mmLockSeq();
    }

    /** Whether {@link #vmaStartWrite} was called since the mmap lock was last dropped. */
    public boolean isWriteStarted() {
        return vmLockSeq == space.mmLockSeq();
    }

    /**
     * Check that {@link #vmaStartWrite} was called: readers that hold only the per-VMA lock would not notice a change
     * otherwise.
     *
     * @throws KernelBug with a dump of the area, if it was not
     */
    @Models("include/linux/mm.h: vma_assert_write_locked")
    public void assertWriteLocked() {
        if (!isWriteStarted()) {
            throw new KernelBug("vma_assert_write_locked: vma start %x end %x mm %s prot %s anon_vma %s vm_ops %s pgoff %x file %s flags: %#x(%s)",
                vmStart, vmEnd, space.mm(), MapsText.permissions(vmFlags), anonVma, vmOps == null ? "none" : "set",
                vmPgoff, vmFile, vmFlags, VmFlags.toString(vmFlags));
        }
    }

    /** Set flags ({@code vm_flags_set}). */
    public void vmFlagsSet(long flags) {
        vmaStartWrite();
        vmFlags |= flags;
    }

    /** Clear flags ({@code vm_flags_clear}). */
    public void vmFlagsClear(long flags) {
        vmaStartWrite();
        vmFlags &= ~flags;
    }

    /** Replace all flags ({@code vm_flags_reset}). */
    public void vmFlagsReset(long flags) {
        assertWriteLocked();
        vmFlags = flags;
    }

    /** Set the operations; a driver's mmap does. */
    public void setVmOps(@Nullable VmOperations ops) {
        vmOps = ops;
    }

    /** Name anonymous memory. */
    public void setAnonName(@Nullable String name) {
        anonName = name;
    }

    /** Set the NUMA policy ({@code mbind}). */
    public void setPolicy(@Nullable Mempolicy newPolicy) {
        policy = newPolicy;
    }

    /** Register with a userfaultfd. */
    public void setUserfaultfdCtx(@Nullable UserfaultfdCtx ctx) {
        userfaultfdCtx = ctx;
    }

    /** Change the range ({@code vma_set_range}); the tree is the caller's business. */
    void setRange(long start, long end, long pgoff) {
        vmStart = start;
        vmEnd = end;
        vmPgoff = pgoff;
    }

    void setFile(@Nullable VmFile file) {
        vmFile = file;
    }

    void setAnonVma(@Nullable AnonVma newAnonVma) {
        anonVma = newAnonVma;
    }

    void setAttached(boolean nowAttached) {
        attached = nowAttached;
    }

    /** The live chain; only {@link AnonVmas} changes it. */
    List<AnonVma> chain() {
        return anonVmaChain;
    }

    @Override
    public String toString() {
        return String.format("%08x-%08x pgoff %x flags %s%s%s", vmStart, vmEnd, vmPgoff, VmFlags.smaps(vmFlags).strip(),
            vmFile == null ? "" : " " + vmFile, anonVma == null ? "" : " " + anonVma);
    }
}
