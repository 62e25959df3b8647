package org.kunitjvm.mm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.kunitjvm.kernel.Auditor;
import org.kunitjvm.mm.page.PageOwner;

/**
 * Finds pages that were not freed and names who allocated them.
 *
 * <p>The mark of the boot only counts pages, so that a kernel that nobody tests pays nothing; the first mark after it
 * switches on the memory of who allocated what.
 */
final class PageAuditor implements Auditor {
    private final Mm mm;
    private boolean booted;
    private int sequence;

    /** Pages out in each space, and the latest allocation, when the mark was taken. */
    private record Mark(Map<String, Long> pagesOut, int sequence) {
    }

    PageAuditor(Mm mm) {
        this.mm = mm;
    }

    @Override
    public String name() {
        return "pages";
    }

    @Override
    public Object mark() {
        PageOwner owner = mm.owner();
        if (booted) {
            mm.trackOwners();
            owner.nextEpoch();
        }
        booted = true;
        Map<String, Long> out = new TreeMap<>();
        mm.spaces().forEach(space -> out.put(space.name(), space.pagesOut()));
        sequence = owner.sequence();
        return new Mark(out, sequence);
    }

    /** Number of the latest allocation when the latest mark was taken. */
    int sequence() {
        return sequence;
    }

    @Override
    public List<String> leaksSince(Object mark) {
        if (!(mark instanceof Mark before)) {
            throw new IllegalArgumentException("not a mark of this auditor: " + mark);
        }
        List<String> leaks = new ArrayList<>();
        for (AllocSpace space : mm.spaces()) {
            long more = space.pagesOut() - before.pagesOut.getOrDefault(space.name(), 0L);
            if (more > 0) {
                report(space, more, before.sequence, leaks);
            }
        }
        return leaks;
    }

    private void report(AllocSpace space, long nrPages, int sequence, List<String> leaks) {
        long named = 0;
        for (PageOwner.Block block : mm.owner().outSince(sequence)) {
            if (block.pfn() < space.map().endPfn() && space.map().zoneId(block.pfn()) != 0) {
                leaks.add(block.text());
                named += block.nrPages();
            }
        }
        if (named < nrPages) {
            leaks.add((nrPages - named) + " pages of " + space.name()
                + " were not freed; nobody remembered who allocated them");
        }
    }
}
