package org.kunitjvm.kernel.snapshot;

import java.util.ArrayList;
import java.util.List;

/**
 * A kernel at one moment.
 *
 * @param timeNs time on its clock
 * @param where who ran then, and on which CPU
 * @param exhibits what there is to see
 */
public record Snapshot(long timeNs, String where, List<Exhibit> exhibits) {
    /** Copy. */
    public Snapshot {
        exhibits = List.copyOf(exhibits);
    }

    /**
     * Ask {@code sources} in order. One that fails is shown as a text that says so: a broken kernel is what reports are
     * about.
     */
    public static Snapshot take(long timeNs, String where, List<SnapshotSource> sources) {
        List<Exhibit> exhibits = new ArrayList<>();
        for (SnapshotSource source : sources) {
            try {
                exhibits.addAll(source.exhibits());
            } catch (RuntimeException e) {
                exhibits.add(new Exhibit.Text("Not readable", true,
                    List.of("this part of the kernel is too broken to be shown: " + e)));
            }
        }
        return new Snapshot(timeNs, where, exhibits);
    }
}
