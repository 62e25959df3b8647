package org.kunitjvm.kunit.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.KernelCommandLine;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kunit.KunitMode;

/**
 * How to run: KUnit's own parameters, and what a host needs to know.
 *
 * @param mode which release is followed
 * @param enabled {@code kunit.enable}
 * @param filterGlob {@code kunit.filter_glob}, or {@code null}
 * @param filter {@code kunit.filter}, or {@code null}
 * @param filterAction {@code kunit.filter_action}, or {@code null}
 * @param action {@code kunit.action}: {@code list}, {@code list_attr}, or {@code null} to run
 * @param stats {@code kunit.stats_enabled}
 * @param timeoutSeconds base limit of virtual time for a body and for a cleanup
 * @param autorun {@code kunit.autorun}: whether to run at boot
 * @param shutdown {@code kunit_shutdown}: {@code poweroff}, {@code halt}, {@code reboot}; or {@code null}
 * @param oneKernel whether all suites run on one kernel, as on a real boot, instead of one each
 * @param hostLimit how long a body may keep the host busy without reaching a decision point; zero for ever
 * @param sourceRoots directories to look for source files in besides those of the Maven modules
 * @param strict whether to leave the kernel where it hides something: a failure stays when the case is skipped later,
 *     and suite_exit runs although suite_init has failed
 * @param limits limits of a case that no kernel has
 */
