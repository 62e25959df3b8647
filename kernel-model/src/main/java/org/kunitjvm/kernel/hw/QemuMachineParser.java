package org.kunitjvm.kernel.hw;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * Collects the values of QEMU's machine options and builds the machine once all are known, because they may come in any
 * order.
 */
final class QemuMachineParser {
    private static final int MAX_CPUS = 64;
    private static final int MAX_NODES = 64;
    private static final long MIB = 1L << 20;
    /** A frame number is an {@code int}. */
    private static final long MAX_BYTES = 8L << 40;
    private static final int MIN_REMOTE_DISTANCE = 11;
    private static final int MAX_DISTANCE = 254;

    private long memoryBytes = QemuArgs.DEFAULT_MEMORY;
    private int cpus = QemuArgs.DEFAULT_CPUS;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Distance> distances = new ArrayList<>();
    private final Map<String, Long> backends = new TreeMap<>();

    /** {@code -numa node}: memory is {@code null} if not said. */
    private record Node(int nid, String text, @Nullable Long bytes, @Nullable String memdev, List<Integer> cpus) {
    }

    private record Distance(int src, int dst, int val, String text) {
    }

    /** {@code -m [size=]4G[,slots=n,maxmem=size]}; a bare number counts MiB. */
    void memory(String text) {
        for (Option option : options("-m", text, "size")) {
            switch (option.key) {
                case "size" -> memoryBytes = size("-m", text, option.value, MIB);
                case "slots", "maxmem" -> {
                    // Room for memory that is plugged in later; the model adds memory by add_memory() without asking
                    // for slots.
                }
                default -> throw unknownKey("-m", text, option.key, "size, slots, maxmem");
            }
        }
        if (memoryBytes < MIB || memoryBytes > MAX_BYTES) {
            throw new IllegalArgumentException("qemu: -m " + text
                + ": memory must be at least 1M and at most 8T, as in '-m 4G'");
        }
    }

    /** {@code -smp [cpus=]n[,maxcpus=…,sockets=…,dies=…,cores=…,threads=…]}. */
    void smp(String text) {
        int topology = 1;
        boolean explicit = false;
        for (Option option : options("-smp", text, "cpus")) {
            int value = number("-smp", text, option.key, option.value, 1, 4096);
            switch (option.key) {
                case "cpus" -> {
                    cpus = value;
                    explicit = true;
                }
                case "sockets", "dies", "clusters", "cores", "threads" -> topology *= value;
                case "maxcpus" -> {
                    // CPUs that could be plugged in later are not modelled.
                }
                default -> throw unknownKey("-smp", text, option.key,
                    "cpus, maxcpus, sockets, dies, clusters, cores, threads");
            }
        }
        cpus = explicit ? cpus : topology;
        if (cpus > MAX_CPUS) {
            throw new IllegalArgumentException("qemu: -smp " + text + ": " + cpus + " CPUs are too many; at most "
                + MAX_CPUS + " are modelled (CONFIG_NR_CPUS)");
        }
    }

    /** {@code -object memory-backend-ram,id=x,size=y}, which {@code -numa node,memdev=x} refers to. */
    void object(String text) {
        String id = null;
        Long bytes = null;
        for (Option option : options("-object", text, "qom-type")) {
            switch (option.key) {
                case "qom-type" -> {
                    if (!option.value.startsWith("memory-backend-")) {
                        throw new IllegalArgumentException("qemu: -object " + text
                            + ": only memory-backend-ram and its relatives are " + "modelled; remove it");
                    }
                }
                case "id" -> id = option.value;
                case "size" -> bytes = size("-object", text, option.value, 1);
                default -> {
                    // How the host provides the memory makes no difference to the guest.
                }
            }
        }
        if (id == null || bytes == null) {
            throw new IllegalArgumentException("qemu: -object " + text + ": needs id= and size=");
        }
        backends.put(id, bytes);
    }

    /** {@code -numa node,…}, {@code -numa dist,…} or {@code -numa cpu,…}. */
    void numa(String text) {
        List<Option> options = options("-numa", text, "type");
        switch (options.isEmpty() ? "" : options.getFirst().value) {
            case "node" -> node(text, options.subList(1, options.size()));
            case "dist" -> dist(text, options.subList(1, options.size()));
            default -> throw new IllegalArgumentException("qemu: -numa " + text
                + ": only 'node' and 'dist' are modelled, as in " + "'-numa node,nodeid=0,cpus=0-1,mem=2G'");
        }
    }

