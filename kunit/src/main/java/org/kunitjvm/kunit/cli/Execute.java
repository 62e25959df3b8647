package org.kunitjvm.kunit.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

import org.kunitjvm.kunit.ktap.KtapFilter;
import org.kunitjvm.kunit.ktap.TestCounts;
import org.kunitjvm.kunit.ktap.TestStatus;
import org.kunitjvm.kunit.report.KtapConsumer;
import org.kunitjvm.kunit.report.Outcome;
import org.kunitjvm.kunit.report.PrettyPrinter;
import org.kunitjvm.kunit.report.RunMetadata;
import org.kunitjvm.kunit.run.KunitEvent;

/**
 * Boot kernels, one or, isolated, one for every suite or test, and show what they print.
 * Models tools/testing/kunit/kunit.py: exec_tests, parse_tests and the lists.
 */
final class Execute {
    private static final Pattern TEST_LINE = Pattern.compile("[^\\s.]+\\.[^\\s.]+");

    private final Options options;
    private final Host host;
    private final BuildDir buildDir;
    private final Arch arch;
    private final BootSetup setup;
    private final Booter booter;
    private final PrettyPrinter printer;
    private final List<CaseResult> results = new ArrayList<>();
    /** A hash of each kernel's console. */
    private final List<Long> consoles = new ArrayList<>();
    private double seconds;

    Execute(Options options, Host host, BuildDir buildDir, Arch arch, BootSetup setup, Booter booter,
        PrettyPrinter printer) {
        this.options = options;
        this.host = host;
        this.buildDir = buildDir;
        this.arch = arch;
        this.setup = setup;
        this.booter = booter;
        this.printer = printer;
    }

    /** Run, or list, what the options ask for. Returns the exit code. */
    int run() {
        if (options.has(Flag.LIST_TESTS_ATTR)) {
            return print(console("list_attr").stream().skip(1).toList());
        }
        if (options.has(Flag.LIST_TESTS)) {
            return print(testNames());
        }
        if (options.has(Flag.LIST_SUITES)) {
            return print(suiteNames(testNames()));
        }
        return options.has(Flag.REPEAT) ? repeat(options.integer(Flag.REPEAT, 1)) : runKernels(globs());
    }

