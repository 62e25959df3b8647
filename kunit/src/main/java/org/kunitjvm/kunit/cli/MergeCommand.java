package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.kunitjvm.kunit.ktap.TestCounts;
import org.kunitjvm.kunit.merge.MergeException;
import org.kunitjvm.kunit.merge.MergedRun;
import org.kunitjvm.kunit.merge.Part;
import org.kunitjvm.kunit.merge.RunMerge;
import org.kunitjvm.kunit.report.KtapConsumer;
import org.kunitjvm.kunit.report.Outcome;
import org.kunitjvm.kunit.report.RunMetadata;
import org.kunitjvm.kunit.report.ci.ResultDetails;
import org.kunitjvm.kunit.results.ResultsFile;
import org.kunitjvm.kunit.results.ResultsJournal;
import org.kunitjvm.kunit.results.RunInfo;
import org.kunitjvm.kunit.results.RunResults;
import org.kunitjvm.kunit.results.SuiteResult;

/** {@code kunit merge}: join the results of shards into what one run of everything would have reported. */
final class MergeCommand {
    private static final String USAGE = "usage: kunit merge [options] RUN...";
    private static final Set<Flag> FLAGS = EnumSet.of(Flag.BUILD_DIR, Flag.RAW_OUTPUT, Flag.JSON, Flag.JUNIT,
        Flag.SUMMARY, Flag.FAILED, Flag.HTML, Flag.KCIDB, Flag.CODE_QUALITY, Flag.GITHUB, Flag.DURATIONS, Flag.QUIET,
        Flag.VERBOSE);

    private final Host host;
    private final List<String> optionWords = new ArrayList<>();
    private final List<String> runs = new ArrayList<>();

    private MergeCommand(Host host) {
        this.host = host;
    }

    static int run(List<String> args, Host host) {
        if (args.contains("-h") || args.contains("--help")) {
            host.out().print(help());
            return 0;
        }
        MergeCommand command = new MergeCommand(host);
        try {
            command.read(args);
            Options asked = Options.of(Command.EXEC, command.optionWords);
            asked.checkNumbers();
            return command.merge(asked);
        } catch (UsageException e) {
            host.err().println(USAGE + "\nkunit merge: error: " + e.getMessage());
            return ExitCode.USAGE.code();
        }
    }

    private static String help() {
        StringBuilder page = new StringBuilder(USAGE).append("""


            Joins the results of runs that are parts of one run, and reports them as that run would have been, but for times.
            RUN is the number of a run or 'latest', the folder of a run, or a build folder, which stands for its latest run.
            Runs of different commits, configurations, machines or seeds are refused. The merged run is kept like any other, as the
            latest one of the build folder.

            Options, as those of 'kunit run':
            """);
        FLAGS.forEach(flag -> page.append("  ").append(flag.word()).append('\n'));
        return page.toString();
    }

    private void read(List<String> args) {
        for (int i = 0; i < args.size(); i++) {
            String word = args.get(i);
            if (!word.startsWith("-")) {
                runs.add(word);
                continue;
            }
            int eq = word.indexOf('=');
            String name = eq < 0 ? word : word.substring(0, eq);
            Flag flag = FLAGS.stream().filter(each -> each.word().equals(name)).findFirst()
                .orElseThrow(() -> new UsageException("unrecognized arguments: " + word,
                "'kunit merge --help' lists the options"));
            optionWords.add(word);
            if (eq < 0 && flag.shape().kind() == OptionShape.Kind.TEXT && i + 1 < args.size()) {
                i++;
                optionWords.add(args.get(i));
            }
        }
        if (runs.isEmpty()) {
            throw new UsageException("the following arguments are required: RUN", "name the runs to merge");
        }
    }

