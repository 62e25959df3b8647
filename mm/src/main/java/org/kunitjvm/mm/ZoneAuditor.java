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
 * every test until it is right again. Memory that was right and that nobody has touched since is not looked at again;
 * what the boot left counts as right until somebody touches it, so that tests which want no memory do not pay for it.
 */
final class ZoneAuditor implements Auditor {
    private final Mm mm;
    /** Fingerprints of the spaces with which the latest check found nothing wrong. */
    private Map<AllocSpace, Long> faultless = new IdentityHashMap<>();
    /** Whether the boot is over. */
    private boolean begun;
    /** Those that are checked after every operation. */
    private final Map<AllocSpace, FirstBreakage> watched = new IdentityHashMap<>();

    ZoneAuditor(Mm mm) {
        this.mm = mm;
    }

    /** Check a space after every operation, too. */
    void watch(AllocSpace space) {
        FirstBreakage breakage = new FirstBreakage(mm.kernel(), space);
        watched.put(space, breakage);
        space.context().setWatcher(breakage);
    }

    /** The space is gone. */
    void unwatch(AllocSpace space) {
        watched.remove(space);
    }

    /** The first operation that broke something, with what is {@code found} now. */
    private List<String> withCulprit(AllocSpace space, List<String> found) {
        FirstBreakage breakage = watched.get(space);
        if (breakage == null || breakage.text().isEmpty()) {
            return found;
        }
        List<String> all = new ArrayList<>(found);
        all.addFirst(breakage.text());
        if (found.isEmpty()) {
            breakage.forget();
        }
        return all;
    }

    @Override
    public String name() {
        return "zones";
    }

    @Override
    public Object mark() {
        if (!begun) {
            begun = true;
            mm.spaces().forEach(space -> faultless.put(space, fingerprint(space)));
        }
        return List.of();
    }

    private static long fingerprint(AllocSpace space) {
        return ZoneFingerprint.of(space.zones().all(), space.map(), space.context().events());
    }

    @Override
    public List<String> leaksSince(Object mark) {
        List<String> problems = new ArrayList<>();
        Map<AllocSpace, Long> before = faultless;
        faultless = new IdentityHashMap<>();
        for (AllocSpace space : mm.spaces()) {
            long print = fingerprint(space);
            Long known = before.get(space);
            List<String> found = known != null && known == print ? List.of()
                : ZoneChecker.check(space.zones().all(), space.map());
            if (found.isEmpty()) {
                faultless.put(space, print);
            }
            problems.addAll(withCulprit(space, found));
        }
        return problems;
    }
}
