package org.kunitjvm.kunit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.KernelCommandLine;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kernel.printk.LogRecord;
import org.kunitjvm.kernel.sched.RandomPolicy;
import org.kunitjvm.kernel.sched.RecordedPolicy;
import org.kunitjvm.kernel.sched.RoundRobinPolicy;
import org.kunitjvm.kernel.sched.Schedule;
import org.kunitjvm.kernel.sched.SchedulingPolicy;
import org.kunitjvm.kunit.KunitMode;

/** The kernels and the options of a run are what was asked for. */
final class BootOptionsTest {
    private static SchedulingPolicy policy(BootOptions options) {
        try (Kernel kernel = options.boot(_ -> { }, false)) {
            return kernel.sched().policy();
        }
    }

    private static BootOptions with(Long seed, Schedule schedule) {
        return new BootOptions(KernelConfig.defconfig(), "quiet", Machine.pc(2, 64L << 20), seed, schedule);
    }

    private static KunitOptions options(String cmdline, KunitMode mode) {
        return KunitOptions.of(KernelCommandLine.parse(cmdline), KernelConfig.defconfig(), mode);
    }

    @Test
    void policyFollowsScheduleThenSeedThenRoundRobin() {
        assertInstanceOf(RoundRobinPolicy.class, policy(with(null, null)));
        assertInstanceOf(RandomPolicy.class, policy(with(7L, null)));
        assertInstanceOf(RecordedPolicy.class, policy(with(7L, Schedule.EMPTY)));
    }

    @Test
    void kernelIsBootedWithEverythingThatWasSaid() {
        List<LogRecord> console = new ArrayList<>();
        SchedulingPolicy mine = new RoundRobinPolicy();
        try (Kernel kernel = with(7L, null).under(mine).boot(console::add, false)) {
            assertSame(mine, kernel.sched().policy());
            assertEquals(2, kernel.machine().cpus());
            assertEquals("", kernel.cmdline().get("quiet"));
            kernel.log().info("hello");
            assertEquals("hello", console.getLast().text());
        }
    }

    @ParameterizedTest
    @CsvSource({"1, true", "y, true", "Y, true", "t, true", "T, true", "on, true", "ON, true", "'', true", "0, false",
        "n, false", "off, false", "f, false"})
    void enableTakesTheKernelsBooleans(String value, boolean enabled) {
        assertEquals(enabled, options("kunit.enable=" + value, KunitMode.V6_12).enabled());
    }

    @ParameterizedTest
    @CsvSource({"0, OFF", "1, AUTO", "2, ALWAYS", "7, AUTO"})
    void statistics(String value, StatsMode mode) {
        assertEquals(mode, options("kunit.stats_enabled=" + value, KunitMode.V6_12).stats());
    }

    @ParameterizedTest
    @CsvSource({"90, 90", "09, 9", "x, 300", "'', 300", "-1, 300", "9x, 300", "/5, 300", ":5, 300"})
    void timeoutIsANumberOrTheDefault(String value, long seconds) {
        for (KunitMode mode : KunitMode.values()) {
            assertEquals(seconds, options("kunit.timeout=" + value, mode).timeoutSeconds(), mode.toString());
        }
    }

    @Test
    void configurationGivesDefaultsInEveryMode() {
        KernelConfig config = KernelConfig.defconfig().with("KUNIT_DEFAULT_FILTER", "speed>slow");
        KernelConfig off = KernelConfig.defconfig().with("KUNIT_DEFAULT_ENABLED", "n");
        KernelCommandLine empty = KernelCommandLine.parse("kunit.filter=");
        for (KunitMode mode : KunitMode.values()) {
            assertEquals("speed>slow", KunitOptions.of(KernelCommandLine.EMPTY, config, mode).filter());
            assertEquals("", KunitOptions.of(empty, config, mode).filter(), "an empty one on the command line wins");
            assertEquals(false, KunitOptions.of(KernelCommandLine.EMPTY, off, mode).enabled());
        }
    }
}
