package org.kunitjvm.mm.trace;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_TYPES;
import static org.kunitjvm.mm.types.MmConstants.MAX_NR_ZONES;
import static org.kunitjvm.mm.types.MmConstants.NR_PAGE_ORDERS;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.zone.PerCpuPages;

/**
 * The state of one zone as a dump or a checkpoint of a recording has it. What a checkpoint does not have is
 * {@code null}.
 */
final class ZoneDump {
    static final String TYPE_LETTERS = "UMRHCI";
    private static final char HOLE = '-';
    /** No list has more blocks than there are frame numbers for in 16 GiB. */
    private static final int MAX_LIST = 1 << 22;
    private static final int MAX_CPUS = 64;
    private static final int MAX_NODES = 64;

    /** The cache of one CPU. */
    static final class CpuDump {
        int node;
        int diff;
        int expire = -1;
        int @Nullable [] scalars;
        /** Blocks on each list. */
        int @Nullable [] pages;
        final int[][] lists = new int[PerCpuPages.NR_MAPPED_PCP_LISTS][];
    }

    /** Non-free pages of a pageblock that count for something. */
    record BlockPages(int pfn, int lru, int movableOps, int reserved) {
    }

    String tag = "";
    /** Line that ends it. */
    long line;
    boolean isCheckpoint;
    /** Which of the operated zones a checkpoint is about; it does not name it. */
    int checkpointZone;
    int nid = -1;
    String zoneName = "";
    int zoneIndex = -1;
    long @Nullable [] geometry;
    long @Nullable [] watermarks;
    long @Nullable [] lowmem;
    long @Nullable [] threshold;
    long @Nullable [] stat;
    int @Nullable [] nrFree;
    final int[][] perType = new int[MIGRATE_TYPES][];
    int blocksStart = -1;
    final StringBuilder blockLetters = new StringBuilder();
    final List<BlockPages> blockPages = new ArrayList<>();
    final int[][] freeLists = new int[NR_PAGE_ORDERS * MIGRATE_TYPES][];
    final List<CpuDump> cpus = new ArrayList<>();
    boolean hasLists;
    boolean hasPcpLists;
    private int currentCpu;
    private int @Nullable [] filling;
    private int filled;

    private CpuDump cpu() {
        while (cpus.size() <= currentCpu) {
            cpus.add(new CpuDump());
        }
        return cpus.get(currentCpu);
    }

