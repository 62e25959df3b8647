package org.kunitjvm.mm.vma;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.mm.vma.VmFile.Mode;

/** One mmap(2): the checks in their order, then the region. Models mm/mmap.c: do_mmap and mm/vma.c: mmap_region. */
final class MmapCall {
    private final VmaSpace space;
    private final int prot;
    private final int flags;
    private final @Nullable VmFile file;
    private long addr;
    private long len;
    private long pgoff;
    private long vmFlags;

    MmapCall(VmaSpace space, long addr, long len, int prot, int flags, @Nullable VmFile file, long pgoff) {
        this.space = space;
        this.addr = addr;
        this.len = len;
        this.prot = prot;
        this.flags = (flags & Mman.MAP_FIXED_NOREPLACE) != 0 ? flags | Mman.MAP_FIXED : flags;
        this.file = file;
        this.pgoff = pgoff;
    }

    long run() throws ErrnoException {
        long mapped;
        try (var _ = space.writeLock()) {
            checkAndPlace();
            mapped = mapRegion(this.file);
        }
        if ((vmFlags & VmFlags.VM_LOCKED) != 0
            || (flags & (Mman.MAP_POPULATE | Mman.MAP_NONBLOCK)) == Mman.MAP_POPULATE) {
            space.faults().populate(mapped, len, true);
        }
        return mapped;
    }

    @Models("mm/mmap.c: do_mmap")
    private void checkAndPlace() throws ErrnoException {
        if (len == 0) {
            throw new ErrnoException(Errno.EINVAL, "length 0");
        }
        if ((flags & Mman.MAP_FIXED) == 0) {
            addr = roundHintToMin(addr);
        }
        len = Mman.pageAlign(len);
        if (len == 0) {
            throw new ErrnoException(Errno.ENOMEM, "length wraps");
        }
        if (Long.compareUnsigned(pgoff + (len >>> Mman.PAGE_SHIFT), pgoff) < 0) {
            throw new ErrnoException(Errno.EOVERFLOW, "offset wraps");
        }
        if (space.mapCount() > space.settings().maxMapCount()) {
            throw new ErrnoException(Errno.ENOMEM, space.mapCount() + " areas, no more allowed");
        }
        vmFlags = VmFlags.ofProt(prot) | flagsOfMap() | space.defFlags() | VmFlags.VM_MAYREAD | VmFlags.VM_MAYWRITE
            | VmFlags.VM_MAYEXEC;
        addr = new UnmappedArea(space).get(file, addr, len, pgoff, flags);
        checkFixed();
        checkLocking();
        if (file != null) {
            checkFile(file);
        } else {
            checkAnonymous();
        }
        if ((flags & Mman.MAP_NORESERVE) != 0) {
            vmFlags |= VmFlags.VM_NORESERVE;
        }
    }

    private long roundHintToMin(long hint) {
        long page = hint & Mman.PAGE_MASK;
        return hint != 0 && Long.compareUnsigned(page, space.settings().mmapMinAddr()) < 0
            ? Mman.pageAlign(space.settings().mmapMinAddr()) : page;
    }

    @Models("include/linux/mman.h: calc_vm_flag_bits")
    private long flagsOfMap() {
        long bits = 0;
        bits |= (flags & Mman.MAP_GROWSDOWN) != 0 ? VmFlags.VM_GROWSDOWN : 0;
        bits |= (flags & Mman.MAP_LOCKED) != 0 ? VmFlags.VM_LOCKED : 0;
        bits |= (flags & Mman.MAP_SYNC) != 0 ? VmFlags.VM_SYNC : 0;
        bits |= (flags & Mman.MAP_STACK) != 0 && space.settings().thp() ? VmFlags.VM_NOHUGEPAGE : 0;
        return bits;
    }

    private void checkFixed() throws ErrnoException {
        if ((flags & Mman.MAP_FIXED) != 0 && Long.compareUnsigned(addr, space.settings().mmapMinAddr()) < 0) {
            throw new ErrnoException(Errno.EPERM, "below mmap_min_addr");
        }
        if ((flags & Mman.MAP_FIXED_NOREPLACE) != 0) {
            VmArea inTheWay = space.findVma(addr);
            if (inTheWay != null && inTheWay.vmStart() < addr + len) {
                throw new ErrnoException(Errno.EEXIST, inTheWay + " is in the way");
            }
        }
    }

