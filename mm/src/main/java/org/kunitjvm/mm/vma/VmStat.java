package org.kunitjvm.mm.vma;

import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;

/** How much of an address space is mapped, by kind, in pages; and whether more may be. */
public final class VmStat {
    private final VmaSpace space;
    private long totalVm;
    private long dataVm;
    private long execVm;
    private long stackVm;
    private long lockedVm;

    VmStat(VmaSpace space) {
        this.space = space;
    }

    /** All pages mapped ({@code total_vm}). */
    public long totalVm() {
        return totalVm;
    }

    /** Private writable pages that are no stack ({@code data_vm}). */
    public long dataVm() {
        return dataVm;
    }

    /** Executable pages that are not writable ({@code exec_vm}). */
    public long execVm() {
        return execVm;
    }

    /** Stack pages ({@code stack_vm}). */
    public long stackVm() {
        return stackVm;
    }

    /** Locked pages ({@code locked_vm}). */
    public long lockedVm() {
        return lockedVm;
    }

    /** Account for {@code pages} more (or less) with these flags. */
    @Models("mm/vma.c: vm_stat_account")
    void account(long flags, long pages) {
        totalVm += pages;
        if (VmFlags.isExec(flags)) {
            execVm += pages;
        } else if (VmFlags.isStack(flags)) {
            stackVm += pages;
        } else if (VmFlags.isData(flags)) {
            dataVm += pages;
        }
    }

    void addLocked(long pages) {
        lockedVm += pages;
    }

    void copyFrom(VmStat other) {
        totalVm = other.totalVm;
        dataVm = other.dataVm;
        execVm = other.execVm;
        stackVm = other.stackVm;
    }

    /** Whether {@code pages} more with these flags stay within RLIMIT_AS and RLIMIT_DATA. */
    @Models("mm/vma.c: may_expand_vm")
    boolean mayExpand(long flags, long pages) {
        VmaSettings.Rlimits limits = space.settings().rlimits();
        if (totalVm + pages > limits.as() >> Mman.PAGE_SHIFT) {
            return false;
        }
        return !VmFlags.isData(flags) || dataVm + pages <= limits.data() >> Mman.PAGE_SHIFT;
    }

    /** Whether {@code bytes} more may be locked, if these flags say so. */
    @Models("mm/mmap.c: mlock_future_ok")
    boolean mayLock(long flags, long bytes) {
        if ((flags & VmFlags.VM_LOCKED) == 0 || space.settings().capIpcLock()) {
            return true;
        }
        return (bytes >> Mman.PAGE_SHIFT) + lockedVm <= space.settings().rlimits().memlock() >> Mman.PAGE_SHIFT;
    }

    /** Fail if so many pages cannot be committed at once ({@code security_vm_enough_memory_mm}). */
    void commit(long pages) throws ErrnoException {
        if (pages > space.settings().rlimits().commitPages()) {
            throw new ErrnoException(Errno.ENOMEM, pages + " pages are more than may be committed");
        }
    }
}