    private void node(String text, List<Option> options) {
        int nid = nodes.size();
        Long bytes = null;
        String memdev = null;
        List<Integer> nodeCpus = new ArrayList<>();
        for (Option option : options) {
            switch (option.key) {
                case "nodeid" -> nid = number("-numa", text, "nodeid", option.value, 0, MAX_NODES - 1);
                case "mem" -> bytes = size("-numa", text, option.value, MIB);
                case "memdev" -> memdev = option.value;
                case "cpus" -> addCpus(text, option.value, nodeCpus);
                default -> throw unknownKey("-numa", text, option.key, "nodeid, mem, memdev, cpus");
            }
        }
        int wanted = nid;
        if (nodes.stream().anyMatch(node -> node.nid == wanted)) {
            throw new IllegalArgumentException("qemu: -numa " + text + ": node " + nid
                + " is described twice; give each its own nodeid=");
        }
        nodes.add(new Node(nid, text, bytes, memdev, nodeCpus));
    }

    private static void addCpus(String text, String range, List<Integer> out) {
        int dash = range.indexOf('-');
        int first = number("-numa", text, "cpus", dash < 0 ? range : range.substring(0, dash), 0, MAX_CPUS - 1);
        int last = dash < 0 ? first : number("-numa", text, "cpus", range.substring(dash + 1), 0, MAX_CPUS - 1);
        if (last < first) {
            throw new IllegalArgumentException("qemu: -numa " + text + ": cpus=" + range + " runs backwards");
        }
        for (int cpu = first; cpu <= last; cpu++) {
            out.add(cpu);
        }
    }

    private void dist(String text, List<Option> options) {
        int src = -1;
        int dst = -1;
        int val = -1;
        for (Option option : options) {
            switch (option.key) {
                case "src" -> src = number("-numa", text, "src", option.value, 0, MAX_NODES - 1);
                case "dst" -> dst = number("-numa", text, "dst", option.value, 0, MAX_NODES - 1);
                case "val" -> val = number("-numa", text, "val", option.value, 10, MAX_DISTANCE);
                default -> throw unknownKey("-numa", text, option.key, "src, dst, val");
            }
        }
        if (src < 0 || dst < 0 || val < 0 || (src != dst && val < MIN_REMOTE_DISTANCE) || (src == dst && val != 10)) {
            throw new IllegalArgumentException("qemu: -numa " + text
                + ": needs src=, dst= and val=; val is 10 from a node to itself " + "and 11 to 254 otherwise");
        }
        distances.add(new Distance(src, dst, val, text));
    }

    /** The machine that all options together describe. */
    Machine machine() {
        if (nodes.isEmpty()) {
            if (!distances.isEmpty()) {
                throw new IllegalArgumentException("qemu: -numa " + distances.getFirst().text
                    + ": there is no '-numa node'");
            }
            return Machine.pc(cpus, memoryBytes);
        }
        Node[] byId = new Node[nodes.size()];
        for (Node node : nodes) {
            if (node.nid >= byId.length) {
                throw new IllegalArgumentException("qemu: -numa " + node.text + ": nodeid " + node.nid
                    + " leaves a gap; the " + byId.length + " nodes must be 0 to " + (byId.length - 1));
            }
            byId[node.nid] = node;
        }
        Machine machine = Machine.numa(cpuToNode(byId), nodeBytes(byId));
        return distances.isEmpty() ? machine
            : new Machine(machine.cpuToNode(), machine.memory(), distanceTable(byId.length));
    }

    private List<Long> nodeBytes(Node[] byId) {
        List<Long> bytes = new ArrayList<>();
        for (Node node : byId) {
            bytes.add(bytesOf(node));
        }
        if (bytes.stream().allMatch(value -> value < 0)) {
            return evenShares(byId.length);
        }
        long sum = 0;
        for (int nid = 0; nid < byId.length; nid++) {
            long value = Math.max(bytes.get(nid), 0);
            bytes.set(nid, value);
            sum += value;
        }
        if (sum != memoryBytes) {
            throw new IllegalArgumentException("qemu: the nodes of -numa have " + MemorySize.format(sum)
                + " together, -m says " + MemorySize.format(memoryBytes) + "; make them equal");
        }
        return bytes;
    }

    private long bytesOf(Node node) {
        if (node.memdev != null) {
            Long bytes = backends.get(node.memdev);
            if (bytes == null) {
                throw new IllegalArgumentException("qemu: -numa " + node.text + ": no '-object memory-backend-ram,id="
                    + node.memdev + ",size=…' describes this memory");
            }
            return bytes;
        }
        return node.bytes == null ? -1 : node.bytes;
    }

