package org.kunitjvm.mm;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.Initcall;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.mm.alloc.FailPageAlloc;
import org.kunitjvm.mm.alloc.FaultAttr;
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
        params.addAll(List.of("transparent_hugepage", "memhp_default_state", "page_poison", "init_on_alloc", "init_on_free",
            "debug_pagealloc", IsolatedNode.ROUTE_PARAM, FailPageAlloc.PARAM));
        return params;
    }

    @Override
    public void init(Kernel kernel) {
        Mm.boot(kernel);
        String faults = kernel.cmdline().get(FailPageAlloc.PARAM);
        if (faults != null) {
            FaultAttr attr = new FaultAttr(FailPageAlloc.PARAM, kernel.log(), kernel.seed());
            attr.parse(faults);
            kernel.get(PageAllocator.class).setInjection(new FailPageAlloc(attr));
        }
    }
}
