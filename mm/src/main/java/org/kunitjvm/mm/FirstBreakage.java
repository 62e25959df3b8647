package org.kunitjvm.mm;

import java.util.List;
import java.util.Locale;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.mm.alloc.OperationWatcher;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneChecker;

/**
 * Walks the free lists and caches of a space after every operation ({@code mm.paranoid=1}) and remembers the first one
 * that broke something. An operation that ends while another task is inside a section of the same allocator is not
 * checked: the lists are allowed to be unfinished then.
 */
final class FirstBreakage implements OperationWatcher {
    private final Kernel kernel;
    private final AllocSpace space;
    private long operations;
    private String text = "";

    FirstBreakage(Kernel kernel, AllocSpace space) {
        this.kernel = kernel;
        this.space = space;
    }

    /** The operation and what it broke; empty as long as nothing is broken. */
    String text() {
        return text;
    }

    /** Look for another one; whoever calls this has seen that all is right again. */
    void forget() {
        text = "";
    }

    @Override
    public void afterOperation(String what, int pfn, int order) {
        operations++;
        if (!text.isEmpty() || isInUse()) {
            return;
        }
        List<String> faults = ZoneChecker.check(space.zones().all(), space.map());
        if (!faults.isEmpty()) {
            text = String.format(Locale.ROOT, "operation %d on %s is the first one that broke an invariant: "
                + "%s, pfn %#x order %d, by %s: %s", operations, space.name(), what, pfn, order,
                kernel.current().comm(), faults.getFirst());
            kernel.log().err("%s", text);
        }
    }

    private boolean isInUse() {
        for (Zone zone : space.zones().all()) {
            if (zone.lock.isLocked()) {
                return true;
            }
            for (PerCpuPages pcp : zone.pcp) {
                if (pcp.lock.isLocked()) {
                    return true;
                }
            }
        }
        return false;
    }
}
