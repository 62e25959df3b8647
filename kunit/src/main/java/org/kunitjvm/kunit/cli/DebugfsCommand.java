package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

import org.jspecify.annotations.Nullable;

/**
 * {@code kunit debugfs}: the files that KUnit has in debugfs, with the results of the latest run of each suite, and
 * running a suite again by writing to its {@code run} file.
 */
final class DebugfsCommand {
    private static final String USAGE =
        "usage: kunit debugfs [--build_dir=DIR] [SUITE[/results] | SUITE/run [TEXT [options of exec]]]";

    private final Host host;
    private final ToIntFunction<List<String>> kunit;
    private String buildDir;
    private final List<String> words = new ArrayList<>();
    private final List<String> options = new ArrayList<>();

    private DebugfsCommand(Host host, ToIntFunction<List<String>> kunit) {
        this.host = host;
        this.buildDir = BuildDir.usual(host);
        this.kunit = kunit;
    }

    /**
     * Run with the words after {@code debugfs}.
     *
     * @param kunit runs another command of this program and returns its exit code
     */
    static int run(List<String> args, Host host, ToIntFunction<List<String>> kunit) {
        DebugfsCommand command = new DebugfsCommand(host, kunit);
        for (String arg : args) {
            if (arg.equals("-h") || arg.equals("--help")) {
                host.out().println(USAGE
                    + "\n\nLists the files of /sys/kernel/debug/kunit; prints one of them; writing any TEXT"
                    + " to a run file\nruns that suite again, with the configuration of the last run.");
                return 0;
            } else if (arg.startsWith("--build_dir=")) {
                command.buildDir = arg.substring(arg.indexOf('=') + 1);
            } else if (arg.startsWith("-") && command.words.size() == 2) {
                command.options.add(arg);
            } else if (arg.startsWith("-") || command.words.size() == 2) {
                host.err().println(USAGE + "\nkunit debugfs: error: unrecognized arguments: " + arg);
                return ExitCode.USAGE.code();
            } else {
                command.words.add(arg);
            }
        }
        return command.run();
    }

    private int run() {
        DebugfsFiles files = DebugfsFiles.of(host.root().resolve(buildDir));
        if (words.isEmpty()) {
            files.suites().forEach(suite -> {
                list(files, suite, DebugfsFiles.RESULTS);
                list(files, suite, DebugfsFiles.RUN);
            });
            return 0;
        }
        String path = words.getFirst();
        int slash = path.indexOf('/');
        String suite = slash < 0 ? path : path.substring(0, slash);
        String file = slash < 0 ? DebugfsFiles.RESULTS : path.substring(slash + 1);
        String text = files.read(suite, file);
        if (text == null) {
            throw new CliException("debugfs: " + missing(files, suite, path));
        }
        if (words.size() == 1) {
            host.out().print(text);
            return 0;
        }
        if (!file.equals(DebugfsFiles.RUN)) {
            throw new CliException("debugfs: " + path + " cannot be written; " + suite + "/run can");
        }
        List<String> again = new ArrayList<>(List.of("exec", "--build_dir=" + buildDir));
        again.addAll(options);
        again.add(suite);
        return kunit.applyAsInt(again);
    }

    private void list(DebugfsFiles files, String suite, String file) {
        if (files.read(suite, file) != null) {
            host.out().println(suite + "/" + file);
        }
    }

    private static String missing(DebugfsFiles files, String suite, String path) {
        if (files.read(suite, DebugfsFiles.RESULTS) != null) {
            return path.endsWith("/run") ? suite + " is an init suite, which cannot run again"
                : "there is no file " + path;
        }
        @Nullable String near = Spelling.nearest(suite, files.suites());
        return "no results of a suite " + suite + (near == null ? "; 'kunit debugfs' lists what there is"
            : "; did you mean " + near + "?");
    }
}
