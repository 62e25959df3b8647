package org.kunitjvm.mm.mermap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.mmu.Pgprot;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kunit.KunitSymbols;

/** What {@link Mermap} exports to tests. */
@KunitSymbols(of = Mermap.class)
interface MermapSymbols {
    @Nullable MermapAlloc getFrom(Mermap mermap, @Nullable MmStruct mm, int pfn, long sizeBytes, Pgprot prot,
        boolean reserved);

    void putTo(Mermap mermap, MmStruct mm, MermapAlloc alloc);

    int tlbFlushes(Mermap mermap, MmStruct mm);

    void failNextMaps(Mermap mermap, int count);
}