    /** Run the same thing several times; a run that says something else than the first is a failure of its own. */
    private int repeat(int times) {
        int exit = runKernels(Collections.nCopies(times, options.positional()));
        if (options.has(Flag.RAW_OUTPUT) || host.interrupt().requested()) {
            return exit;
        }
        for (int i = 1; i < consoles.size(); i++) {
            if (!consoles.get(i).equals(consoles.getFirst())) {
                host.err().println("kunit: run " + (i + 1) + " of " + times
                    + " said something else than the first; compare "
                    + RunStore.CONSOLE + " of the runs in " + buildDir.nameOf(RunStore.FOLDER));
                return ExitCode.FAILED.code();
            }
        }
        if (!options.has(Flag.QUIET)) {
            host.err().println("kunit: " + times + " runs, all the same");
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
    private List<String> console(String action) {
        KtapFilter filter = new KtapFilter();
        List<String> lines = new ArrayList<>();
        boot(KernelArgs.forList(options, action), () -> { }, line -> {
            String ktap = filter.accept(line);
            if (ktap != null) {
                lines.add(ktap);
            }
        });
        if (lines.isEmpty() || !lines.getFirst().contains("TAP version ")) {
            String reason = lines.isEmpty() ? "the kernel printed no KTAP at all" : lines.getFirst();
            throw new CliException("cannot list tests: " + reason + "; the whole log is in "
                + buildDir.nameOf(TestLogFile.NAME));
        }
        return lines;
    }

    private List<String> testNames() {
        return console("list").stream().filter(line -> TEST_LINE.matcher(line).matches()).toList();
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

    /** The glob of every kernel to boot. */
    private List<String> globs() {
        String isolated = options.text(Flag.RUN_ISOLATED);
        String glob = options.positional();
        if (isolated == null) {
            return List.of(glob);
        }
        List<String> tests = testNames();
        if (isolated.equals("test")) {
            return tests;
        }
        int dot = glob.indexOf('.');
        String testGlob = dot < 0 ? "" : glob.substring(dot);
        return suiteNames(tests).stream().map(suite -> suite + testGlob).toList();
    }

    // ---- running ----

    private int runKernels(List<String> globs) {
        TestCounts sum = new TestCounts();
        boolean aborted = false;
        for (int i = 0; i < globs.size() && !host.interrupt().requested(); i++) {
            printer.timestamped("Starting KUnit Kernel (" + (i + 1) + "/" + globs.size() + ")...");
            long start = host.nanos().getAsLong();
            List<String> args = KernelArgs.forRun(options, globs.get(i));
            if (options.has(Flag.RAW_OUTPUT)) {
                printRaw(args);
                sum.add(TestStatus.SUCCESS, 1);
            } else {
                Outcome outcome = runKernel(args);
                sayIfNothingMatched(outcome, globs.get(i));
                aborted |= outcome.abort() != null;
                sum.add(outcome.root().counts());
            }
            seconds += host.secondsSince(start);
        }
        if (globs.size() == 1 && sum.crashed() > 0) {
            printer.crashHint(buildDir.name(), buildDir.nameOf(TestLogFile.NAME), host.command());
        }
        host.out().flush();
        new RunSummary(options, host, results).print();
        return aborted ? 1 : Outcome.execExit(sum);
    }

    private Outcome runKernel(List<String> args) {
        Reports reports = new Reports(options, host);
        KtapConsumer consumer = new KtapConsumer(reports.consumerOptions(), this::show, host.timeOfDay());
        ScheduleLines schedules = new ScheduleLines();
        boot(args, consumer::start, line -> {
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
        reports.write(outcome.root(), RunMetadata.of(arch.name(), buildDir.name()), consumer.printer());
        return outcome;
    }

    private void sayIfNothingMatched(Outcome outcome, String glob) {
        if (outcome.root().counts().total() > 0 || glob.isEmpty() && !options.has(Flag.FILTER)) {
            return;
        }
        String what = glob.isEmpty() ? "--filter=" + options.text(Flag.FILTER) : "'" + glob + "'";
        host.out().flush();
        host.err().println("kunit: no test matches " + what
            + " in this configuration; 'kunit run --list_tests' lists them all");
    }

    private void show(String line) {
        host.out().println(line);
        host.out().flush();
    }

    private void printRaw(List<String> args) {
        boolean all = options.text(Flag.RAW_OUTPUT, "").equals("all");
        KtapFilter filter = new KtapFilter();
        boot(args, () -> { }, line -> {
            String shown = all ? KtapFilter.trimmed(line) : filter.accept(line);
            if (shown != null) {
                host.out().println(shown);
            }
        });
    }

    /** Boot one kernel; its console goes to {@code test.log} and to {@code lines}, below the echo of its command. */
    private void boot(List<String> args, Runnable beforeEcho, Consumer<String> lines) {
        BootRequest request = setup.request(options, args);
        beforeEcho.run();
        List<String> command = arch.startCommand(buildDir.name(), args, setup.qemuWords());
        printer.plain("Running tests with:");
        printer.plain("$ " + ShellWords.join(command));
        host.out().flush();
        Booter.End end;
        boolean listing = args.getFirst().startsWith("kunit.action=");
        try (TestLogFile log = new TestLogFile(buildDir);
                RunStore store = listing ? RunStore.none(host) : RunStore.begin(host, buildDir, options, request);
                Heartbeat heartbeat = new Heartbeat(host)) {
            if (!listing && !options.has(Flag.QUIET)) {
                heartbeat.start();
            }
            RunRecorder recorder = new RunRecorder(store::result);
            CRC32C hash = new CRC32C();
            end = booter.boot(request, text -> {
                hash.update((text + "\n").getBytes(StandardCharsets.UTF_8));
                for (String line : text.split("\n", -1)) {
                    recorder.line();
                    log.line(line);
                    store.line(line);
                    heartbeat.around(() -> lines.accept(line));
                }
            }, listener(recorder, heartbeat));
            consoles.add(hash.getValue());
            results.addAll(recorder.results());
            store.finish(end);
        }
        if (end == Booter.End.TIMED_OUT) {
            printer.plain("Command '" + pythonList(command) + "' timed out after " + options.timeoutSeconds()
                + " seconds");
        } else if (end == Booter.End.INTERRUPTED) {
            host.out().flush();
            host.err().println("ERROR:root:Build interruption occurred. Cleaning console.");
        }
    }

    private RunListener listener(RunRecorder recorder, Heartbeat heartbeat) {
        return new RunListener() {
            @Override
            public void event(TimedEvent event) {
                recorder.event(event);
            }

            @Override
            public void total(int cases) {
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
