package org.kunitjvm.kunit.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.KernelCommandLine;
import org.kunitjvm.kernel.snapshot.Snapshot;
import org.kunitjvm.kunit.KunitMode;
import org.kunitjvm.kunit.ktap.KtapFilter;
import org.kunitjvm.kunit.ktap.TestCounts;
import org.kunitjvm.kunit.ktap.TestStatus;
import org.kunitjvm.kunit.report.KtapConsumer;
import org.kunitjvm.kunit.report.Outcome;
import org.kunitjvm.kunit.report.PrettyPrinter;
import org.kunitjvm.kunit.report.RunMetadata;
import org.kunitjvm.kunit.report.ci.ResultDetails;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.ResultStatus;
import org.kunitjvm.kunit.results.RunInfo;
import org.kunitjvm.kunit.results.RunResults;
import org.kunitjvm.kunit.results.SuiteResult;
import org.kunitjvm.kunit.run.AttributeFilter;
import org.kunitjvm.kunit.run.KunitEvent;
import org.kunitjvm.kunit.run.KunitOptions;
import org.kunitjvm.kunit.run.TestSuite;

/**
 * Boot kernels, one or, isolated, one for every suite or test, and show what they print. Models
 * tools/testing/kunit/kunit.py: exec_tests, parse_tests and the lists.
 */
final class Execute {
    private static final Pattern TEST_LINE = Pattern.compile("[^\\s.]+\\.[^\\s.]+");

    private final Options options;
    private final Host host;
    private final BuildDir buildDir;
    private final Arch arch;
    private final List<Target> targets;
    private final Booter booter;
    private final PrettyPrinter printer;
    private final List<SuiteResult> results = new ArrayList<>();
    /** A hash of what happened on each kernel. */
    private final List<Long> hashes = new ArrayList<>();
    /** Pictures of each kernel's failures; empty if nobody wants any. */
    private final List<FailureSnapshots> snapshots = new ArrayList<>();
    private final Reports reports;
    private final long startNanos;
    /** When the run began, on the clock of {@link TimedEvent}. */
    private final long eventNanos = System.nanoTime();
    private final RunInfo info;
    private @Nullable RunStore store;
    private int kernels;
    private Booter.@Nullable End lastEnd;
    private double seconds;
    private boolean saidWithoutSymbol;
    /** Tests that were planned, of all kernels so far. */
    private final AtomicInteger planned = new AtomicInteger();
    /** Why a report could not be written; the run goes on all the same. */
    private final List<String> reportTroubles = new ArrayList<>();

    Execute(Options options, Host host, BuildDir buildDir, Arch arch, List<Target> targets, Booter booter,
        PrettyPrinter printer) {
        this.options = options;
        this.host = host;
        this.buildDir = buildDir;
        this.arch = arch;
        this.targets = List.copyOf(targets);
        this.booter = booter;
        this.printer = printer;
        reports = new Reports(options, host);
        startNanos = host.nanos().getAsLong();
        info = runInfo();
    }

    private RunInfo runInfo() {
        BootSetup setup = targets.getFirst().setup();
        Shard shard = setup.selection().shard();
        return new RunInfo(false, RunStore.RUNNING, options.commandLine(host.command()), Instant.now().toString(), 0,
            arch.name(), buildDir.name(), options.newest() ? "7.x" : "6.12", options.number(Flag.SEED),
            options.text(Flag.SCHEDULE), setup.selection().shuffle(),
            shard.isWhole() ? null : shard.index() + 1 + "/" + shard.total(), SourceIdentity.commit(host.root()),
            SourceIdentity.digest(setup.config().values()), List.of());
    }

    /** Run, or list, what the options ask for. Returns the exit code. */
    int run() {
        if (options.has(Flag.LIST_TESTS_ATTR)) {
            // A suite has the same attributes on every machine; lines of one are like those of another, so none may be
            // left out.
            return print(console(targets.getFirst(), "list_attr").stream().skip(1).toList());
        }
        if (options.has(Flag.LIST_TESTS)) {
            return print(perTarget(this::testNames));
        }
        if (options.has(Flag.LIST_SUITES)) {
            return print(perTarget(target -> suiteNames(testNames(target))));
        }
        return options.has(Flag.REPEAT) ? repeat(options.integer(Flag.REPEAT, 1)) : runKernels(boots());
    }

