package org.kunitjvm.kunit.kconfig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kernel.config.KernelConfig;

/** The project's own Kconfig files and fragments fit together. */
final class ProjectKconfigTest {
    private static final Path ROOT = root();
    private static final String DEFAULT = "kunit/configs/default.config";

    private static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(directory.resolve("kunit/Kconfig"))) {
            Path parent = directory.getParent();
            if (parent == null) {
                throw new IllegalStateException("no kunit/Kconfig above the working directory");
            }
            directory = parent;
        }
        return directory;
    }

    private static KunitConfig read(String name) {
        return KunitConfig.read(name, KconfigFiles.in(ROOT)).config();
    }

    private static Configuration evaluate(KunitConfig wanted) {
        return Configuration.evaluate(KconfigFiles.in(ROOT), "Kconfig", Map.of("ARCH", "x86_64"), wanted);
    }

    static Stream<String> fragments() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT, 3)) {
            List<String> names = files.filter(ProjectKconfigTest::isFragment).map(f -> ROOT.relativize(f).toString())
                .sorted().toList();
            assertTrue(names.contains("mm/.kunitconfig") && names.contains(DEFAULT), names.toString());
            return names.stream();
        }
    }

    private static boolean isFragment(Path file) {
        String path = ROOT.relativize(file).toString();
        return !path.startsWith(".kunit/") && !path.contains("target/")
                && (path.endsWith(".kunitconfig") || path.startsWith("kunit/configs/") && path.endsWith(".config"));
    }

    @ParameterizedTest
    @MethodSource("fragments")
    void everyFragmentIsFulfilled(String name) {
        KunitConfig wanted = read(name);
        Configuration configuration = evaluate(wanted);
        assertEquals("", configuration.warnings());
        assertEquals(List.of(), configuration.lost(wanted));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--alldefconfig", "--allnoconfig", "--allyesconfig", "--allmodconfig"})
    void theTreeParsesWithoutAWord(String mode) {
        StringBuilder err = new StringBuilder();
        KconfigFiles memory = KconfigFiles.inMemory();
        KconfigFiles files = new KconfigFiles() {
            @Override
            public String read(String name) {
                return name.startsWith(".config") ? memory.read(name) : KconfigFiles.in(ROOT).read(name);
            }

            @Override
            public boolean isDirectory(String name) {
                return false;
            }

            @Override
            public void write(String name, String text) throws IOException {
                memory.write(name, text);
            }

            @Override
            public void rename(String from, String to) throws IOException {
                memory.rename(from, to);
            }
        };
        for (String language : List.of("current", "linux-6.12")) {
            StringBuilder out = new StringBuilder();
            int exit = KconfigConf.run(List.of("--language", language, mode, "Kconfig"), files, ShellCommand.DISABLED,
                Map.of(),
                    Answers.from(InputStream.nullInputStream()), out, err);
            assertEquals("", err.toString());
            assertEquals(0, exit);
        }
    }

    @Test
    void everySymbolHasHelpOrNoPrompt() {
        Configuration configuration = evaluate(read(DEFAULT));
        List<String> without = configuration.names().stream().filter(n -> configuration.help(n).isBlank()).toList();
        assertEquals(List.of("ARCH_SUPPORTS_MERMAP", "LOCKDEP"), without);
    }

    @Test
    void theDefaultSwitchesOnWhatTheSuitesNeed() {
        Configuration configuration = evaluate(read(DEFAULT));
        for (String symbol : List.of("SMP", "NUMA", "MEMORY_HOTREMOVE", "CONTIG_ALLOC", "MERMAP", "PAGE_ALLOC_UNMAPPED",
                "TRANSPARENT_HUGEPAGE", "PAGE_ALLOC_KUNIT_TEST", "MERMAP_KUNIT_TEST", "VMA_KUNIT_TEST",
                "MLOCK_KUNIT_TEST",
                "LRU_BATCH_KUNIT_TEST", "KUNIT_TEST", "KUNIT_EXAMPLE_TEST", "KUNIT_FAULT_TEST")) {
            assertEquals("y", configuration.value(symbol), symbol);
        }
        assertEquals("n", configuration.value("MITIGATION_ADDRESS_SPACE_ISOLATION"));
    }

    @Test
    void theKernelsBuiltInDefaultsAreTheSame() {
        Map<String, String> expected = new TreeMap<>(KernelConfig.defconfig().values());
        Configuration configuration = evaluate(read(DEFAULT));
        Map<String, String> actual = new TreeMap<>();
        for (String symbol : expected.keySet()) {
            actual.put(symbol, String.valueOf(configuration.value(symbol)));
        }
        assertEquals(expected, actual);
    }

    @Test
    void aMissingArchitectureFeatureIsNamed() {
        KunitConfig wanted = read("mm");
        Configuration configuration = Configuration.evaluate(KconfigFiles.in(ROOT), "Kconfig", Map.of("ARCH", "arm64"),
            wanted);
        assertEquals("CONFIG_MERMAP=y was lost: it depends on ARCH_SUPPORTS_MERMAP (=n)",
            configuration.lost(wanted).getFirst().message());
    }
}
