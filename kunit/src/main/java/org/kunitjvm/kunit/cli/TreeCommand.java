package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.KernelCommandLine;
import org.kunitjvm.kunit.KunitMode;
import org.kunitjvm.kunit.report.PrettyPrinter;
import org.kunitjvm.kunit.run.KunitOptions;

/**
 * {@code kunit run}, {@code config}, {@code build} and {@code exec}: the commands that work on a build folder.
 * Models tools/testing/kunit/kunit.py: run_handler, config_handler, build_handler and exec_handler.
 */
final class TreeCommand {
    private final Options options;
    private final Host host;
    private final Booter booter;
    private final PrettyPrinter printer;
    private final Arch arch;
    private final BuildDir buildDir;
    private final List<Target> targets = new ArrayList<>();

    /** Check everything that the user wrote; nothing is printed or written but for the build folder's own fragment. */
    TreeCommand(Options options, Host host, Booter booter) {
        this.options = options;
        this.host = host;
        this.booter = booter;
        printer = new PrettyPrinter(options.release(), line -> host.out().println(line), host.timeOfDay(),
            host.screen());
        arch = Arch.of(options.text(Flag.ARCH, Arch.DEFAULT));
        buildDir = BuildDir.of(options, host);
        refuseUnusable();
        makeTargets();
        WithoutEffect.say(options, host);
    }

    private void makeTargets() {
        Selection selection = Selection.of(options, host);
        List<MachineProfile> profiles = new MachineFinder(host, buildDir).find(options.list(Flag.MACHINE));
        if (profiles.isEmpty()) {
            targets.add(target(null, selection));
        }
        profiles.forEach(profile -> targets.add(target(profile, selection)));
    }

    private Target target(@Nullable MachineProfile profile, Selection selection) {
        BootSetup setup = new BootSetup(options, host, arch, profile, selection);
        Configure configure = new Configure(options, host, arch, buildDir, profile, printer);
        configure.readFragments();
        return new Target(profile, configure, setup);
    }

    private void refuseUnusable() {
        if (options.has(Flag.QEMU_CONFIG)) {
            throw new CliException("--qemu_config=" + options.text(Flag.QEMU_CONFIG)
                + ": a Python file cannot be read here; describe the machine with --qemu_args='-m 4G -smp 2 -numa …'");
        }
        options.checkNumbers();
        RunReports.check(options, host);
    }

    int run() {
        return switch (options.command()) {
            case CONFIG -> timed(this::configure);
            case BUILD -> timed(() -> configure() && build());
            case EXEC -> exec();
            case RUN -> runAll();
            case PARSE -> throw new IllegalStateException();
        };
    }

    private interface Step {
        boolean run();
    }

    /** Run a step and say how long it took, whatever came of it. */
    private int timed(Step step) {
        long start = host.nanos().getAsLong();
        boolean done = step.run();
        elapsed(seconds(host.secondsSince(start)));
        return done ? 0 : 1;
    }

    /** Configure for every machine; those that want nothing of their own share one configuration. */
    private boolean configure() {
        boolean shared = false;
        for (Target target : targets) {
            if (!target.hasConfig() && shared) {
                continue;
            }
            if (target.hasConfig()) {
                printer.timestamped(target.title());
            }
            if (!target.configure().configure()) {
                return false;
            }
            shared |= !target.hasConfig();
        }
        return true;
    }

    private void readConfigs() {
        for (Target target : targets) {
            String dotConfig = target.configure().dotConfig();
            if (dotConfig == null) {
                throw new CliException("there is no " + target.configure().dotConfigName()
                    + " to run with; 'kunit run' makes one");
            }
            target.setup().config(dotConfig);
        }
        sayIfNothingIsFiltered(targets.getFirst().setup());
    }

    /** What becomes of filtered cases does not matter where no filter is (quirk Q-25). */
    private void sayIfNothingIsFiltered(BootSetup setup) {
        if (!options.has(Flag.FILTER_ACTION) || options.has(Flag.FILTER) || options.has(Flag.QUIET)) {
            return;
        }
        KernelCommandLine user = KernelCommandLine.parse(String.join(" ", setup.kernelArgs()));
        if (KunitOptions.of(user, setup.config(), KunitMode.V6_12).filter() == null) {
            host.err().println("kunit: note: --filter_action=" + options.text(Flag.FILTER_ACTION)
                + " has no effect without --filter");
        }
    }

    private int exec() {
        readConfigs();
        Execute execute = execution();
        int exit = execute.run();
        elapsed(seconds(execute.seconds()));
        return exit;
    }

    private int runAll() {
        long start = host.nanos().getAsLong();
        if (!configure()) {
            return 1;
        }
        double configuring = host.secondsSince(start);
        long buildStart = host.nanos().getAsLong();
        if (!build()) {
            return 1;
        }
        double building = host.secondsSince(buildStart);
        readConfigs();
        Execute execute = execution();
        int exit = execute.run();
        elapsed(seconds(host.secondsSince(start)) + " total, " + seconds(configuring) + " configuring, "
            + seconds(building)
            + " building, " + seconds(execute.seconds()) + " running");
        return exit;
    }

    private Execute execution() {
        return new Execute(options, host, buildDir, arch, targets, booter, printer);
    }

    /**
     * Compile the suites that changed. Returns whether that worked; if not, the compiler's words are on standard error.
     */
    private boolean build() {
        printer.timestamped("Building KUnit Kernel ...");
        Configure configure = targets.getFirst().configure();
        configure.echoMake("Populating config with:", "olddefconfig");
        configure.echoMake("Building with:", options.newest()
            ? new String[] {"all", "compile_commands.json", "scripts_gdb"}
            : new String[] {"all", "compile_commands.json"});
        host.out().flush();
        if (SuiteArchive.isUsed(host.root())) {
            return true;
        }
        SuiteBuild suites = new SuiteBuild(host.root());
        String errors = suites.run();
        if (!suites.note().isEmpty() && !options.has(Flag.QUIET)) {
            host.err().println("kunit: note: these do not compile, but no suite needs them:\n" + suites.note()
                .stripTrailing());
        }
        if (errors.isEmpty()) {
            return true;
        }
        host.err().println("ERROR:root:" + errors.stripTrailing());
        return false;
    }

    /** As C's {@code %.3f} writes it, but for halves; without the start of Java's own formatter. */
    private static String seconds(double seconds) {
        long millis = Math.round(seconds * 1_000);
        String fraction = Long.toString(1_000 + millis % 1_000);
        return millis / 1_000 + "." + fraction.substring(1) + "s";
    }

    private void elapsed(String times) {
        printer.timestamped("Elapsed time: " + times + "\n");
    }
}
