package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.hw.MemorySize;
import org.kunitjvm.kernel.hw.QemuArgs;
import org.kunitjvm.kunit.kconfig.KconfigException;
import org.kunitjvm.kunit.kconfig.KunitConfig;
import org.kunitjvm.kunit.run.KunitParams;

/** Reads a machine profile: lines of {@code key = value}, each checked when it is read. */
final class MachineFile {
    private static final List<String> KEYS = List.of("description", "cpus", "nodes", "memory", "node", "distance",
        "kernel_args", "kunitconfig", "config");
    private static final int MAX_CPUS = 64;
    private static final int MAX_NODES = 64;

    private final Path path;
    private final String shown;
    private final List<String> kernelArgs = new ArrayList<>();
    private final List<Path> kunitconfigs = new ArrayList<>();
    private final List<String> config = new ArrayList<>();
    private final List<String> numaWords = new ArrayList<>();
    private final List<String> seen = new ArrayList<>();
    private String description = "";
    private int cpus = QemuArgs.DEFAULT_CPUS;
    private int nodes = 1;
    private long memory = QemuArgs.DEFAULT_MEMORY;
    private int lineNumber;

    private MachineFile(Path path, String shown) {
        this.path = path;
        this.shown = shown;
    }

    /**
     * Read a profile.
     *
     * @param shown how texts name the file
     * @throws CliException if it cannot be read or makes no sense; the message names file and line
     */
    static MachineProfile read(Path path, String shown) {
        String text;
        try {
            text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CliException("cannot read the machine profile " + shown + ": " + BuildDir.reason(e));
        }
        MachineFile file = new MachineFile(path, shown);
        text.lines().forEach(file::line);
        return file.profile();
    }

    private void line(String line) {
        lineNumber++;
        String text = line.strip();
        if (text.isEmpty() || text.startsWith("#")) {
            return;
        }
        int eq = text.indexOf('=');
        if (eq < 0) {
            throw wrong("'" + text + "' is no setting; write key = value, as in cpus = 4");
        }
        String key = text.substring(0, eq).strip();
        String value = text.substring(eq + 1).strip();
        if (value.isEmpty()) {
            throw wrong(key + " has no value; leave the line out");
        }
        take(key, value);
        seen.add(key);
    }

    private void take(String key, String value) {
        switch (key) {
            case "description" -> {
                once(key);
                description = value;
            }
            case "cpus" -> {
                once(key);
                cpus = number(key, value, MAX_CPUS);
            }
            case "nodes" -> {
                once(key);
                nodes = number(key, value, MAX_NODES);
            }
            case "memory" -> {
                once(key);
                memory = size(value);
            }
            case "node" -> qemu(key, "node,", value);
            case "distance" -> qemu(key, "dist,", value);
            case "kernel_args" -> kernelArgs(value);
            case "kunitconfig" -> kunitconfig(value);
            case "config" -> config(value);
            default -> {
                String near = Spelling.nearest(key, KEYS);
                throw wrong("there is no key '" + key + "'; " + (near != null ? "did you mean " + near + "?"
                    : "the keys are " + String.join(", ", KEYS)));
            }
        }
    }

    private void once(String key) {
        if (seen.contains(key)) {
            throw wrong(key + " is said a second time; remove one of the lines");
        }
    }

    private int number(String key, String value, int most) {
        if (!value.matches("[0-9]{1,4}") || Integer.parseInt(value) < 1 || Integer.parseInt(value) > most) {
            throw wrong(key + " = " + value + ": write a number from 1 to " + most);
        }
        return Integer.parseInt(value);
    }

    private long size(String value) {
        try {
            return MemorySize.parse(value);
        } catch (IllegalArgumentException e) {
            throw wrong("memory = " + e.getMessage());
        }
    }

    private void qemu(String key, String kind, String value) {
        if (value.indexOf(' ') >= 0) {
            throw wrong(key + " = " + value + ": no blanks between the parts, as in node = cpus=0-1,mem=2G");
        }
        numaWords.add("-numa");
        numaWords.add(kind + value);
    }

    private void kernelArgs(String value) {
        String trouble = KunitParams.trouble(value);
        if (trouble != null) {
            throw wrong("kernel_args: " + trouble);
        }
        kernelArgs.add(value);
    }

    private void kunitconfig(String value) {
        Path file = path.resolveSibling(value);
        if (!Files.exists(file)) {
            throw wrong("kunitconfig = " + value + ": there is no such file beside " + shown);
        }
        kunitconfigs.add(file.normalize());
    }

    private void config(String value) {
        try {
            KunitConfig.parse(value);
        } catch (KconfigException e) {
            throw wrong("config = " + value + ": write CONFIG_NAME=value, as in config = CONFIG_NUMA=y");
        }
        config.add(value);
    }

    private MachineProfile profile() {
        String name = path.getFileName().toString();
        name = name.endsWith(MachineProfile.SUFFIX) ? name.substring(0, name.length() - MachineProfile.SUFFIX.length())
            : name;
        List<String> words = new ArrayList<>(List.of("-m", MemorySize.format(memory), "-smp", Integer.toString(cpus)));
        if (seen.contains("node") && seen.contains("nodes")) {
            throw new CliException(shown + ": nodes and node describe the same thing; remove one of them");
        }
        if (nodes > 1) {
            evenNodes(words);
        }
        words.addAll(numaWords);
        try {
            QemuArgs.parse(words);
        } catch (IllegalArgumentException e) {
            throw new CliException(shown + ": " + e.getMessage());
        }
        return new MachineProfile(name, shown, description, words, kernelArgs, kunitconfigs, config);
    }

    /** Deal CPUs and memory out evenly; what cannot be divided goes to the first nodes, whole MiB at a time. */
    private void evenNodes(List<String> words) {
        long mib = memory >> 20;
        if (mib < nodes) {
            throw new CliException(shown + ": memory = " + MemorySize.format(memory) + " is too little for " + nodes
                + " nodes");
        }
        int cpu = 0;
        for (int node = 0; node < nodes; node++) {
            int mine = cpus / nodes + (node < cpus % nodes ? 1 : 0);
            long mem = mib / nodes + (node < mib % nodes ? 1 : 0);
            words.add("-numa");
            words.add("node" + (mine == 0 ? "" : ",cpus=" + cpu + (mine == 1 ? "" : "-" + (cpu + mine - 1))) + ",mem="
                + mem + "M");
            cpu += mine;
        }
    }

    private CliException wrong(String what) {
        return new CliException(shown + ":" + lineNumber + ": " + what);
    }
}
