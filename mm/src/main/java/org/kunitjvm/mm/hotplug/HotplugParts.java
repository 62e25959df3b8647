package org.kunitjvm.mm.hotplug;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.alloc.PageIsolation;
import org.kunitjvm.mm.node.Nodes;
import org.kunitjvm.mm.node.ZoneTuning;
import org.kunitjvm.mm.page.PageMap;

/** What the parts of memory hotplug share. */
record HotplugParts(Kernel kernel, PageMap map, Nodes nodes, ZoneTuning tuning, PageAllocator allocator,
    PageIsolation isolation,
        ZoneSpans spans, Notifiers notifiers) {
}
