package org.kunitjvm.mm;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.Auditor;
import org.kunitjvm.mm.zone.ZoneChecker;

/** Checks that free lists, caches and counters of all zones agree. What was wrong at the mark is not reported again. */
final class ZoneAuditor implements Auditor {
    private final Mm mm;

    ZoneAuditor(Mm mm) {
        this.mm = mm;
    }

    @Override
    public String name() {
        return "zones";
    }

    @Override
    public Object mark() {
        return List.of();
    }

    @Override
    public List<String> leaksSince(Object mark) {
        List<String> problems = new ArrayList<>();
        for (AllocSpace space : mm.spaces()) {
            problems.addAll(ZoneChecker.check(space.zones().all(), space.map()));
        }
        return problems;
    }
}
