package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Initcall;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.UserMappings;

/** Gives each address space of the kernel its areas, and takes them away with the last user. */
public final class VmaInitcall implements Initcall {
    @Override
    public String name() {
        return "vma";
    }

    @Override
    public Level level() {
        return Level.SUBSYS;
    }

    @Override
    public void init(Kernel kernel) {
        VmaSettings settings = VmaSettings.DEFAULT.withConfig(kernel.config().isEnabled("TRANSPARENT_HUGEPAGE"), true);
        kernel.sched().mmTable().onInit(mm -> mm.attach(VmaSpace.class, new VmaSpace(kernel, mm, settings)));
        kernel.sched().mmTable().onExit(VmaInitcall::exit);
        kernel.provide(UserMappings.class, VmaInitcall::vmMmap);
    }

    @Models("mm/util.c: vm_mmap")
    private static long vmMmap(MmStruct mm, @Nullable Object file, long addr, long len, int prot, int flags,
        long offset)
        throws ErrnoException {
        VmaSpace space = mm.part(VmaSpace.class);
        if (space == null || (offset & ~Mman.PAGE_MASK) != 0 || offset + Mman.pageAlign(len) < offset) {
            throw new ErrnoException(Errno.EINVAL, "vm_mmap of " + len + " bytes at offset " + offset + " in " + mm);
        }
        return space.mmap(addr, len, prot, flags, (VmFile) file, offset >>> Mman.PAGE_SHIFT);
    }

    private static void exit(MmStruct mm) {
        VmaSpace space = mm.part(VmaSpace.class);
        if (space != null) {
            space.exitMmap();
        }
    }
}