    private void checkLocking() throws ErrnoException {
        if ((flags & Mman.MAP_LOCKED) != 0 && !space.settings().capIpcLock()
            && space.settings().rlimits().memlock() == 0) {
            throw new ErrnoException(Errno.EPERM, "may not lock memory");
        }
        if (!space.stat().mayLock(vmFlags, len)) {
            throw new ErrnoException(Errno.EAGAIN, "limit of locked memory");
        }
    }

    private void checkAnonymous() throws ErrnoException {
        switch (flags & Mman.MAP_TYPE) {
            case Mman.MAP_SHARED -> {
                if ((vmFlags & VmFlags.VM_GROWSDOWN) != 0) {
                    throw new ErrnoException(Errno.EINVAL, "a stack cannot be shared");
                }
                pgoff = 0;
                vmFlags |= VmFlags.VM_SHARED | VmFlags.VM_MAYSHARE;
            }
            case Mman.MAP_DROPPABLE -> {
                // The kernel promises to write none of it anywhere: what is locked or grows could not be dropped.
                if ((flags & (Mman.MAP_LOCKED | Mman.MAP_HUGETLB)) != 0 || (vmFlags & VmFlags.VM_GROWSDOWN) != 0) {
                    throw new ErrnoException(Errno.EINVAL, "droppable memory is neither locked nor a stack");
                }
                vmFlags |= VmFlags.VM_DROPPABLE | VmFlags.VM_NORESERVE | VmFlags.VM_WIPEONFORK | VmFlags.VM_DONTDUMP;
                pgoff = addr >> Mman.PAGE_SHIFT;
            }
            case Mman.MAP_PRIVATE -> pgoff = addr >> Mman.PAGE_SHIFT;
            default -> throw new ErrnoException(Errno.EINVAL, "type of mapping");
        }
    }

    private void checkFile(VmFile mapped) throws ErrnoException {
        // Only what has a size has a largest one.
        long maxBytes = mapped.has(Mode.NO_MMAP) ? -1 : Long.MAX_VALUE;
        if (pgoff < 0 || pgoff + (len >> Mman.PAGE_SHIFT) > maxBytes >>> Mman.PAGE_SHIFT) {
            throw new ErrnoException(Errno.EOVERFLOW, "behind the largest file");
        }
        switch (flags & Mman.MAP_TYPE) {
            case Mman.MAP_SHARED -> checkShared(mapped);
            case Mman.MAP_SHARED_VALIDATE -> {
                // No file of the model supports flags of its own.
                int unknown = flags & ~Mman.LEGACY_MAP_MASK;
                if (unknown != 0) {
                    throw new ErrnoException(Errno.EOPNOTSUPP, "flags " + Integer.toHexString(unknown));
                }
                checkShared(mapped);
            }
            case Mman.MAP_PRIVATE -> {
            }
            default -> throw new ErrnoException(Errno.EINVAL, "type of mapping");
        }
        if (!mapped.has(Mode.READ)) {
            throw new ErrnoException(Errno.EACCES, mapped + " is not open for reading");
        }
        if (mapped.has(Mode.NOEXEC)) {
            if ((vmFlags & VmFlags.VM_EXEC) != 0) {
                throw new ErrnoException(Errno.EPERM, mapped + " is mounted noexec");
            }
            vmFlags &= ~VmFlags.VM_MAYEXEC;
        }
        if (mapped.has(Mode.NO_MMAP)) {
            throw new ErrnoException(Errno.ENODEV, mapped + " cannot be mapped");
        }
        if ((vmFlags & VmFlags.VM_GROWSDOWN) != 0) {
            throw new ErrnoException(Errno.EINVAL, "a file is no stack");
        }
    }

