package org.kunitjvm.mm;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.snapshot.Exhibit;
import org.kunitjvm.kernel.snapshot.SnapshotSource;
import org.kunitjvm.mm.picture.ZonePicture;
import org.kunitjvm.mm.zone.Zone;

/** Shows the memory of a kernel: zones in which the running test has pages first, and open. */
final class MemoryPicture implements SnapshotSource {
    private final Mm mm;
    private final PageAuditor auditor;

    MemoryPicture(Mm mm, PageAuditor auditor) {
        this.mm = mm;
        this.auditor = auditor;
    }

    @Override
    public List<Exhibit> exhibits() {
        List<Exhibit> first = new ArrayList<>();
        List<Exhibit> rest = new ArrayList<>();
        for (AllocSpace space : mm.spaces()) {
            for (Zone zone : space.zones().all()) {
                if (zone.isPopulated()) {
                    String label = space == mm.machineSpace() ? "node " + zone.nid + ", zone " + zone.name()
                        : space.name() + ", zone " + zone.name();
                    ZonePicture picture = ZonePicture.of(label, zone, space.map(), mm.owner(), auditor.sequence());
                    boolean open = picture.isInteresting();
                    (open ? first : rest).add(picture.exhibit(open));
                }
            }
        }
        first.addAll(rest);
        return first;
    }
}