    /** Take one line; false if it does not belong to a dump. */
    boolean accept(TraceInput in) {
        switch (in.word()) {
            case "!ZONE" -> zone(in);
            case "!WMARK" -> watermarks = keyed(in, "min", "low", "high", "promo", "boost");
            case "!LOWMEM" -> lowmem = numbers(in);
            case "!STATTHRESH" -> threshold = threshold(in);
            case "!STAT" -> stat = keyed(in, "free_exact", "free_vm", "free_vm_diff", "highatomic_reserved",
                "highatomic_free", "boost", "zflags");
            case "!CPU" -> cpuLine(in);
            case "!PCP" -> cpu().scalars = ints(keyed(in, "count", "high", "high_min", "high_max", "batch", "flags",
                "alloc_factor", "free_count"));
            case "!PCPLISTS" -> cpu().pages = exactly(PerCpuPages.NR_MAPPED_PCP_LISTS, in);
            case "!BUDDYINFO" -> nrFree = exactly(NR_PAGE_ORDERS, in);
            case "!PTINFO" -> perType[type(in)] = exactly(NR_PAGE_ORDERS, in);
            case "!PB" -> blocksStart = (int) in.numberAfter("start");
            case "!PBT" -> letters(in);
            case "!PBPAGES" -> blockPages.add(new BlockPages(in.integer(), (int) in.numberAfter("lru"),
                (int) in.numberAfter("movable_ops"), (int) in.numberAfter("reserved")));
            case "!FL" -> freeLists[in.index(NR_PAGE_ORDERS - 1) * MIGRATE_TYPES + type(in)] = fill(in);
            case "!FLEND" -> {
                requireFilled(in);
                hasLists = true;
            }
            case "!PCPL" -> cpu().lists[in.index(PerCpuPages.NR_MAPPED_PCP_LISTS - 1)] = fill(in);
            case "!PCPLEND" -> {
                requireFilled(in);
                hasPcpLists = true;
            }
            case "!P" -> frames(in);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void zone(TraceInput in) {
        nid = in.indexAfter("node", MAX_NODES - 1);
        in.skip();
        zoneName = in.word();
        zoneIndex = in.indexAfter("idx", MAX_NR_ZONES - 1);
        geometry = keyed(in, "start_pfn", "spanned", "present", "managed");
    }

    private void cpuLine(TraceInput in) {
        currentCpu = in.index(MAX_CPUS - 1);
        if (!in.hasMore()) {
            return;
        }
        CpuDump cpu = cpu();
        cpu.node = (int) in.numberAfter("node");
        cpu.diff = (int) in.numberAfter("diff");
        cpu.expire = (int) in.numberAfter("expire");
    }

    private static long[] threshold(TraceInput in) {
        long threshold = in.number();
        return new long[] {threshold, in.numberAfter("diff_now"), in.numberAfter("percpu_drift_mark")};
    }

    private static long[] keyed(TraceInput in, String... keys) {
        long[] values = new long[keys.length];
        for (int i = 0; i < keys.length; i++) {
            values[i] = in.numberAfter(keys[i]);
        }
        return values;
    }

    private static long[] numbers(TraceInput in) {
        long[] values = new long[16];
        int n = 0;
        while (in.hasMore()) {
            values = n == values.length ? Arrays.copyOf(values, n * 2) : values;
            values[n++] = in.number();
        }
        return Arrays.copyOf(values, n);
    }

    private static int[] ints(long[] values) {
        return Arrays.stream(values).mapToInt(value -> (int) value).toArray();
    }

    private static int type(TraceInput in) {
        String letter = in.word();
        int type = letter.length() == 1 ? TYPE_LETTERS.indexOf(letter) : -1;
        if (type < 0) {
            throw in.malformed("'" + letter + "' is no migrate type");
        }
        return type;
    }

    private static int[] exactly(int count, TraceInput in) {
        int[] values = ints(numbers(in));
        if (values.length != count) {
            throw in.malformed(values.length + " numbers instead of " + count);
        }
        return values;
    }

    private void letters(TraceInput in) {
        String word = in.word();
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) != HOLE && TYPE_LETTERS.indexOf(word.charAt(i)) < 0) {
                throw in.malformed("'" + word.charAt(i) + "' is no migrate type");
            }
        }
        blockLetters.append(word);
    }

    private void requireFilled(TraceInput in) {
        if (filling != null && filled < filling.length) {
            throw in.malformed("the list before this line has " + filled + " frames, not " + filling.length);
        }
    }

    private int[] fill(TraceInput in) {
        requireFilled(in);
        int[] list = new int[in.index(MAX_LIST)];
        filling = list;
        filled = 0;
        return list;
    }

    private void frames(TraceInput in) {
        int[] into = filling;
        if (into == null) {
            throw in.malformed("frames without a list");
        }
        while (in.hasMore()) {
            if (filled == into.length) {
                throw in.malformed("more frames than the list has");
            }
            into[filled++] = in.integer();
        }
    }

    int @Nullable [] freeList(int order, int type) {
        return freeLists[order * MIGRATE_TYPES + type];
    }

    /** Whether the pageblock with this number in the dump exists. */
    boolean hasBlock(int i) {
        return blockLetters.charAt(i) != HOLE;
    }

    int blockType(int i) {
        return TYPE_LETTERS.indexOf(blockLetters.charAt(i));
    }
}
