package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.PatternSyntaxException;

import org.kunitjvm.kernel.hw.QemuArgs;

/**
 * Finds machine profiles by file, by name and by pattern. A name is looked up in places that nobody has to be told of,
 * those nearest to the user first; a profile hides those of the same name in later places. None of them is ever written
 * to.
 */
final class MachineFinder {
    private static final String FOLDER = "machines";
    private static final String BUNDLED = "kunit/machines";

    private final Host host;
    private final List<Path> places;

    MachineFinder(Host host, BuildDir buildDir) {
        this.host = host;
        places = places(host, buildDir);
    }

    private static List<Path> places(Host host, BuildDir buildDir) {
        List<Path> places = new ArrayList<>();
        places.add(host.directory().resolve(FOLDER));
        places.add(host.root().resolve(FOLDER));
        places.add(buildDir.file(FOLDER));
        String xdg = host.variable("XDG_CONFIG_HOME");
        String home = host.variable("HOME");
        if (xdg != null) {
            places.add(Path.of(xdg, "kunit", FOLDER));
        } else if (home != null) {
            places.add(Path.of(home, ".config", "kunit", FOLDER));
        }
        places.add(host.root().resolve(BUNDLED));
        return places.stream().map(Path::normalize).distinct().toList();
    }

    /**
     * The machines that the values of {@code --machine} name, each once, in the order of the values and, for a pattern,
     * of their names.
     *
     * @throws CliException if a value names none, or a profile is wrong
     */
    List<MachineProfile> find(List<String> values) {
        Map<Path, MachineProfile> found = new LinkedHashMap<>();
        for (String value : values) {
            for (Path path : files(value)) {
                Path file = path.toAbsolutePath().normalize();
                if (!found.containsKey(file)) {
                    found.put(file, MachineFile.read(file, shown(file)));
                }
            }
        }
        refuseEqualNames(found);
        return List.copyOf(found.values());
    }

    /** Results are told apart by name. */
    private static void refuseEqualNames(Map<Path, MachineProfile> found) {
        Map<String, MachineProfile> byName = new TreeMap<>();
        for (MachineProfile profile : found.values()) {
            MachineProfile other = byName.put(profile.name(), profile);
            if (other != null) {
                throw new CliException("--machine: " + other.file() + " and " + profile.file()
                    + " have one name; rename one of them, so that results tell them apart");
            }
        }
    }

    private List<Path> files(String value) {
        boolean path = value.indexOf('/') >= 0 || value.endsWith(MachineProfile.SUFFIX);
        if (value.matches(".*[*?\\[{].*")) {
            List<Path> matches = path ? matchingFiles(value) : matchingNames(value);
            if (matches.isEmpty()) {
                throw new CliException("--machine=" + value + ": nothing matches; "
                    + (path ? "files end in " + MachineProfile.SUFFIX
                    : known()));
            }
            return matches;
        }
        Path file = host.resolve(value);
        if (Files.isRegularFile(file)) {
            return List.of(file);
        }
        Path named = path ? null : all().get(value);
        if (named != null) {
            return List.of(named);
        }
        String near = Spelling.nearest(value, all().keySet());
        throw new CliException("--machine=" + value + ": there is no such " + (path ? "file" : "machine") + "; "
            + (near != null ? "did you mean " + near + "?" : known()));
    }

    private String known() {
        return all().isEmpty() ? "put a NAME" + MachineProfile.SUFFIX + " into " + places.getFirst()
            : "there are " + String.join(", ", all().keySet());
    }

    private List<Path> matchingNames(String glob) {
        PathMatcher matcher = matcher(glob);
        return all().entrySet().stream().filter(entry -> matcher.matches(Path.of(entry.getKey())))
            .map(Map.Entry::getValue).toList();
    }

    /** Files that a path with a pattern in its last part means, from where the user stands, else from the project. */
    private List<Path> matchingFiles(String glob) {
        int slash = glob.lastIndexOf('/');
        String folder = slash < 0 ? "." : glob.substring(0, slash + 1);
        PathMatcher matcher = matcher(glob.substring(slash + 1));
        List<Path> files = matching(host.directory().resolve(folder), matcher);
        return files.isEmpty() ? matching(host.root().resolve(folder), matcher) : files;
    }

    private static List<Path> matching(Path folder, PathMatcher matcher) {
        return list(folder).stream().filter(file -> matcher.matches(file.getFileName())).toList();
    }

    private static PathMatcher matcher(String glob) {
        try {
            return FileSystems.getDefault().getPathMatcher("glob:" + glob);
        } catch (PatternSyntaxException e) {
            throw new CliException("--machine=" + glob + ": " + e.getDescription());
        }
    }

    /** Every machine that has a name: name and file, in the order of names. */
    private Map<String, Path> all() {
        Map<String, Path> all = new TreeMap<>();
        for (Path place : places) {
            for (Path file : list(place)) {
                String name = file.getFileName().toString();
                all.putIfAbsent(name.substring(0, name.length() - MachineProfile.SUFFIX.length()), file);
            }
        }
        return all;
    }

    private static List<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(MachineProfile.SUFFIX)
                && Files.isRegularFile(file)).sorted().toList();
        } catch (IOException e) {
            throw new CliException("cannot read " + folder + ": " + BuildDir.reason(e));
        }
    }

    /** How texts name a file: from where the user stands or from the project, if it is in there. */
    private String shown(Path file) {
        for (Path base : List.of(host.directory(), host.root())) {
            Path folder = base.toAbsolutePath().normalize();
            if (file.startsWith(folder)) {
                return folder.relativize(file).toString();
            }
        }
        return file.toString();
    }

    /** What {@code --machine=help} lists: each machine, what it is, and where it is described. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        all().forEach((name, file) -> {
            MachineProfile profile = MachineFile.read(file, shown(file));
            lines.add(name + ": " + Target.describe(QemuArgs.parse(profile.qemuWords()).machine())
                + (profile.description().isEmpty() ? "" : "; " + profile.description()) + " (" + profile.file() + ")");
        });
        return lines;
    }
}