    /** What the targets have to say, each line once. */
    private List<String> perTarget(Function<Target, List<String>> lines) {
        return targets.stream().flatMap(target -> lines.apply(target).stream()).distinct().toList();
    }

    /** One kernel to boot: where, and for which tests. */
    private record Boot(Target target, String glob) {
    }

    /** Run the same thing several times; a run that says something else than the first is a failure of its own. */
    private int repeat(int times) {
        List<Boot> boots = new ArrayList<>();
        targets.forEach(target -> boots.addAll(Collections.nCopies(times, new Boot(target, options.positional()))));
        int exit = runKernels(boots);
        if (options.has(Flag.RAW_OUTPUT) || host.interrupt().requested()) {
            return exit;
        }
        for (int i = 0; i < hashes.size(); i++) {
            long first = hashes.get(i - i % times);
            if (hashes.get(i) != first) {
                host.err().println("kunit: run " + (i % times + 1) + " of " + times
                    + " was not the same as the first: event hash " + Long.toHexString(hashes.get(i)) + ", not "
                    + Long.toHexString(first) + "; compare their parts of " + buildDir.nameOf(RunStore.FOLDER) + "/"
                    + RunStore.LATEST + "/" + RunStore.CONSOLE);
                return ExitCode.FAILED.code();
            }
        }
        if (!options.has(Flag.QUIET)) {
            host.err().println("kunit: " + times + " runs, all the same (event hash "
                + Long.toHexString(hashes.getFirst()) + ")");
        }
        return exit;
    }

    /** Seconds that the kernels took. */
    double seconds() {
        return seconds;
    }

    private int print(List<String> lines) {
        lines.forEach(printer::plain);
        return 0;
    }

    // ---- lists ----

    /** What a kernel prints that only lists, from the version line on. */
    private List<String> console(Target target, String action) {
        KtapFilter filter = new KtapFilter();
        List<String> lines = new ArrayList<>();
        boot(target, KernelArgs.forList(options, target.setup().kernelArgs(), action), this::list, () -> { }, line -> {
            String ktap = filter.accept(line);
            if (ktap != null) {
                lines.add(ktap);
            }
        });
        if (lines.isEmpty() || !lines.getFirst().contains("TAP version ")) {
            boolean without = !target.setup().config().isEnabled("KUNIT");
            String reason = without ? "CONFIG_KUNIT is not set in " + buildDir.nameOf(Configure.DOT_CONFIG)
                : lines.isEmpty() ? "the kernel printed no KTAP at all" : lines.getFirst();
            throw new CliException("cannot list tests: " + reason + "; the whole log is in "
                + buildDir.nameOf(TestLogFile.NAME));
        }
        return lines;
    }

    private List<String> testNames(Target target) {
        return console(target, "list").stream().filter(line -> TEST_LINE.matcher(line).matches()).toList();
    }

    private static List<String> suiteNames(List<String> tests) {
        List<String> suites = new ArrayList<>();
        for (String test : tests) {
            String suite = test.substring(0, test.indexOf('.'));
            if (suites.isEmpty() || !suites.getLast().equals(suite)) {
                suites.add(suite);
            }
        }
        return suites;
    }

    /** Every kernel to boot. */
    private List<Boot> boots() {
        return targets.stream().flatMap(target -> globs(target).stream().map(glob -> new Boot(target, glob))).toList();
    }

    private List<String> globs(Target target) {
        String isolated = options.text(Flag.RUN_ISOLATED);
        String glob = options.positional();
        if (isolated == null) {
            return List.of(glob);
        }
        List<String> tests = testNames(target);
        if (isolated.equals("test")) {
            return tests;
        }
        int dot = glob.indexOf('.');
        String testGlob = dot < 0 ? "" : glob.substring(dot);
        return suiteNames(tests).stream().map(suite -> suite + testGlob).toList();
    }

    // ---- running ----

    private int runKernels(List<Boot> boots) {
        try (RunStore mine = RunStore.begin(host, buildDir, options.commandLine(host.command()), info, Set.of())) {
            store = mine;
            int exit = runAll(boots);
            RunResults all = mine.finish(info, results, lastEnd, host.nanos().getAsLong() - startNanos);
            attemptReport(() -> report(all, new CaseFiles(mine.folder())));
            host.out().flush();
            new RunSummary(options, host, results).print();
            sayWhatIsMissing(all);
            reportTroubles.forEach(trouble -> host.err().println("kunit: " + trouble));
            return reportTroubles.isEmpty() ? exit : Math.max(exit, ExitCode.FAILED.code());
        }
    }

