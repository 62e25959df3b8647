package org.kunitjvm.kunit.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.ConfigurationParameters;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sched.RandomPolicy;
import org.kunitjvm.kernel.sched.RecordedPolicy;
import org.kunitjvm.kernel.sched.RoundRobinPolicy;

/** What the configuration parameters of a launcher do to the kernels that are booted, and what they refuse. */
final class SettingsTest {
    private static final Map<String, String> FIXTURES = Map.of(EngineSettings.KUNITCONFIG, ".kunitconfig");

    private record Parameters(Map<String, String> values) implements ConfigurationParameters {
        @Override
        public Optional<String> get(String key) {
            return Optional.ofNullable(key.equals(EngineSettings.SRCTREE) && !values.containsKey(key)
                ? EngineRuns.tree()
                : values.get(key));
        }

        @Override
        public Optional<Boolean> getBoolean(String key) {
            return get(key).map(Boolean::parseBoolean);
        }

        @Override
        public Set<String> keySet() {
            return values.keySet();
        }
    }

    private static EngineSettings settings(String... keysAndValues) {
        Map<String, String> values = new TreeMap<>(FIXTURES);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return EngineSettings.of(new Parameters(values));
    }

    private static Kernel boot(EngineSettings settings) {
        return settings.boot().boot(_ -> { }, false);
    }

    private static String refusal(String key, String value) {
        return assertThrows(EngineSettingsException.class, () -> settings(key, value)).getMessage();
    }

    @Test
    void withoutAnyParameterTheProjectsSuitesAreBuilt() {
        EngineSettings settings = EngineSettings.of(new Parameters(Map.of(EngineSettings.SRCTREE,
            Path.of(EngineRuns.tree()).toAbsolutePath().getParent().getParent().getParent().getParent().getParent()
            .toString())));
        assertNull(settings.whyNotBuilt("MERMAP_KUNIT_TEST"));
        assertNull(settings.whyNotBuilt(""));
        assertEquals("CONFIG_KUNIT_ENGINE_FIXTURES is not set in the configuration",
            settings.whyNotBuilt(EngineSuites.CONFIG));
        try (Kernel kernel = boot(settings)) {
            assertEquals(2, kernel.machine().cpus());
            assertEquals(RoundRobinPolicy.class, kernel.sched().policy().getClass());
        }
    }

    @Test
    void withoutKconfigFilesEverySuiteIsBuilt(@TempDir Path empty) {
        // The folder of this test is inside of a project with Kconfig files, so that one without has to be named.
        EngineSettings settings = EngineSettings.of(new Parameters(Map.of(EngineSettings.SRCTREE, empty.toString())));
        assertNull(settings.whyNotBuilt("MY_OWN_TEST"));
        assertTrue(settings.boot().config().isEnabled("KUNIT"));
    }

    @Test
    void fragmentWithoutKconfigFilesIsTakenAsItIs(@TempDir Path empty) throws IOException {
        Files.writeString(empty.resolve("my.config"), "CONFIG_MY_OWN_TEST=y\n# CONFIG_NUMA is not set\n");
        EngineSettings settings = EngineSettings.of(new Parameters(Map.of(EngineSettings.SRCTREE, empty.toString(),
            EngineSettings.KUNITCONFIG, "my.config")));
        assertNull(settings.whyNotBuilt("MY_OWN_TEST"));
        assertNotNull(settings.whyNotBuilt("MY_OTHER_TEST"));
        assertTrue(settings.boot().config().isEnabled("SMP"));
        assertNull(settings.boot().config().value("NUMA"));
    }

    @Test
    void kunitconfigIsEvaluatedAndLosesNothingSilently() {
        assertNull(settings().whyNotBuilt(EngineSuites.CONFIG));
        assertNotNull(settings().whyNotBuilt("KUNIT_ENGINE_OFF"));
        String lost = refusal(EngineSettings.KUNITCONFIG, "lost.config");
        assertTrue(lost.startsWith("kunit.kunitconfig: ") && lost.contains("CONFIG_KUNIT_ENGINE_FIXTURES"), lost);
        assertTrue(refusal(EngineSettings.KUNITCONFIG, "nowhere.config").contains("nowhere.config"));
    }

    @Test
    void commandLineMachineAndSeedReachTheKernel() {
        try (Kernel kernel = boot(settings(EngineSettings.KERNEL_ARGS, "loglevel=7", EngineSettings.QEMU_ARGS,
            "-m 1G -smp 4", EngineSettings.SEED, "0x2a"))) {
            assertEquals("7", kernel.cmdline().get("loglevel"));
            assertEquals("1", kernel.cmdline().get("kunit.enable"));
            assertEquals(4, kernel.machine().cpus());
            assertEquals(42, kernel.seed());
            assertEquals(RandomPolicy.class, kernel.sched().policy().getClass());
        }
    }

    @Test
    void scheduleIsReplayed() {
        try (Kernel kernel = boot(settings(EngineSettings.SCHEDULE, "3:1,9:2"))) {
            assertEquals(RecordedPolicy.class, kernel.sched().policy().getClass());
        }
    }

    @Test
    void wrongValuesAreNamed() {
        assertEquals("kunit.kernel_args: no part of the kernel knows movablecroe=2G; check the spelling",
            refusal(EngineSettings.KERNEL_ARGS, "movablecroe=2G"));
        assertTrue(refusal(EngineSettings.QEMU_ARGS, "-smp none").startsWith("kunit.qemu_args: "));
        assertEquals("kunit.seed=lots is not a number", refusal(EngineSettings.SEED, "lots"));
        assertTrue(refusal(EngineSettings.SCHEDULE, "9:1,3:1").startsWith("kunit.schedule: schedule '9:1,3:1'"));
        assertEquals("kunit.trace=long: choose one of pruned, full", refusal(EngineSettings.TRACE, "long"));
    }

    @Test
    void wrongValueFailsTheSuites() {
        EngineExecutionResults results = EngineRuns.kit().selectors(selectClass(EngineSuites.Green.class))
            .configurationParameter(EngineSettings.SEED, "lots").execute();
        assertEquals("kunit.seed=lots is not a number", EngineRuns.failureOf(results, "engine_green").getMessage());
        assertEquals(List.of(), EngineRuns.endings(results));
    }

    @Test
    void kernelParametersOfKunitSelectAsTheyDoOnTheCommandLine() {
        assertEquals(List.of("alpha_comes_second SUCCESSFUL",
            "zulu_comes_first SKIPPED not selected by the kernel's parameters",
            "renamed SKIPPED not selected by the kernel's parameters"),
            endings("kunit.filter_glob=engine_green.alpha*"));
        assertEquals(List.of("engine_green SKIPPED not selected by the kernel's parameters"),
            endings("kunit.filter_glob=other"));
        assertEquals(List.of("engine_green SKIPPED kunit: disabled"), endings("kunit.enable=0"));
        assertEquals(List.of("zulu_comes_first SUCCESSFUL", "alpha_comes_second SUCCESSFUL", "renamed ABORTED"),
            endings("kunit.filter=speed>slow kunit.filter_action=skip"));
    }

    private static List<String> endings(String kernelArgs) {
        return EngineRuns.endings(EngineRuns.kit().selectors(selectClass(EngineSuites.Green.class))
            .configurationParameter(EngineSettings.KERNEL_ARGS, kernelArgs).execute());
    }
}
