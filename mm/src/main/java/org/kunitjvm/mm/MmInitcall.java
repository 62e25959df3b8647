package org.kunitjvm.mm;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Initcall;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.slab.KernelHeap;
import org.kunitjvm.kernel.slab.SimpleHeap;
import org.kunitjvm.mm.alloc.FailPageAlloc;
import org.kunitjvm.mm.alloc.FailSlab;
import org.kunitjvm.mm.alloc.FailingHeap;
import org.kunitjvm.mm.alloc.FaultAttr;
import org.kunitjvm.mm.alloc.GuardPages;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.boot.MovableParams;

/** Boots the memory management: nodes, zones, free memory. */
public final class MmInitcall implements Initcall {
    @Override
    public String name() {
        return "mm";
    }

    @Override
    public Level level() {
        return Level.CORE;
    }

    @Override
    public List<String> params() {
        List<String> params = new ArrayList<>(MovableParams.NAMES);
        params.addAll(List.of("transparent_hugepage", "memhp_default_state", "page_poison", "init_on_alloc",
            "init_on_free", "debug_pagealloc", GuardPages.PARAM, IsolatedNode.ROUTE_PARAM, FailPageAlloc.PARAM,
            FailSlab.PARAM, Mm.PARANOID_PARAM));
        return params;
    }

    @Override
    public void init(Kernel kernel) {
        Mm.boot(kernel);
        FaultAttr pages = attr(kernel, "FAIL_PAGE_ALLOC", FailPageAlloc.PARAM);
        if (pages != null) {
            kernel.get(PageAllocator.class).setInjection(new FailPageAlloc(pages));
        }
        FaultAttr objects = attr(kernel, "FAILSLAB", FailSlab.PARAM);
        if (objects != null) {
            kernel.provide(KernelHeap.class, new FailingHeap(SimpleHeap.make(kernel), new FailSlab(objects)));
        }
    }

    private static @Nullable FaultAttr attr(Kernel kernel, String symbol, String param) {
        String text = kernel.cmdline().get(param);
        if (text == null) {
            return null;
        }
        if (!kernel.config().isEnabled(symbol)) {
            kernel.log().print(LogLevel.NOTICE, "Unknown kernel command line parameters \"" + param + "=" + text
                + "\", will be passed to user space.");
            return null;
        }
        FaultAttr attr = new FaultAttr(param, kernel.log(), kernel.seed());
        attr.parse(text);
        return attr;
    }
}