    /** A report that cannot be written must not keep anybody from the results. */
    private void attemptReport(Runnable writing) {
        try {
            writing.run();
        } catch (CliException e) {
            reportTroubles.add(String.valueOf(e.getMessage()));
        }
    }

    /** kunit.py takes a kernel that was stopped for one that crashed; nobody should have to guess which it was. */
    private void sayWhatIsMissing(RunResults all) {
        if (lastEnd == null || lastEnd == Booter.End.HALTED || options.has(Flag.QUIET)) {
            return;
        }
        long done = all.cases().filter(result -> result.status() != ResultStatus.ERROR).count();
        host.err().println("kunit: the run is not complete, " + (lastEnd == Booter.End.TIMED_OUT
            ? "because its time was up (--timeout=" + options.timeoutSeconds() + ")" : "because it was interrupted")
            + ": " + done + " of " + planned + " cases have a result; the kernel did not crash");
    }

    private void report(RunResults all, CaseFiles files) {
        new RunReports(options, options, host, buildDir, printer).write(all, new RunReports.Files() {
            @Override
            public List<String> log(SuiteResult suite, CaseResult result) {
                return files.log(result);
            }

            @Override
            public @Nullable Snapshot snapshot(SuiteResult suite, CaseResult result) {
                return snapshots.isEmpty() ? null : snapshots.get(suite.kernel() - 1).of(result.fullName());
            }
        });
    }

    private int runAll(List<Boot> boots) {
        TestCounts sum = new TestCounts();
        boolean aborted = false;
        for (int i = 0; i < boots.size() && !host.interrupt().requested(); i++) {
            Target target = boots.get(i).target();
            if (target.profile() != null) {
                printer.timestamped(target.title());
            }
            printer.timestamped("Starting KUnit Kernel (" + (i + 1) + "/" + boots.size() + ")...");
            long start = host.nanos().getAsLong();
            List<String> args = KernelArgs.forRun(options, target.setup().kernelArgs(), boots.get(i).glob());
            if (options.has(Flag.RAW_OUTPUT)) {
                printRaw(target, args);
                sum.add(TestStatus.SUCCESS, 1);
            } else {
                Outcome outcome = runKernel(target, args);
                sayWhyNothingRan(outcome, target.setup().request(options, args), boots.get(i).glob());
                aborted |= outcome.abort() != null;
                sum.add(outcome.root().counts());
            }
            seconds += host.secondsSince(start);
        }
        if (boots.size() == 1 && sum.crashed() > 0) {
            printer.crashHint(buildDir.name(), buildDir.nameOf(TestLogFile.NAME), host.command());
        }
        if (info.shard() != null && !aborted && sum.total() == 0) {
            // Whoever started the shards cannot know how many tests there are.
            host.out().flush();
            host.err().println("kunit: note: no test belongs to shard " + info.shard());
            return 0;
        }
        return aborted ? 1 : Outcome.execExit(sum);
    }

    private Outcome runKernel(Target target, List<String> args) {
        KtapConsumer consumer = new KtapConsumer(reports.consumerOptions(), this::show, host.timeOfDay());
        ScheduleLines schedules = new ScheduleLines();
        boot(target, args, this::run, consumer::start, line -> {
            schedules.accept(line);
            consumer.accept(line);
        });
        Outcome outcome = consumer.end();
        if (options.has(Flag.SCHEDULES)) {
            schedules.lines().forEach(printer::plain);
        }
        if (outcome.abort() != null) {
            host.out().flush();
            host.err().println("kunit: " + outcome.abort());
            return outcome;
        }
        List<SuiteResult> mine = results.stream().filter(suite -> suite.kernel() == kernels).toList();
        attemptReport(() -> reports.write(outcome.root(), RunMetadata.of(arch.name(), buildDir.name()), details(mine),
            consumer.printer()));
        return outcome;
    }

    private ResultDetails details(List<SuiteResult> mine) {
        RunInfo known = info.ended(false, RunStore.RUNNING, 0, Objects.requireNonNull(store).machines());
        return new ResultDetails(known, mine);
    }

