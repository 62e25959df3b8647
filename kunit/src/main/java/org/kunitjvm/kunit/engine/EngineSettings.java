package org.kunitjvm.kunit.engine;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.ConfigurationParameters;
import org.kunitjvm.kernel.KernelCommandLine;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.hw.QemuArgs;
import org.kunitjvm.kernel.sched.Schedule;
import org.kunitjvm.kunit.KunitMode;
import org.kunitjvm.kunit.run.BootOptions;
import org.kunitjvm.kunit.run.KunitOptions;
import org.kunitjvm.kunit.run.KunitParams;

/**
 * What {@code junit-platform.properties}, system properties and launchers say about the kernels to boot. Nothing has to
 * be said: then suites run on the default configuration and machine.
 *
 * @param boot how to boot
 * @param options how to run
 * @param everySuite whether suites are built whatever their CONFIG symbol says, because no configuration names it
 * @param fullTraces whether stack traces keep the frames of the framework
 * @param output what to print on standard output
 */
record EngineSettings(BootOptions boot, KunitOptions options, boolean everySuite, boolean fullTraces, Output output) {
    /** Fragments, separated by commas, as in {@code --kunitconfig}. */
    static final String KUNITCONFIG = "kunit.kunitconfig";
    /** The kernel's command line, as in {@code --kernel_args}. */
    static final String KERNEL_ARGS = "kunit.kernel_args";
    /** The machine, as in {@code --qemu_args}. */
    static final String QEMU_ARGS = "kunit.qemu_args";
    /** A seed, as in {@code --seed}. */
    static final String SEED = "kunit.seed";
    /** A recorded schedule to replay, as in {@code --schedule}. */
    static final String SCHEDULE = "kunit.schedule";
    /** {@code true} for KUnit as in Linux 7.x. */
    static final String NEWEST = "kunit.newest";
    /** The folder of the Kconfig tree; by default looked for around the working directory. */
    static final String SRCTREE = "kunit.srctree";
    /** {@code full} for stack traces with all frames. */
    static final String TRACE = "kunit.trace";
    /** {@code failed}, {@code all} or {@code none}: the cases whose log is printed on standard output. */
    static final String OUTPUT = "kunit.output";

    /** Cases whose log is printed. */
    enum Output { FAILED, ALL, NONE }

    /**
     * Read and check the parameters.
     *
     * @throws EngineSettingsException if one makes no sense; the message names it and says what to do
     */
    static EngineSettings of(ConfigurationParameters parameters) {
        Reader reader = new Reader(parameters);
        SuiteConfig config = SuiteConfig.of(reader.text(KUNITCONFIG), reader.text(SRCTREE));
        String cmdline = reader.cmdline();
        BootOptions boot = new BootOptions(config.config(), cmdline, reader.machine().machine(), reader.seed(),
            reader.schedule());
        KunitOptions options = KunitOptions.of(KernelCommandLine.parse(cmdline), config.config(), reader.mode());
        return new EngineSettings(boot, options, config.everySuite(), reader.isFullTrace(), reader.output());
    }

    /** Why a suite is not built, or {@code null} if it is. */
    @Nullable String whyNotBuilt(String symbol) {
        KernelConfig config = boot.config();
        return everySuite || symbol.isEmpty() || config.isEnabled(symbol) ? null
            : "CONFIG_" + symbol + " is not set in the configuration";
    }

    /** Reads one parameter at a time and names it when it is wrong. */
    private record Reader(ConfigurationParameters parameters) {
        @Nullable String text(String name) {
            return parameters.get(name).map(String::strip).filter(text -> !text.isEmpty()).orElse(null);
        }

        private String text(String name, String fallback) {
            String text = text(name);
            return text == null ? fallback : text;
        }

        String cmdline() {
            String text = text(KERNEL_ARGS, "");
            String trouble = KunitParams.trouble(text);
            if (trouble != null) {
                throw new EngineSettingsException(KERNEL_ARGS + ": " + trouble);
            }
            // As kunit.py has it, so that tests run whatever KUNIT_DEFAULT_ENABLED says; a later parameter wins.
            return ("kunit.enable=1 " + text).strip();
        }

        QemuArgs machine() {
            try {
                return QemuArgs.parse(text(QEMU_ARGS, ""));
            } catch (IllegalArgumentException e) {
                throw new EngineSettingsException(QEMU_ARGS + ": " + e.getMessage());
            }
        }

        @Nullable Long seed() {
            String text = text(SEED);
            try {
                return text == null ? null : Long.decode(text);
            } catch (NumberFormatException e) {
                throw new EngineSettingsException(SEED + "=" + text + " is not a number");
            }
        }

        @Nullable Schedule schedule() {
            String text = text(SCHEDULE);
            try {
                return text == null ? null : Schedule.parse(text);
            } catch (IllegalArgumentException e) {
                throw new EngineSettingsException(SCHEDULE + ": " + e.getMessage());
            }
        }

        KunitMode mode() {
            return choice(NEWEST, "false", "true", "false").equals("true") ? KunitMode.V7 : KunitMode.V6_12;
        }

        boolean isFullTrace() {
            return choice(TRACE, "pruned", "pruned", "full").equals("full");
        }

        Output output() {
            return switch (choice(OUTPUT, "failed", "failed", "all", "none")) {
                case "all" -> Output.ALL;
                case "none" -> Output.NONE;
                default -> Output.FAILED;
            };
        }

        private String choice(String name, String fallback, String... choices) {
            String text = text(name, fallback);
            if (!List.of(choices).contains(text)) {
                throw new EngineSettingsException(name + "=" + text + ": choose one of " + String.join(", ", choices));
            }
            return text;
        }
    }
}
