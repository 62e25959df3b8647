package org.kunitjvm.mm.reclaim;

import org.kunitjvm.mm.alloc.AllocRequest;
import org.kunitjvm.mm.node.Nodes;
import org.kunitjvm.mm.zone.Zone;

/** The task that needs memory makes some free itself. Models mm/vmscan.c: try_to_free_pages. */
final class DirectReclaim {
    private final Nodes nodes;
    private final NodeShrinker shrinker;
    private final Compaction compaction;

    DirectReclaim(Nodes nodes, NodeShrinker shrinker, Compaction compaction) {
        this.nodes = nodes;
        this.shrinker = shrinker;
        this.compaction = compaction;
    }

    /** Look harder and harder until enough was reclaimed; returns how much, and at least 1 if compaction can begin. */
    int tryToFreePages(AllocRequest request) {
        ScanControl sc = new ScanControl(false, request.order(), request.highestIndex());
        do {
            boolean compactionReady = shrinkZones(request, sc);
            if (sc.nrReclaimed >= sc.nrToReclaim) {
                return sc.nrReclaimed;
            }
            if (compactionReady) {
                return Math.max(1, sc.nrReclaimed);
            }
        } while (--sc.priority >= 0);
        return sc.nrReclaimed;
    }

    /** Each node once; returns whether a zone has what compaction needs. Models mm/vmscan.c: shrink_zones. */
    private boolean shrinkZones(AllocRequest request, ScanControl sc) {
        boolean compactionReady = false;
        int lastNid = -1;
        for (int at = request.firstZone(); at < request.zonelist().size(); at = request.nextZone(at + 1)) {
            Zone zone = request.zonelist().zone(at);
            if (compaction.isReady(zone, sc.order, sc.highestIndex)) {
                // A costly request needs no more free pages here, it needs them side by side.
                compactionReady = true;
            } else if (zone.nid != lastNid) {
                lastNid = zone.nid;
                shrinker.shrinkNode(nodes.get(zone.nid), sc);
            }
        }
        return compactionReady;
    }
}