    /** If nothing ran, say why; {@code glob} is the positional word for this kernel. */
    private void sayWhyNothingRan(Outcome outcome, BootRequest request, String glob) {
        if (outcome.root().counts().total() > 0 || lastEnd != Booter.End.HALTED) {
            return;
        }
        Set<String> again = request.selection().only();
        String why = again != null ? "no test of --rerun-failed is in this configuration any more: "
            + String.join(", ", new TreeSet<>(again)) : whyNothingRan(request, glob);
        if (why != null) {
            host.out().flush();
            host.err().println("kunit: " + why);
        }
    }

    private @Nullable String whyNothingRan(BootRequest request, String glob) {
        String kunit = request.config().value("KUNIT");
        if (kunit == null) {
            return "no test ran, because CONFIG_KUNIT is not set in " + buildDir.nameOf(Configure.DOT_CONFIG)
                + "; add CONFIG_KUNIT=y to the kunitconfig";
        }
        if (kunit.equals("m")) {
            // sayModules() has said it.
            return null;
        }
        KunitOptions asked = KunitOptions.of(KernelCommandLine.parse(request.cmdline()), request.config(),
            KunitMode.V6_12);
        if (asked.action() != null) {
            return "kunit.action=" + asked.action() + " is for lists, so no test ran; --list_tests prints the list";
        }
        if (!asked.autorun()) {
            return "no test ran, because kunit.autorun is off; say --kernel_args=kunit.autorun=1, or configure"
                + " CONFIG_KUNIT_AUTORUN_ENABLED=y";
        }
        String filter = options.has(Flag.FILTER) ? "--filter=" + options.text(Flag.FILTER)
            : asked.filter() != null ? "kunit.filter=" + asked.filter() : null;
        String trouble = asked.filter() == null ? null : AttributeFilter.trouble(asked.filter());
        if (filter != null && trouble != null) {
            return filter + " makes no sense: " + trouble
                + "; write it as in speed>slow, module=example or is_init=false";
        }
        List<String> wishes = new ArrayList<>();
        if (asked.filterGlob() != null) {
            wishes.add(glob.isEmpty() ? "kunit.filter_glob=" + asked.filterGlob() : "'" + glob + "'");
        }
        if (filter != null) {
            wishes.add(filter);
        }
        TestNameFilter wished = request.selection().filter();
        if (wished != null) {
            wishes.add(wished.variable() + "=" + wished.text());
        }
        return wishes.isEmpty() ? null : "no test matches " + String.join(" and ", wishes)
            + " in this configuration; 'kunit run --list_tests' lists them all";
    }

    private void sayModules(BootRequest request) {
        if (options.has(Flag.QUIET) || !request.config().values().containsValue("m")) {
            return;
        }
        List<String> modules = SuiteSet.modules(request.suiteFolders(), request.config());
        if (!modules.isEmpty()) {
            host.out().flush();
            host.err().println("kunit: note: modules are not loaded at boot, so these suites did not run: "
                + String.join(", ", modules) + "; set them, and CONFIG_KUNIT, to y");
        }
    }

    /**
     * A suite of another project runs only if the Kconfig files here have its symbol; silence would look like success.
     */
    private void saySuitesWithoutSymbol(Target target, BootRequest request) {
        if (options.has(Flag.QUIET) || !options.has(Flag.SUITE_PATH) || saidWithoutSymbol) {
            return;
        }
        saidWithoutSymbol = true;
        List<String> left = SuiteSet.unmentioned(request.suiteFolders(), request.config()).stream()
            .filter(suite -> !target.configure().isKnown(suite.config()))
            .map(suite -> suite.name() + " (CONFIG_" + suite.config() + ")").toList();
        if (!left.isEmpty()) {
            host.out().flush();
            host.err().println("kunit: note: no Kconfig file has the symbol of these suites, so they did not run: "
                + String.join(", ", left) + "; add it to tests/Kconfig, or name no config in @KunitSuite");
        }
    }

    private void show(String line) {
        host.out().println(line);
    }

    private void printRaw(Target target, List<String> args) {
        boolean all = options.text(Flag.RAW_OUTPUT, "").equals("all");
        KtapFilter filter = new KtapFilter();
        boot(target, args, this::run, () -> { }, line -> {
            String shown = all ? KtapFilter.trimmed(line) : filter.accept(line);
            if (shown != null) {
                host.out().println(host.safe(shown));
            }
        });
    }

    /** What is done with a kernel: a run that is kept, or a list. */
    private interface Purpose {
        Booter.End boot(Target target, BootRequest request, Consumer<String> lines);
    }

