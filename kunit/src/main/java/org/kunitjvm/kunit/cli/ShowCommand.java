package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.FailureResult;
import org.kunitjvm.kunit.results.ResultStatus;
import org.kunitjvm.kunit.results.RunResults;
import org.kunitjvm.kunit.results.SuiteResult;

/** {@code kunit show}: look at a run that was kept. */
final class ShowCommand {
    private static final String USAGE = "usage: kunit show [--build_dir=DIR] [RUN|latest] [SUITE.CASE]";

    private final Host host;
    private String buildDir;
    private final List<String> words = new ArrayList<>();

    private ShowCommand(Host host) {
        this.host = host;
        this.buildDir = BuildDir.usual(host);
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
        return one(kept, words.getFirst());
    }

    /** What the log says about one test, on each machine that it ran on. */
    private int one(KeptRun kept, String name) {
        boolean found = false;
        for (SuiteResult suite : kept.results().suites()) {
            for (CaseResult result : suite.cases()) {
                if (result.fullName().equals(name)) {
                    if (!suite.machine().isEmpty()) {
                        host.out().println("machine: " + suite.machine());
                    }
                    log(kept, result);
                    found = true;
                }
            }
        }
        if (found) {
            return 0;
        }
        String near = Spelling.nearest(name, kept.results().cases().map(CaseResult::fullName).toList());
        throw new CliException("show: there is no test '" + name + "' in that run"
            + (near == null ? "" : "; did you mean " + near + "?"));
    }

    private void log(KeptRun kept, CaseResult result) {
        List<String> console = kept.console();
        if (result.log() != null && result.toLine() > console.size()) {
            kept.text(result.log()).lines().forEach(host.out()::println);
        } else {
            console.subList(Math.min(result.fromLine(), console.size()), Math.min(result.toLine(), console.size()))
                .forEach(host.out()::println);
        }
    }

    private void overview(KeptRun kept) {
        RunResults results = kept.results();
        long failed = results.count(ResultStatus.FAIL);
        long errors = results.count(ResultStatus.ERROR);
        host.out().println("folder:  " + kept.folder());
        host.out().println("command: " + ShellWords.join(results.info().command()));
        host.out().println("status:  " + kept.status());
        host.out().println("tests:   " + results.count(ResultStatus.PASS) + " passed, " + failed + " failed, "
            + results.count(ResultStatus.SKIP) + " skipped" + (errors == 0 ? "" : ", " + errors + " without a result"));
        for (SuiteResult suite : results.suites()) {
            for (CaseResult result : suite.cases()) {
                if (result.status().isBad()) {
                    host.out().println(line(suite, result));
                }
            }
        }
    }

    private static String line(SuiteResult suite, CaseResult result) {
        FailureResult failure = result.firstFailure();
        String place = failure == null ? result.reason() : failure.place();
        String machine = suite.machine().isEmpty() ? "" : " [" + suite.machine() + "]";
        return ("  " + (result.status() == ResultStatus.FAIL ? "failed " : "no result ") + result.fullName() + machine
            + "  " + place).stripTrailing();
    }
}