public record KunitOptions(KunitMode mode, boolean enabled, @Nullable String filterGlob, @Nullable String filter,
    @Nullable String filterAction, @Nullable String action, StatsMode stats, long timeoutSeconds, boolean autorun,
    @Nullable String shutdown, boolean oneKernel, Duration hostLimit, List<Path> sourceRoots, boolean strict,
    CaseLimits limits) {
    /** The limit that a kernel has unless it is told otherwise. */
    public static final long DEFAULT_TIMEOUT_SECONDS = 300;

    /** How a 6.12 kernel runs without parameters. */
    public static final KunitOptions DEFAULT = new KunitOptions(KunitMode.V6_12, true, null, null, null, null,
        StatsMode.AUTO,
        DEFAULT_TIMEOUT_SECONDS, true, null, false, Duration.ofSeconds(60), List.of(), false,
        CaseLimits.NONE);

    /**
     * What the command line of a kernel with this configuration asks for; later parameters win. Parameters and symbols
     * that came after 6.12 count in its mode too: they change nothing unless somebody sets them.
     */
    public static KunitOptions of(KernelCommandLine cmdline, KernelConfig config, KunitMode mode) {
        String timeout = cmdline.get("kunit.timeout");
        // A configuration without KUnit's symbols says yes, as does one from before there was KUNIT_AUTORUN_ENABLED.
        boolean enabled = config.value("KUNIT") == null || config.isEnabled("KUNIT_DEFAULT_ENABLED");
        boolean autorun = config.value("KUNIT_DEFAULT_TIMEOUT") == null || config.isEnabled("KUNIT_AUTORUN_ENABLED");
        return new KunitOptions(mode, flag(cmdline.get("kunit.enable"), enabled),
            orDefault(cmdline, config, "filter_glob"), orDefault(cmdline, config, "filter"),
            orDefault(cmdline, config, "filter_action"), cmdline.get("kunit.action"),
            stats(cmdline.get("kunit.stats_enabled")),
            timeout != null && isNumber(timeout) ? Long.parseLong(timeout)
                : config.longValue("KUNIT_DEFAULT_TIMEOUT", DEFAULT_TIMEOUT_SECONDS),
            flag(cmdline.get("kunit.autorun"), autorun), cmdline.get("kunit_shutdown"),
            DEFAULT.oneKernel, DEFAULT.hostLimit, DEFAULT.sourceRoots, DEFAULT.strict, DEFAULT.limits);
    }

    private static @Nullable String orDefault(KernelCommandLine cmdline, KernelConfig config, String name) {
        String value = cmdline.get("kunit." + name);
        if (value != null) {
            return value;
        }
        String configured = config.value("KUNIT_DEFAULT_" + name.toUpperCase(Locale.ROOT));
        return configured == null || configured.isEmpty() ? null : configured;
    }

    private static boolean flag(@Nullable String value, boolean fallback) {
        return value == null ? fallback : value.isEmpty() || Boolean.TRUE.equals(KunitParams.toSwitch(value));
    }

    private static StatsMode stats(@Nullable String value) {
        if (value == null) {
            return StatsMode.AUTO;
        }
        return switch (value) {
            case "0" -> StatsMode.OFF;
            case "2" -> StatsMode.ALWAYS;
            default -> StatsMode.AUTO;
        };
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** A copy with another {@link #mode}. */
    public KunitOptions withMode(KunitMode value) {
        return new KunitOptions(value, enabled, filterGlob, filter, filterAction, action, stats,
            timeoutSeconds, autorun, shutdown, oneKernel, hostLimit, sourceRoots, strict, limits);
    }

    /** A copy with another {@link #enabled}. */
    public KunitOptions withEnabled(boolean value) {
        return new KunitOptions(mode, value, filterGlob, filter, filterAction, action, stats, timeoutSeconds,
            autorun, shutdown, oneKernel, hostLimit, sourceRoots, strict, limits);
    }

    /** A copy with another {@link #filterGlob}. */
    public KunitOptions withFilterGlob(@Nullable String value) {
        return new KunitOptions(mode, enabled, value, filter, filterAction, action, stats, timeoutSeconds,
            autorun, shutdown, oneKernel, hostLimit, sourceRoots, strict, limits);
    }

    /** A copy with another {@link #filter}. */
    public KunitOptions withFilter(@Nullable String value) {
        return new KunitOptions(mode, enabled, filterGlob, value, filterAction, action, stats, timeoutSeconds,
            autorun, shutdown, oneKernel, hostLimit, sourceRoots, strict, limits);
    }

    /** A copy with another {@link #filterAction}. */
    public KunitOptions withFilterAction(@Nullable String value) {
        return new KunitOptions(mode, enabled, filterGlob, filter, value, action, stats, timeoutSeconds,
            autorun, shutdown, oneKernel, hostLimit, sourceRoots, strict, limits);
    }

    /** A copy with another {@link #action}. */
    public KunitOptions withAction(@Nullable String value) {
        return new KunitOptions(mode, enabled, filterGlob, filter, filterAction, value, stats, timeoutSeconds,
            autorun, shutdown, oneKernel, hostLimit, sourceRoots, strict, limits);
    }

    /** A copy with another {@link #stats}. */
    public KunitOptions withStats(StatsMode value) {
        return new KunitOptions(mode, enabled, filterGlob, filter, filterAction, action, value, timeoutSeconds,
            autorun, shutdown, oneKernel, hostLimit, sourceRoots, strict, limits);
    }

    /** A copy with another {@link #timeoutSeconds}. */
    public KunitOptions withTimeoutSeconds(long value) {
        return new KunitOptions(mode, enabled, filterGlob, filter, filterAction, action, stats, value, autorun,
            shutdown, oneKernel, hostLimit, sourceRoots, strict, limits);
    }

    /** A copy with another {@link #autorun}. */
    public KunitOptions withAutorun(boolean value) {
        return new KunitOptions(mode, enabled, filterGlob, filter, filterAction, action, stats, timeoutSeconds,
            value, shutdown, oneKernel, hostLimit, sourceRoots, strict, limits);
    }

    /** A copy with another {@link #shutdown}. */
    public KunitOptions withShutdown(@Nullable String value) {
        return new KunitOptions(mode, enabled, filterGlob, filter, filterAction, action, stats, timeoutSeconds,
            autorun, value, oneKernel, hostLimit, sourceRoots, strict, limits);
    }

    /** A copy with another {@link #oneKernel}. */
    public KunitOptions withOneKernel(boolean value) {
        return new KunitOptions(mode, enabled, filterGlob, filter, filterAction, action, stats, timeoutSeconds,
            autorun, shutdown, value, hostLimit, sourceRoots, strict, limits);
    }

    /** A copy with another {@link #hostLimit}. */
    public KunitOptions withHostLimit(Duration value) {
        return new KunitOptions(mode, enabled, filterGlob, filter, filterAction, action, stats, timeoutSeconds,
            autorun, shutdown, oneKernel, value, sourceRoots, strict, limits);
    }

    /** A copy with another {@link #sourceRoots}. */
    public KunitOptions withSourceRoots(List<Path> value) {
        return new KunitOptions(mode, enabled, filterGlob, filter, filterAction, action, stats, timeoutSeconds,
            autorun, shutdown, oneKernel, hostLimit, value, strict, limits);
    }

    /** A copy with another {@link #strict}. */
    public KunitOptions withStrict(boolean value) {
        return new KunitOptions(mode, enabled, filterGlob, filter, filterAction, action, stats, timeoutSeconds, autorun,
            shutdown, oneKernel, hostLimit, sourceRoots, value, limits);
    }

    /** A copy with other {@link #limits}. */
    public KunitOptions withLimits(CaseLimits value) {
        return new KunitOptions(mode, enabled, filterGlob, filter, filterAction, action, stats, timeoutSeconds, autorun,
            shutdown, oneKernel, hostLimit, sourceRoots, strict, value);
    }
}