    /** Boot one kernel; its console goes to {@code test.log} and to {@code lines}, below the echo of its command. */
    private void boot(Target target, List<String> args, Purpose purpose, Runnable beforeEcho,
        Consumer<String> lines) {
        BootSetup setup = target.setup();
        BootRequest request = setup.request(options, args);
        beforeEcho.run();
        List<String> command = arch.startCommand(buildDir.name(), args, setup.qemuWords());
        printer.plain("Running tests with:");
        printer.plain("$ " + ShellWords.join(command));
        host.out().flush();
        Booter.End end = purpose.boot(target, request, lines);
        if (end == Booter.End.TIMED_OUT) {
            printer.plain("Command '" + pythonList(command) + "' timed out after " + options.timeoutSeconds()
                + " seconds");
        } else if (end == Booter.End.INTERRUPTED) {
            host.out().flush();
            host.err().println("ERROR:root:Build interruption occurred. Cleaning console.");
        }
    }

    private Booter.End list(Target target, BootRequest request, Consumer<String> lines) {
        saySuitesWithoutSymbol(target, request);
        try (TestLogFile log = new TestLogFile(buildDir, host)) {
            return booter.boot(request, text -> text.lines().forEach(line -> {
                log.line(line);
                lines.accept(line);
            }), new RunListener() {
            });
        }
    }

    private Booter.End run(Target target, BootRequest request, Consumer<String> lines) {
        RunStore kept = Objects.requireNonNull(store);
        kernels++;
        kept.kernel(request, target.result(request));
        RunRecorder recorder = new RunRecorder(kept, kernels, target.name(), host.root(), request.sourceRoots(),
            eventNanos);
        EventHash hash = new EventHash();
        Booter.End end;
        if (RunReports.wantSnapshots(options)) {
            snapshots.add(new FailureSnapshots());
        }
        DebugfsFiles.Keeper debugfs = request.config().isEnabled("KUNIT_DEBUGFS") ? kept.debugfs() : null;
        try (TestLogFile log = new TestLogFile(buildDir, host); Heartbeat heartbeat = new Heartbeat(host)) {
            if (!options.has(Flag.QUIET)) {
                heartbeat.start();
            }
            end = booter.boot(request, text -> {
                for (String line : text.split("\n", -1)) {
                    recorder.line(line);
                    log.line(line);
                    heartbeat.around(() -> lines.accept(line));
                }
            }, listener(recorder, heartbeat, hash, debugfs));
        }
        hashes.add(hash.value());
        results.addAll(recorder.results());
        sayModules(request);
        saySuitesWithoutSymbol(target, request);
        if (!snapshots.isEmpty()) {
            kept.snapshots(kernels, recorder.results(), snapshots.getLast());
        }
        // What one kernel did not bring to its end, no later one makes complete.
        lastEnd = lastEnd == null || lastEnd == Booter.End.HALTED ? end : lastEnd;
        return end;
    }

    private RunListener listener(RunRecorder recorder, Heartbeat heartbeat, EventHash hash,
        DebugfsFiles.@Nullable Keeper debugfs) {
        return new RunListener() {
            @Override
            public void idle() {
                Objects.requireNonNull(store).flush();
                heartbeat.around(host.out()::flush);
            }

            @Override
            public void debugfs(TestSuite suite, String results) {
                if (debugfs != null) {
                    debugfs.keep(suite, results);
                }
            }

            @Override
            public void linked(SuiteSet suites) {
                recorder.linked(suites);
            }

            @Override
            public void event(TimedEvent event) {
                if (options.has(Flag.REPEAT)) {
                    hash.add(event.event());
                }
                recorder.event(event);
            }

            @Override
            public @Nullable FailureSnapshots snapshots() {
                return snapshots.isEmpty() ? null : snapshots.getLast();
            }

            @Override
            public @Nullable ProcKeeper procs() {
                return options.has(Flag.PROC) ? Objects.requireNonNull(store).procs() : null;
            }

            @Override
            public void total(int cases) {
                planned.addAndGet(cases);
                heartbeat.total(cases);
            }

            @Override
            public void live(KunitEvent event) {
                heartbeat.live(event, host.nanos().getAsLong());
            }
        };
    }

    /** A list as Python's repr() shows it. */
    private static String pythonList(List<String> words) {
        return words.stream().map(word -> word.contains("'") && !word.contains("\"") ? "\"" + word + "\"" : "'"
            + word.replace("'", "\\'") + "'")
            .collect(Collectors.joining(", ", "[", "]"));
    }
}
