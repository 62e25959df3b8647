package org.kunitjvm.mm.mermap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.ExportSymbolIfKunit;
import org.kunitjvm.kernel.mmu.Pgprot;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kunit.ImportNs;
import org.kunitjvm.kunit.stub.ModuleLinkException;
import org.kunitjvm.kunit.stub.SymbolLinker;

/** A kernel's mermap together with what it exports to tests: the entry points that take an address space. */
@ImportNs(ExportSymbolIfKunit.EXPORTED_FOR_KUNIT_TESTING)
final class TestMermap {
    private final Mermap mermap;
    private final MermapSymbols symbols;

    /** The mermap of a kernel, reached through the symbols that a suite was linked with. */
    TestMermap(Mermap mermap, MermapSymbols symbols) {
        this.mermap = mermap;
        this.symbols = symbols;
    }

    /** The mermap of a kernel, for tests that are no suite. */
    static TestMermap of(Kernel kernel) {
        try {
            MermapSymbols symbols = new SymbolLinker(TestMermap.class, "mermap_test", kernel.config())
                .link(MermapSymbols.class);
            return new TestMermap(kernel.get(Mermap.class), symbols);
        } catch (ModuleLinkException e) {
            throw new AssertionError(e);
        }
    }

    /** {@code __mermap_get()}. */
    @Nullable MermapAlloc getFrom(@Nullable MmStruct mm, int pfn, long sizeBytes, Pgprot prot, boolean reserved) {
        return symbols.getFrom(mermap, mm, pfn, sizeBytes, prot, reserved);
    }

    /** {@code __mermap_put()}. */
    void putTo(MmStruct mm, MermapAlloc alloc) {
        symbols.putTo(mermap, mm, alloc);
    }

    /** How often the running CPU flushed for the address space. */
    int tlbFlushes(MmStruct mm) {
        return symbols.tlbFlushes(mermap, mm);
    }

    /** Let the next {@code count} gets fail after they have a slot. */
    void failNextMaps(int count) {
        symbols.failNextMaps(mermap, count);
    }

    /** {@code mermap_mm_prepare()}. */
    void mmPrepare(MmStruct mm) throws ErrnoException {
        mermap.mmPrepare(mm);
    }

    /** Where the regions lie. */
    MermapLayout layout() {
        return mermap.layout();
    }

    /** {@code mermap_ready()}. */
    boolean isReady() {
        return mermap.isReady();
    }

    /** How many normal allocations a CPU can have at a time. */
    int normalSlots() {
        return mermap.layout().normalSlots();
    }
}
