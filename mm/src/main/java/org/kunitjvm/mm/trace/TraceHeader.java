package org.kunitjvm.mm.trace;

import java.util.ArrayList;
import java.util.List;

/** What a recording says about the machine before its first dump. */
final class TraceHeader {
    /** A zone in a zonelist. */
    record ZoneName(int nid, String zone) {
    }

    int onlineNodes = 1;
    int cpus = 1;
    int boostFactor = 15000;
    boolean mobilityDisabled;
    int nodeReclaimMode;
    final List<ZoneName> noFallback = new ArrayList<>();
    final List<ZoneName> fallback = new ArrayList<>();
    final List<ZoneName> allZones = new ArrayList<>();

    /** Take one line; false if it is not part of the header. */
    boolean accept(TraceInput in) {
        switch (in.word()) {
            case "!CONST" -> {
                onlineNodes = (int) in.numberAfter("nr_online_nodes");
                cpus = (int) in.numberAfter("online_cpus");
            }
            case "!VM" -> {
                boostFactor = (int) in.numberAfter("watermark_boost_factor");
                mobilityDisabled = in.numberAfter("mobility_grouping_disabled") != 0;
                nodeReclaimMode = (int) in.numberAfter("node_reclaim_mode");
            }
            case "!ZONELIST_NOFALLBACK" -> zonelist(in, noFallback);
            case "!ZONELIST_FALLBACK" -> zonelist(in, fallback);
            case "!ALLZONE" -> {
                int nid = (int) in.numberAfter("node");
                allZones.add(new ZoneName(nid, in.word()));
            }
            case "!OTHERZONE", "!ASFOUND", "!NOTE" -> {
                return true;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void zonelist(TraceInput in, List<ZoneName> into) {
        while (in.hasMore()) {
            String[] parts = in.word().split(":");
            if (parts.length != 2) {
                throw in.malformed("a zone is written node:name");
            }
            into.add(new ZoneName(node(parts[0], in), parts[1]));
        }
    }

    private static int node(String text, TraceInput in) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw in.malformed("'" + text + "' is not a node");
        }
    }

    /** Nodes that the recording speaks of. */
    int nodes() {
        int highest = Math.max(1, onlineNodes - 1);
        for (List<ZoneName> names : List.of(noFallback, fallback, allZones)) {
            for (ZoneName name : names) {
                highest = Math.max(highest, name.nid);
            }
        }
        return highest + 1;
    }
}
