package org.kunitjvm.mm.trace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.node.NodeCounters;
import org.kunitjvm.mm.node.NodeStat;
import org.kunitjvm.mm.proc.ProcFile;
import org.kunitjvm.mm.proc.ProcView;
import org.kunitjvm.mm.zone.NumaStat;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/**
 * Compares recorded texts with what the model writes.
 *
 * <p>The first zoneinfo and vmstat of a recording also say what the counters were that no list shows (slab pages,
 * events since boot); from there on the model has to know. Texts that were read through the file itself after the end
 * have other numbers, because opening a file allocates memory: of them only the shape is compared.
 */
final class ProcTexts {
    private static final Pattern ZONE = Pattern.compile("Node (\\d+), zone +(\\w+)");
    private static final Pattern STAT = Pattern.compile(" {6}(\\w+) +(\\d+)");
    private static final Pattern EVENT_LINE =
        Pattern.compile(" *(.+)-(\\d+) +\\[(\\d+)\\] (\\S{5}) +(\\d+)\\.(\\d{6}): (.*)");
    private static final Pattern COLUMN = Pattern.compile(" *\\d+");
    private static final int HEADER_LINES = 12;

    private final List<String> lines = new ArrayList<>();
    private final Map<Integer, NodeCounters> nodeCounters = new HashMap<>();
    private String name = "";
    private String tag = "";
    private boolean isFile;
    private boolean zoneinfoSeen;
    private boolean vmstatSeen;
    private long memmapBootPages;
    private long realtimeDirtyBonus = ProcView.NOT_REALTIME;

    /** A text begins; {@code tag} is the dump it belongs to, or the path of a file. */
    void open(String newName, String newTag, boolean readThroughFile) {
        name = newName;
        tag = newTag;
        isFile = readThroughFile;
        lines.clear();
    }

    void line(String text) {
        lines.add(text);
    }

    /** The text is complete: compare it. */
    void close(ReplayMachine machine, boolean broken, Differences out) {
        if (broken) {
            out.add(name + ": not compared, the model stopped");
            return;
        }
        if (name.equals("trace")) {
            traceFile(machine, out);
            return;
        }
        ProcFile file = ProcFile.named(name);
        if (file == null) {
            out.add("there is no file /proc/" + name);
            return;
        }
        learn(machine);
        String[] model = file.text(view(machine)).split("\n", -1);
        int modelLines = model.length - 1;
        out.check(name + " at '" + tag + "': lines", lines.size(), modelLines);
        for (int i = 0; i < Math.min(lines.size(), modelLines); i++) {
            String recorded = lines.get(i);
            if (isFile) {
                out.checkText(name + " line " + (i + 1) + " shape", shape(recorded), shape(model[i]));
            } else {
                out.checkText(name + " at '" + tag + "' line " + (i + 1), recorded, model[i]);
            }
        }
    }

    private static String shape(String text) {
        return COLUMN.matcher(text).replaceAll("#");
    }

    // ---------------------------------------------------------------- counters that only texts show

    private void learn(ReplayMachine machine) {
        if (name.equals("zoneinfo") && !zoneinfoSeen) {
            zoneinfoSeen = true;
            learnZoneinfo(machine);
        } else if (name.equals("vmstat") && !vmstatSeen) {
            vmstatSeen = true;
            learnVmstat(machine);
        }
    }

    private void learnZoneinfo(ReplayMachine machine) {
        NodeCounters node = null;
        Zone zone = null;
        boolean perNode = false;
        for (String line : lines) {
            Matcher head = ZONE.matcher(line);
            Matcher stat = STAT.matcher(line);
            if (head.lookingAt()) {
                int nid = Integer.parseInt(head.group(1));
                node = nodeCounters.computeIfAbsent(nid, key -> new NodeCounters());
                zone = findZone(machine, nid, head.group(2));
            } else if (line.contains("per-node stats")) {
                perNode = true;
            } else if (line.contains("pages free")) {
                perNode = false;
            } else if (stat.matches() && node != null) {
                String item = stat.group(1).toUpperCase(Locale.ROOT);
                long value = Long.parseLong(stat.group(2));
                if (perNode) {
                    node.set(NodeStat.valueOf(item), value);
                } else if (zone != null) {
                    learnZoneStat(zone, item, value);
                }
            }
        }
    }

