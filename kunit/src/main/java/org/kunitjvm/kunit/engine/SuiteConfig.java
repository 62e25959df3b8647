package org.kunitjvm.kunit.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kunit.kconfig.Configuration;
import org.kunitjvm.kunit.kconfig.KconfigException;
import org.kunitjvm.kunit.kconfig.KconfigFiles;
import org.kunitjvm.kunit.kconfig.KunitConfig;
import org.kunitjvm.kunit.kconfig.LostValue;

/**
 * The configuration of the kernels. In a project with Kconfig files they are evaluated, with the given fragments or,
 * without any, with the wishes of the default configuration, which has all tests on. In a project without, the default
 * configuration is taken, and the values of the fragments are put into it as they are.
 *
 * @param config the configuration
 * @param everySuite whether no configuration says which suites are built, so that all are
 */
record SuiteConfig(KernelConfig config, boolean everySuite) {
    private static final String KCONFIG = "Kconfig";

    /**
     * Work the configuration out.
     *
     * @param fragments paths separated by commas, or {@code null}
     * @param srctree the folder with the topmost Kconfig file, or {@code null} to look around the working directory
     */
    static SuiteConfig of(@Nullable String fragments, @Nullable String srctree) {
        Path here = Path.of("").toAbsolutePath();
        Path tree = srctree == null ? topmostKconfig(here) : here.resolve(srctree);
        if (tree != null && !Files.isDirectory(tree)) {
            throw new EngineSettingsException(EngineSettings.SRCTREE + "=" + srctree + ": no such folder");
        }
        boolean hasKconfig = tree != null && Files.isRegularFile(tree.resolve(KCONFIG));
        try {
            if (fragments == null) {
                return hasKconfig ? new SuiteConfig(KernelConfig.parse(evaluate(defconfig(), tree).dotConfig()), false)
                    : new SuiteConfig(KernelConfig.defconfig(), true);
            }
            KunitConfig wanted = read(fragments, tree == null ? here : tree);
            return new SuiteConfig(hasKconfig ? evaluateAll(wanted, tree) : overlay(wanted), false);
        } catch (KconfigException e) {
            throw new EngineSettingsException(EngineSettings.KUNITCONFIG + ": " + e.getMessage());
        }
    }

    /** The outermost of the folders that have Kconfig files, from the nearest such folder upwards. */
    private static @Nullable Path topmostKconfig(Path here) {
        Path found = null;
        for (Path folder = here; folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve(KCONFIG))) {
                found = folder;
            } else if (found != null) {
                break;
            }
        }
        return found;
    }

    private static KunitConfig read(String fragments, Path tree) {
        List<KunitConfig.Source> sources = new ArrayList<>();
        for (String path : fragments.split(",")) {
            if (!path.isBlank()) {
                sources.add(KunitConfig.read(path.strip(), KconfigFiles.in(tree)));
            }
        }
        return KunitConfig.merge(sources);
    }

    private static KernelConfig overlay(KunitConfig wanted) {
        StringBuilder text = new StringBuilder();
        KernelConfig.defconfig().values().forEach((name, value) -> {
            if (wanted.value(name) == null) {
                line(text, name, value);
            }
        });
        return KernelConfig.parse(text.append(wanted.text()).append('\n').toString());
    }

    private static KunitConfig defconfig() {
        StringBuilder text = new StringBuilder();
        KernelConfig.defconfig().values().forEach((name, value) -> line(text, name, value));
        return KunitConfig.parse(text.toString());
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append("CONFIG_").append(name).append('=').append(value).append('\n');
    }

    private static Configuration evaluate(KunitConfig wanted, Path tree) {
        return Configuration.evaluate(KconfigFiles.in(tree), KCONFIG, System.getenv(), wanted);
    }

    /** Evaluate, and refuse to lose a wish. */
    private static KernelConfig evaluateAll(KunitConfig wanted, Path tree) {
        Configuration configuration = evaluate(wanted, tree);
        if (wanted.missingMessage(configuration.generated(), false) != null) {
            throw new EngineSettingsException(configuration.lost(wanted).stream().map(LostValue::message)
                .collect(Collectors.joining("\n", EngineSettings.KUNITCONFIG + ": ", "")));
        }
        return KernelConfig.parse(configuration.dotConfig());
    }
}