    private void checkShared(VmFile mapped) throws ErrnoException {
        boolean writable = mapped.has(Mode.WRITE);
        if ((prot & Mman.PROT_WRITE) != 0) {
            if (!writable) {
                throw new ErrnoException(Errno.EACCES, mapped + " is not open for writing");
            }
            if (mapped.has(Mode.SWAPFILE)) {
                throw new ErrnoException(Errno.ETXTBSY, mapped + " is in use for swapping");
            }
        }
        if (mapped.has(Mode.APPEND) && writable) {
            throw new ErrnoException(Errno.EACCES, mapped + " is append-only");
        }
        vmFlags |= VmFlags.VM_SHARED | VmFlags.VM_MAYSHARE;
        if (!writable) {
            vmFlags &= ~(VmFlags.VM_MAYWRITE | VmFlags.VM_SHARED);
        }
    }

    @Models("mm/vma.c: mmap_region")
    private long mapRegion(@Nullable VmFile mapped) throws ErrnoException {
        long pages = len >> Mman.PAGE_SHIFT;
        List<VmArea> old = space.unmapper().gather(addr, addr + len);
        long oldPages = 0;
        long oldAccounted = 0;
        for (VmArea vma : old) {
            oldPages += vma.vmaPages();
            oldAccounted += vma.hasAnyFlag(VmFlags.VM_ACCOUNT) ? vma.vmaPages() : 0;
        }
        if (!space.stat().mayExpand(vmFlags, pages - oldPages)) {
            throw new ErrnoException(Errno.ENOMEM, "limit of address space");
        }
        if (VmFlags.isAccountable(vmFlags)) {
            space.stat().commit(pages - oldAccounted);
            vmFlags |= VmFlags.VM_ACCOUNT;
        }
        space.unmapper().complete(old);
        VmArea vma = mergeOrInsert(mapped, pages);
        space.stat().account(vmFlags, pages);
        if ((vmFlags & VmFlags.VM_LOCKED) != 0) {
            if ((vmFlags & (VmFlags.VM_SPECIAL | VmFlags.VM_DROPPABLE)) != 0) {
                vma.vmFlagsClear(VmFlags.VM_LOCKED_MASK);
            } else {
                space.stat().addLocked(pages);
            }
        }
        if (space.settings().softDirty()) {
            // A new mapping is new memory to who tracks changes, also where it was merged.
            vma.vmFlagsSet(VmFlags.VM_SOFTDIRTY);
        }
        return addr;
    }

    private VmArea mergeOrInsert(@Nullable VmFile mapped, long pages) throws ErrnoException {
        VmaIterator vmi = new VmaIterator(space, addr);
        VmArea prev = space.tree().findBefore(addr);
        VmArea next = space.tree().findAtOrAfter(addr);
        VmaMergeStruct vmg = VmaMergeStruct.ofNew(space, vmi, addr, addr + len, vmFlags, pgoff)
            .file(mapped).neighbours(prev, next);
        VmArea merged = space.merger().mergeNewRange(vmg);
        if (merged != null) {
            return merged;
        }
        VmArea vma = insert(vmi, mapped);
        if (vma.vmFlags() != vmFlags && prev != null) {
            // The file changed the flags: now it may fit.
            vmFlags = vma.vmFlags();
            VmArea mergedLater = space.merger().mergeExistingRange(VmaMergeStruct.ofVma(vmi, prev, vma, addr,
                addr + len));
            return mergedLater != null ? mergedLater : vma;
        }
        vmFlags = vma.vmFlags();
        return vma;
    }

    @Models("mm/vma.c: __mmap_new_vma")
    private VmArea insert(VmaIterator vmi, @Nullable VmFile mapped) throws ErrnoException {
        VmArea vma = space.newArea(addr, addr + len, pgoff, vmFlags);
        vmi.config(addr, addr + len);
        vmi.prealloc();
        if (mapped != null) {
            mapped.get();
            vma.setFile(mapped);
            if (mapped.hook() != null) {
                try {
                    mapped.hook().mmap(vma);
                } catch (ErrnoException e) {
                    mapped.put();
                    throw e;
                }
            }
        } else if ((vmFlags & VmFlags.VM_SHARED) != 0) {
            vma.setFile(space.newAnonShmem(len >> Mman.PAGE_SHIFT));
        }
        space.link(vmi, vma);
        return vma;
    }
}