    private static @Nullable Zone findZone(ReplayMachine machine, int nid, String zoneName) {
        for (Zone zone : machine.zones.all()) {
            if (zone.nid == nid && zone.name().equals(zoneName)) {
                return zone;
            }
        }
        return null;
    }

    private static void learnZoneStat(Zone zone, String item, long value) {
        if (item.startsWith("NUMA_")) {
            zone.counters.setNuma(NumaStat.valueOf(item), value);
        } else if (!item.equals(ZoneStat.NR_FREE_PAGES.name()) && !item.equals(ZoneStat.NR_FREE_CMA.name())) {
            zone.counters.set(ZoneStat.valueOf(item), value);
        }
    }

    private void learnVmstat(ReplayMachine machine) {
        Map<String, Long> values = new HashMap<>();
        for (String line : lines) {
            int blank = line.indexOf(' ');
            values.put(line.substring(0, blank), Long.parseLong(line.substring(blank + 1)));
        }
        for (VmEvent event : VmEvent.values()) {
            machine.events.set(event, values.getOrDefault(event.label(), 0L));
        }
        memmapBootPages = values.getOrDefault("nr_memmap_boot_pages", 0L);
        learnReader(machine, values.getOrDefault("nr_dirty_threshold", 0L));
    }

    /**
     * With several CPUs the recorder ran in a real-time task, which may dirty more; how much more is fixed from the
     * boot on.
     */
    private void learnReader(ReplayMachine machine, long recorded) {
        long limit = dirtyThreshold(machine);
        if (recorded > limit) {
            realtimeDirtyBonus = 0;
            realtimeDirtyBonus = recorded - dirtyThreshold(machine);
        }
    }

    private long dirtyThreshold(ReplayMachine machine) {
        String key = "nr_dirty_threshold ";
        return ProcFile.VMSTAT.text(view(machine)).lines().filter(line -> line.startsWith(key))
            .mapToLong(line -> Long.parseLong(line.substring(key.length()))).findFirst().orElse(0);
    }

    private ProcView view(ReplayMachine machine) {
        List<Integer> nodes = machine.zones.all().stream().map(zone -> zone.nid).distinct().sorted().toList();
        return new ProcView(nodes, machine.zones.all(), nid -> nodeCounters.computeIfAbsent(nid,
            key -> new NodeCounters()), nid -> 0, machine.map, machine.events, machine.context.hasCma(),
            machine.kernel.machine().cpus(), memmapBootPages, realtimeDirtyBonus);
    }

    // ---------------------------------------------------------------- the trace file

    /**
     * Task, flags and time of an event, and how many events the buffer kept, belong to the recording; all the rest must
     * be the model's.
     */
    private void traceFile(ReplayMachine machine, Differences out) {
        EventLog log = machine.log;
        long kept = lines.size() - HEADER_LINES;
        StringBuilder text = new StringBuilder();
        TraceFile.appendHeader(kept, log.written(), machine.kernel.machine().cpus(), text);
        String[] header = text.toString().split("\n");
        for (int i = 0; i < HEADER_LINES && i < lines.size(); i++) {
            out.checkText("trace line " + (i + 1), lines.get(i), header[i]);
        }
        for (int i = HEADER_LINES; i < lines.size(); i++) {
            long event = log.written() - kept + i - HEADER_LINES;
            if (event < log.oldest()) {
                out.add("trace line " + (i + 1) + " is not in the model's buffer: " + lines.get(i));
                return;
            }
            traceLine(log, event, lines.get(i), out);
        }
    }

    private void traceLine(EventLog log, long event, String recorded, Differences out) {
        Matcher line = EVENT_LINE.matcher(recorded);
        if (!line.matches()) {
            out.add("trace line cannot be understood: " + recorded);
            return;
        }
        if (log.isLearningPointers()) {
            log.showPointersAs(line.group(7));
        }
        StringBuilder model = new StringBuilder();
        long timeUs = Long.parseLong(line.group(5)) * 1_000_000 + Long.parseLong(line.group(6));
        TraceFile.appendContext(line.group(1), Integer.parseInt(line.group(2)), log.cpuOf(event), line.group(4), timeUs,
            model);
        log.append(event, model);
        out.checkText("trace event " + event, recorded, model.toString());
    }
}
