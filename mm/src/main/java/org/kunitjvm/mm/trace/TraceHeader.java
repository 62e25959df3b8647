package org.kunitjvm.mm.trace;

import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;
import static org.kunitjvm.mm.types.MmConstants.PAGE_SHIFT;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import org.kunitjvm.mm.alloc.FallbackVariant;
import org.kunitjvm.mm.zone.PerCpuPages;

/** What a recording says about the machine before its first dump. */
final class TraceHeader {
    /** A zone in a zonelist. */
    record ZoneName(int nid, String zone) {
    }

    private static final int TYPES_WITHOUT_CMA = 5;
    private static final int MAX_COUNT = 64;
    private static final Pattern EARLY_RELEASE =
        Pattern.compile("# ground-truth page allocator trace, 6\\.12(\\.0|-rc\\d+)?(?![.\\d])");

    int onlineNodes = 1;
    int cpus = 1;
    int boostFactor = 15000;
    boolean mobilityDisabled;
    boolean hasCma;
    FallbackVariant fallbackVariant = FallbackVariant.F1;
    int nodeReclaimMode;
    final List<ZoneName> noFallback = new ArrayList<>();
    final List<ZoneName> fallback = new ArrayList<>();
    final List<ZoneName> allZones = new ArrayList<>();

    /** Take one line; false if it is not part of the header. */
    boolean accept(TraceInput in) {
        switch (in.word()) {
            case "!CONST" -> constants(in);
            case "!VM" -> {
                boostFactor = (int) in.numberAfter("watermark_boost_factor");
                mobilityDisabled = in.numberAfter("mobility_grouping_disabled") != 0;
                nodeReclaimMode = (int) in.numberAfter("node_reclaim_mode");
            }
            case "!ZONELIST_NOFALLBACK" -> zonelist(in, noFallback);
            case "!ZONELIST_FALLBACK" -> zonelist(in, fallback);
            case "!ALLZONE" -> {
                int nid = in.indexAfter("node", MAX_COUNT - 1);
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

    private void constants(TraceInput in) {
        require(in, "page_shift", PAGE_SHIFT);
        require(in, "max_page_order", MAX_PAGE_ORDER);
        require(in, "pageblock_order", PAGEBLOCK_ORDER);
        require(in, "nr_pcp_lists", PerCpuPages.NR_MAPPED_PCP_LISTS);
        long types = in.numberAfter("migrate_types");
        if (types != TYPES_WITHOUT_CMA && types != TYPES_WITHOUT_CMA + 1) {
            throw in.malformed("there are kernels with " + TYPES_WITHOUT_CMA + " and, with CMA, with "
                + (TYPES_WITHOUT_CMA + 1) + " migrate types");
        }
        hasCma = types > TYPES_WITHOUT_CMA;
        require(in, "pcp_batch_scale_max", PerCpuPages.PCP_BATCH_SCALE_MAX);
        onlineNodes = count(in, "nr_online_nodes");
        cpus = count(in, "online_cpus");
    }

    private static void require(TraceInput in, String key, int modelled) {
        long recorded = in.numberAfter(key);
        if (recorded != modelled) {
            throw in.malformed(key + " is " + recorded + "; only kernels where it is " + modelled + " are modelled");
        }
    }

    private static int count(TraceInput in, String key) {
        long number = in.numberAfter(key);
        if (number < 1 || number > MAX_COUNT) {
            throw in.malformed(key + " is not between 1 and " + MAX_COUNT);
        }
        return (int) number;
    }

    /** The first comment names the release: the first ones of 6.12 have other fallback rules. */
    void acceptComment(TraceInput in) {
        if (EARLY_RELEASE.matcher(in.text()).lookingAt()) {
            fallbackVariant = FallbackVariant.F0;
        }
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
        for (int nid = 0; nid < MAX_COUNT; nid++) {
            if (text.equals(String.valueOf(nid))) {
                return nid;
            }
        }
        throw in.malformed("'" + text + "' is not a node");
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
