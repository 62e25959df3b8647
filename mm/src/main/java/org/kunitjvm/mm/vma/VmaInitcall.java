package org.kunitjvm.mm.vma;

import org.kunitjvm.kernel.Initcall;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sched.MmStruct;

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
    }

    private static void exit(MmStruct mm) {
        VmaSpace space = mm.part(VmaSpace.class);
        if (space != null) {
            space.exitMmap();
        }
    }
}