    private int merge(Options asked) {
        BuildDir buildDir = BuildDir.of(asked, host);
        List<KeptRun> kept = runs.stream().map(run -> open(folder(run, buildDir))).toList();
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < kept.size(); i++) {
            parts.add(new Part(runs.get(i), kept.get(i).results(), kept.get(i).console()));
        }
        MergedRun merged;
        try {
            merged = RunMerge.of(parts);
        } catch (MergeException e) {
            throw new CliException("cannot merge: " + e.getMessage());
        }
        return report(merged, new MergedStore(merged, kept), options(merged.results().info()), buildDir);
    }

    /** This command, as it is kept. */
    private List<String> words() {
        List<String> words = new ArrayList<>(List.of(host.command(), "merge"));
        words.addAll(optionWords);
        words.addAll(runs);
        return words;
    }

    /** The folder that the user means by a number, a run's folder or a build folder. */
    private Path folder(String run, BuildDir buildDir) {
        Path runsFolder = buildDir.path().resolve(RunStore.FOLDER);
        if (run.equals(RunStore.LATEST) || run.matches("[0-9]+") && Files.isDirectory(runsFolder.resolve(run))) {
            return runsFolder.resolve(run);
        }
        Path named = host.resolve(run);
        if (Files.isRegularFile(named) && named.getFileName().toString().equals(ResultsFile.NAME)) {
            return named.resolveSibling(".").normalize();
        }
        if (Files.exists(named.resolve(ResultsFile.NAME)) || Files.exists(named.resolve(ResultsJournal.NAME))) {
            return named;
        }
        Path latest = named.resolve(RunStore.FOLDER).resolve(RunStore.LATEST);
        if (Files.isDirectory(latest)) {
            return latest;
        }
        throw new CliException("'" + run + "' is no run; name the number or the folder of a run, or a build folder");
    }

    private static KeptRun open(Path folder) {
        try {
            Path real = folder.toRealPath();
            return new KeptRun(real, ResultsFile.readFolder(real));
        } catch (IOException e) {
            throw new CliException("cannot read " + folder + ": " + BuildDir.reason(e));
        }
    }

    /** What was asked for, in the release that the runs followed. */
    private Options options(RunInfo info) {
        List<String> words = new ArrayList<>(optionWords);
        words.add(Flag.MODE.word() + "=" + info.mode());
        return Options.of(Command.EXEC, words);
    }

    private int report(MergedRun merged, MergedStore store, Options options, BuildDir buildDir) {
        if (options.has(Flag.RAW_OUTPUT)) {
            merged.ktap().forEach(kernel -> kernel.forEach(host.out()::println));
            return 0;
        }
        RunResults results = merged.results();
        Reports reports = new Reports(options, host);
        TestCounts sum = new TestCounts();
        boolean aborted = false;
        KtapConsumer consumer = null;
        for (int kernel = 1; kernel <= merged.ktap().size(); kernel++) {
            consumer = new KtapConsumer(reports.consumerOptions(), host.out()::println, host.timeOfDay());
            merged.ktap().get(kernel - 1).forEach(consumer::accept);
            Outcome outcome = consumer.end();
            aborted |= outcome.abort() != null;
            sum.add(outcome.root().counts());
            int number = kernel;
            List<SuiteResult> mine = results.suites().stream().filter(suite -> suite.kernel() == number).toList();
            reports.write(outcome.root(), RunMetadata.of(results.info().arch(), results.info().buildDir()),
                new ResultDetails(results.info(), mine), consumer.printer());
        }
        if (consumer == null) {
            throw new CliException("none of these runs booted a kernel");
        }
        Options rerun = rerun(results.info(), options);
        new RunReports(options, rerun, host, buildDir, consumer.printer()).write(results, store.files());
        store.keep(host, buildDir, words());
        host.out().flush();
        new RunSummary(rerun, host, results.suites()).print();
        if (!results.info().complete()) {
            host.err().println("kunit: the results are incomplete: " + results.info().end());
        }
        return aborted || !results.info().complete() ? ExitCode.FAILED.code() : Outcome.execExit(sum);
    }

    /**
     * The options of the command that ran the tests, for commands that run them again; with how much to say of this
     * one.
     */
    private Options rerun(RunInfo info, Options options) {
        List<String> words = new ArrayList<>(info.command().size() < 2 ? List.of()
            : info.command().subList(2, info.command().size()));
        for (Flag flag : List.of(Flag.QUIET, Flag.VERBOSE, Flag.DURATIONS)) {
            words.removeIf(word -> word.equals(flag.word()) || word.startsWith(flag.word() + "="));
            String value = options.text(flag);
            if (value != null) {
                words.add(flag.shape().kind() == OptionShape.Kind.SWITCH ? flag.word() : flag.word() + "=" + value);
            }
        }
        try {
            Command command = info.command().size() > 1 && info.command().get(1).equals(Command.EXEC.word())
                ? Command.EXEC : Command.RUN;
            return Options.of(command, words);
        } catch (UsageException e) {
            // Of a later version, with options that this one does not know.
            return options;
        }
    }
}
