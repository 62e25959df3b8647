package org.kunitjvm.mm;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import org.kunitjvm.kernel.Auditor;
import org.kunitjvm.mm.zone.ZoneChecker;
import org.kunitjvm.mm.zone.ZoneFingerprint;

/**
 * Checks that free lists, caches and counters of all zones agree. Asks for no mark: what is wrong is reported after
 * every test until it is right again. Memory that was right and that nobody has touched since is not looked at again.
 */
final class ZoneAuditor implements Auditor {
    private final Mm mm;
    /** Fingerprints of the spaces with which the latest check found nothing wrong. */
    private Map<AllocSpace, Long> faultless = new IdentityHashMap<>();

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
        Map<AllocSpace, Long> before = faultless;
        faultless = new IdentityHashMap<>();
        for (AllocSpace space : mm.spaces()) {
            long print = ZoneFingerprint.of(space.zones().all(), space.map(), space.context().events());
            Long known = before.get(space);
            List<String> found = known != null && known == print ? List.of()
                : ZoneChecker.check(space.zones().all(), space.map());
            if (found.isEmpty()) {
                faultless.put(space, print);
            }
            problems.addAll(found);
        }
        return problems;
    }
}
