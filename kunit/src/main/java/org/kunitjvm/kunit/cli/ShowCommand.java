package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.kunitjvm.kunit.KunitStatus;

/** {@code kunit show}: look at a run that was kept. */
final class ShowCommand {
    private static final String USAGE = "usage: kunit show [--build_dir=DIR] [RUN|latest] [SUITE.CASE]";

    private final Host host;
    private String buildDir = ".kunit";
    private final List<String> words = new ArrayList<>();

    private ShowCommand(Host host) {
        this.host = host;
    }

    static int run(List<String> args, Host host) {
        ShowCommand command = new ShowCommand(host);
        for (String arg : args) {
            if (arg.equals("-h") || arg.equals("--help")) {
                host.out().println(USAGE
                    + "\n\nShows the last run, or run number RUN; with a test's name, what the log says about it.");
                return 0;
            } else if (arg.startsWith("--build_dir=")) {
                command.buildDir = arg.substring(arg.indexOf('=') + 1);
            } else if (arg.startsWith("-") || command.words.size() == 2) {
                host.err().println(USAGE + "\nkunit show: error: unrecognized arguments: " + arg);
                return ExitCode.USAGE.code();
            } else {
                command.words.add(arg);
            }
        }
        return command.show();
    }

    private int show() {
        String run = RunStore.LATEST;
        if (!words.isEmpty() && (words.getFirst().equals(run) || words.getFirst().matches("[0-9]+"))) {
            run = words.removeFirst();
        }
        if (words.size() > 1) {
            throw new CliException("show: '" + words.getFirst() + "' is no run; name its number, or 'latest'");
        }
        KeptRun kept = KeptRun.open(host.root().resolve(buildDir), run);
        if (words.isEmpty()) {
            overview(kept);
            return 0;
        }
        for (CaseResult result : kept.results()) {
            if (result.name().equals(words.getFirst())) {
                kept.console().subList(result.fromLine(), Math.min(result.toLine(), kept.console().size()))
                    .forEach(host.out()::println);
                return 0;
            }
        }
        String near = Spelling.nearest(words.getFirst(), kept.results().stream().map(CaseResult::name).toList());
        throw new CliException("show: there is no test '" + words.getFirst() + "' in that run"
            + (near == null ? "" : "; did you mean " + near + "?"));
    }

    private void overview(KeptRun kept) {
        List<CaseResult> results = kept.results();
        long failed = results.stream().filter(CaseResult::failed).count();
        long skipped = results.stream().filter(result -> result.status() == KunitStatus.SKIPPED).count();
        host.out().println("folder:  " + kept.folder());
        host.out().println("command: " + kept.text(RunStore.COMMAND).strip());
        host.out().println("status:  " + kept.status());
        host.out().println("tests:   " + (results.size() - failed - skipped) + " passed, " + failed + " failed, "
            + skipped + " skipped");
        for (CaseResult result : results) {
            if (result.failed()) {
                host.out().println(String.format(Locale.ROOT, "  failed %s  %s", result.name(), result.place())
                    .stripTrailing());
            }
        }
    }

    /** A run in the build folder. */
    record KeptRun(Path folder, List<CaseResult> results) {
        /**
         * Open a run.
         *
         * @throws CliException if it is not there
         */
        static KeptRun open(Path buildDir, String run) {
            Path folder = buildDir.resolve(RunStore.FOLDER).resolve(run);
            if (!Files.isDirectory(folder)) {
                throw new CliException(run.equals(RunStore.LATEST) ? "there is no run in " + buildDir
                    + "; 'kunit run' makes one"
                    : "there is no run " + run + " in " + buildDir + "/" + RunStore.FOLDER);
            }
            try {
                folder = folder.toRealPath();
                List<CaseResult> results = new ArrayList<>();
                Path file = folder.resolve(RunStore.RESULTS);
                for (String line : Files.exists(file) ? Files.readAllLines(file, StandardCharsets.UTF_8)
                    : List.<String>of()) {
                    addWhole(line, results);
                }
                return new KeptRun(folder, results);
            } catch (IOException e) {
                throw new CliException("cannot read " + folder + ": " + BuildDir.reason(e));
            }
        }

        /** A run that was killed may have cut its last line short. */
        private static void addWhole(String line, List<CaseResult> results) {
            try {
                results.add(CaseResult.decode(line));
            } catch (IllegalArgumentException e) {
                // Its status says that it is incomplete.
            }
        }

        String text(String name) {
            try {
                return Files.readString(folder.resolve(name), StandardCharsets.UTF_8);
            } catch (IOException e) {
                return "";
            }
        }

        List<String> console() {
            return text(RunStore.CONSOLE).lines().toList();
        }

        /** How the run ended; a run whose process is gone without a word is incomplete. */
        String status() {
            String status = text(RunStore.STATUS).strip();
            if (!status.startsWith(RunStore.RUNNING + " ")) {
                return status.isEmpty() ? "incomplete" : status;
            }
            String pid = status.substring(RunStore.RUNNING.length() + 1);
            boolean alive = pid.matches("[0-9]{1,18}") && ProcessHandle.of(Long.parseLong(pid))
                .map(ProcessHandle::isAlive).orElse(false);
            return alive ? "running, process " + pid : "incomplete: its process ended without finishing";
        }
    }
}