    /** Nobody said how to divide: equal shares, rounded down to 8 MiB, the rest to the last node. */
    private List<Long> evenShares(int count) {
        long share = memoryBytes / count / (8 * MIB) * (8 * MIB);
        List<Long> shares = new ArrayList<>(java.util.Collections.nCopies(count - 1, share));
        shares.add(memoryBytes - share * (count - 1));
        return shares;
    }

    private List<Integer> cpuToNode(Node[] byId) {
        Integer[] owner = new Integer[cpus];
        boolean any = false;
        for (Node node : byId) {
            for (int cpu : node.cpus) {
                if (cpu >= cpus) {
                    throw new IllegalArgumentException("qemu: -numa " + node.text + ": there is no CPU " + cpu
                        + "; -smp gives " + cpus);
                }
                if (owner[cpu] != null) {
                    throw new IllegalArgumentException("qemu: -numa " + node.text + ": CPU " + cpu
                        + " already belongs to node " + owner[cpu]);
                }
                owner[cpu] = node.nid;
                any = true;
            }
        }
        for (int cpu = 0; cpu < cpus; cpu++) {
            if (owner[cpu] == null) {
                // Nobody said: round robin. Somebody said something about other CPUs: the rest is node 0's.
                owner[cpu] = any ? 0 : cpu % byId.length;
            }
        }
        return Arrays.asList(owner);
    }

    private List<List<Integer>> distanceTable(int count) {
        Integer[][] table = new Integer[count][count];
        for (Distance distance : distances) {
            if (distance.src >= count || distance.dst >= count) {
                throw new IllegalArgumentException("qemu: -numa " + distance.text + ": there are only nodes 0 to "
                    + (count - 1));
            }
            table[distance.src][distance.dst] = distance.val;
        }
        List<List<Integer>> rows = new ArrayList<>();
        for (int src = 0; src < count; src++) {
            List<Integer> row = new ArrayList<>();
            for (int dst = 0; dst < count; dst++) {
                row.add(distance(table, src, dst));
            }
            rows.add(row);
        }
        return rows;
    }

    /** A distance that is given for one direction holds for the other too. */
    private static int distance(Integer[][] table, int src, int dst) {
        Integer there = table[src][dst] != null ? table[src][dst] : table[dst][src];
        if (there == null && src != dst) {
            throw new IllegalArgumentException("qemu: -numa dist is given for some nodes but not from " + src + " to "
                + dst + "; add '-numa dist,src=" + src + ",dst=" + dst + ",val=20'");
        }
        return there == null ? 10 : there;
    }

    private record Option(String key, String value) {
    }

    /** Split {@code a,b=c}; a first word without an equals sign belongs to {@code firstKey}. */
    private static List<Option> options(String option, String text, String firstKey) {
        List<Option> out = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            int eq = part.indexOf('=');
            if (eq < 0 && !out.isEmpty() || part.isEmpty()) {
                throw new IllegalArgumentException("qemu: " + option + " " + text + ": '" + part
                    + "' is not of the form name=value");
            }
            out.add(eq < 0 ? new Option(firstKey, part) : new Option(part.substring(0, eq), part.substring(eq + 1)));
        }
        return out;
    }

    /** A size with suffix; a bare number counts {@code unit} bytes. */
    private static long size(String option, String text, String value, long unit) {
        try {
            String digits = value.strip().toUpperCase(java.util.Locale.ROOT);
            boolean bare = !digits.isEmpty() && digits.chars().allMatch(Character::isDigit);
            return bare ? Math.multiplyExact(Long.parseLong(digits), unit)
                : MemorySize.parse(digits.endsWith("B") && !digits.startsWith("0X")
                ? digits.substring(0, digits.length() - 1) : digits);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException("qemu: " + option + " " + text + ": '" + value
                + "' is not a size; write a number with " + "K, M, G or T, as in '4G'", e);
        }
    }

    private static int number(String option, String text, String key, String value, int min, int max) {
        int number;
        try {
            number = Integer.parseInt(value);
        } catch (NumberFormatException e) {
            number = min - 1;
        }
        if (number < min || number > max) {
            throw new IllegalArgumentException("qemu: " + option + " " + text + ": " + key + " is '" + value
                + "' but must be a number from " + min + " to " + max);
        }
        return number;
    }

    private static IllegalArgumentException unknownKey(String option, String text, String key, String known) {
        return new IllegalArgumentException("qemu: " + option + " " + text + ": '" + key
            + "' is not modelled; known are " + known);
    }
}
