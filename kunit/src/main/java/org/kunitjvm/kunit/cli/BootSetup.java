package org.kunitjvm.kunit.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.KernelCommandLine;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.hw.QemuArgs;
import org.kunitjvm.kernel.sched.Schedule;
import org.kunitjvm.kunit.run.BootOptions;
import org.kunitjvm.kunit.run.KunitParams;
import org.kunitjvm.kernel.sched.SchedulePlan;

/**
 * What all kernels of one command have in common: machine, configuration, suites. Everything the user wrote about them
 * is checked here, before anything is printed or written.
 */
final class BootSetup {
    /** What {@code --paranoid} means to a kernel. */
    private static final String PARANOID = "mm.paranoid=1";

    private final Host host;
    private final List<String> qemuWords;
    private final List<String> kernelArgs;
    private final Machine machine;
    private final List<Path> suiteFolders;
    private final Selection selection;
    private final @Nullable SchedulePlan schedules;
    private KernelConfig config = KernelConfig.defconfig();

    /** Check what the options say; the profile comes first, so that options add to it or override it. */
    BootSetup(Options options, Host host, Arch arch, @Nullable MachineProfile profile, Selection selection) {
        this.host = host;
        qemuWords = new ArrayList<>(profile == null ? List.of() : profile.qemuWords());
        qemuWords.addAll(qemuWords(options));
        kernelArgs = new ArrayList<>(profile == null ? List.of() : profile.kernelArgs());
        kernelArgs.addAll(options.list(Flag.KERNEL_ARGS));
        if (options.has(Flag.PARANOID)) {
            kernelArgs.add(PARANOID);
        }
        machine = machine(qemuWords, arch, host);
        suiteFolders = suiteFolders(options, host);
        this.selection = selection;
        schedules = ExplorationArgs.plan(options);
        refuseWrongParams(options);
        refuseSchedule(options);
        refuseWhatDoesNotBoot();
    }

    /**
     * Boot what the user describes, and throw it away: the kernel alone knows whether the values of its parameters make
     * sense, and it should say so before anything is printed or written.
     */
    private void refuseWhatDoesNotBoot() {
        if (kernelArgs.isEmpty()) {
            return;
        }
        try {
            new BootOptions(config, String.join(" ", kernelArgs), machine, null, null).boot(_ -> { }, false).shutdown();
        } catch (KernelParamException e) {
            throw new CliException("--kernel_args: " + e.getMessage());
        }
    }

    private static void refuseSchedule(Options options) {
        try {
            Schedule.parse(ExplorationArgs.scheduleText(options));
        } catch (IllegalArgumentException e) {
            throw new CliException("--schedule: " + e.getMessage());
        }
    }

    private static List<String> qemuWords(Options options) {
        List<String> words = new ArrayList<>();
        for (String args : options.list(Flag.QEMU_ARGS)) {
            try {
                words.addAll(ShellWords.split(args));
            } catch (IllegalArgumentException e) {
                throw new CliException("--qemu_args=" + args + ": " + e.getMessage() + "; close the quotes");
            }
        }
        return words;
    }

    private static Machine machine(List<String> words, Arch arch, Host host) {
        try {
            QemuArgs qemu = QemuArgs.parse(words);
            if (!qemu.notModelled().isEmpty()) {
                host.err().println("kunit: note: not modelled and without effect: "
                    + String.join(", ", qemu.notModelled()));
            }
            if (arch.isStandIn()) {
                host.err().println("kunit: note: --arch=" + arch.name()
                    + " runs on the one machine that is modelled, an x86-64 PC");
            }
            return qemu.machine();
        } catch (IllegalArgumentException e) {
            throw new CliException("--qemu_args: " + e.getMessage());
        }
    }

    private static List<Path> suiteFolders(Options options, Host host) {
        List<Path> folders = new ArrayList<>();
        folders.add(SuiteArchive.classes(host.root()));
        for (String path : options.list(Flag.SUITE_PATH)) {
            Path folder = host.resolve(path);
            if (!Files.isDirectory(folder)) {
                throw new CliException("--suite_path=" + path + ": no such folder; name one that holds class files");
            }
            folders.add(folder);
        }
        return folders;
    }

    private void refuseWrongParams(Options options) {
        String text = String.join(" ", options.list(Flag.KERNEL_ARGS));
        // Without any, those who know parameters need not be looked for.
        String trouble = text.isBlank() ? null : KunitParams.trouble(text);
        if (trouble != null) {
            throw new CliException("--kernel_args: " + trouble);
        }
        if (!text.isBlank() && !options.has(Flag.QUIET)) {
            sayWhatHasNoEffect(options, KernelCommandLine.parse(text));
        }
    }

    /** kunit.py's own parameters come behind the user's, and the later one counts. */
    private void sayWhatHasNoEffect(Options options, KernelCommandLine user) {
        for (String own : KernelArgs.forRun(options, List.of(), options.positional())) {
            String name = own.substring(0, own.indexOf('='));
            String value = user.get(name);
            if (value != null && !own.equals(name + "=" + value)) {
                host.err().println("kunit: note: " + name + "=" + value + " has no effect, because " + own
                    + " comes after it");
            }
        }
        if (user.has("mem")) {
            host.err().println("kunit: note: mem=" + user.get("mem")
                + " has no effect; --qemu_args='-m 4G' says how much memory there is");
        }
    }

    /** Use this configuration from now on. */
    void config(String dotConfig) {
        config = KernelConfig.parse(dotConfig);
    }

    KernelConfig config() {
        return config;
    }

    Selection selection() {
        return selection;
    }

    Machine machine() {
        return machine;
    }

    /** The kernel's parameters that profile and options say, in order. */
    List<String> kernelArgs() {
        return kernelArgs;
    }

    List<String> qemuWords() {
        return qemuWords;
    }

    BootRequest request(Options options, List<String> kernelArgs) {
        List<Path> sourceRoots = List.of(host.root().resolve("tests/src/test/java"), host.root()
            .resolve("tests/src/main/java"));
        return new BootRequest(kernelArgs, config, machine, suiteFolders, sourceRoots,
            new Seed(options.number(Flag.SEED), ExplorationArgs.kernelSchedule(options)), options.newest(),
                options.timeoutSeconds(),
            options.integer(Flag.JOBS, Runtime.getRuntime().availableProcessors()), selection,
                options.has(Flag.FAIL_FAST),
            options.has(Flag.CASE_TIMEOUT) ? Integer.valueOf(options.integer(Flag.CASE_TIMEOUT, 0)) : null,
            options.number(Flag.CASE_STEPS),
            schedules);
    }
}
