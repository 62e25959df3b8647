package org.kunitjvm.kunit.kconfig;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tree of Kconfig files evaluated with a list of wishes: the configuration of one kernel.
 * Immutable once made. Names are accepted with and without {@code CONFIG_}.
 */
public final class Configuration {
    private final KconfigTree tree;
    private final SymbolEvaluator evaluator;
    private final Map<String, String> values;
    private final List<String> names;
    private final String dotConfig;
    private final String warnings;

    private Configuration(KconfigTree tree, SymbolEvaluator evaluator, Map<String, String> environment,
        StringBuilder warnings) {
        this.tree = tree;
        this.evaluator = evaluator;
        this.dotConfig = new ConfigWriter(tree, evaluator, environment, KconfigLanguage.LINUX_6_12).dotConfig();
        this.values = new LinkedHashMap<>();
        this.names = new ArrayList<>();
        for (Menu menu : tree.entries()) {
            Symbol symbol = menu.symbol;
            if (symbol != null && !symbol.isChoice() && !values.containsKey(symbol.name())) {
                evaluator.calculate(symbol);
                names.add(symbol.name());
                values.put(symbol.name(), SymbolEvaluator.text(symbol));
            }
        }
        this.warnings = warnings.toString();
    }

    /**
     * Parse and evaluate.
     *
     * @param files where the Kconfig files are
     * @param kconfig name of the first one
     * @param environment variables that the files may use
     * @param wanted what the user wishes; what a wish lacks to be fulfilled is told by {@link #lost}
     * @throws KconfigException if the Kconfig files are wrong; the message is what conf prints
     */
    public static Configuration evaluate(KconfigFiles files, String kconfig, Map<String, String> environment,
            KunitConfig wanted) {
        return evaluate(files, kconfig, environment, ShellCommand.DISABLED, "kunitconfig", wanted.text());
    }

    /**
     * Parse and evaluate with the text of a .config, as olddefconfig does.
     *
     * @param configName name of the .config in warnings
     * @throws KconfigException if the Kconfig files are wrong; the message is what conf prints
     */
    public static Configuration evaluate(KconfigFiles files, String kconfig, Map<String, String> environment,
            ShellCommand shell, String configName, String config) {
        Map<String, String> own = environment;
        if (environment.containsKey(ConfigReader.PREFIX_VARIABLE)) {
            // Wishes of a kunitconfig have one prefix only.
            own = new HashMap<>(environment);
            own.remove(ConfigReader.PREFIX_VARIABLE);
        }
        return DeepStack.call(new Evaluation(files, kconfig, own, shell, configName, config));
    }

    /** The inputs of an evaluation. A class for the reason given in {@link DeepStack}. */
    private record Evaluation(KconfigFiles files, String kconfig, Map<String, String> environment, ShellCommand shell,
            String configName, String config) implements DeepStack.Task<Configuration> {
        @Override
        public Configuration run() {
            StringBuilder warnings = new StringBuilder();
            Messages messages = new Messages(new StringBuilder(), warnings);
            KconfigTree tree = KconfigTree.parse(kconfig, files, environment, shell, KconfigLanguage.CURRENT, messages);
            SymbolEvaluator evaluator = new SymbolEvaluator(tree, environment);
            new ConfigReader(tree, evaluator, files, environment, true).readLines(configName, config);
            evaluator.setChanged(true);
            evaluator.calculate(tree.modules());
            return new Configuration(tree, evaluator, environment, warnings);
        }
    }

    static String withoutPrefix(String name) {
        return name.startsWith(ConfigReader.PREFIX) ? name.substring(ConfigReader.PREFIX.length()) : name;
    }

    // ---- values ----

    /** Whether a Kconfig file defines the symbol. */
    public boolean isDefined(String name) {
        return values.containsKey(withoutPrefix(name));
    }

    /**
     * The value: {@code y}, {@code m}, {@code n}, a number, or text without quotes; {@code null} if the symbol is not
     * defined.
     */
    public @Nullable String value(String name) {
        return values.get(withoutPrefix(name));
    }

    /** Whether a bool or tristate is y or m, as the kernel's IS_ENABLED() asks; false if it is not defined. */
    public boolean isEnabled(String name) {
        String value = value(name);
        return value != null && (value.equals("y") || value.equals("m"));
    }

    /** The names of all symbols that a Kconfig file defines, in menu order. */
    public List<String> names() {
        return names;
    }

    /** The values of all of them, in menu order. */
    public Map<String, String> values() {
        return Collections.unmodifiableMap(values);
    }

    /** The text of the .config. */
    public String dotConfig() {
        return dotConfig;
    }

    /** The .config in the form in which it is compared with wishes. */
    public KunitConfig generated() {
        return KunitConfig.parse(dotConfig);
    }

    /** What conf says on stderr while it evaluates this, empty if nothing. */
    public String warnings() {
        return warnings;
    }

    /** The Kconfig files that were read, in order. */
    public List<String> fileNames() {
        return tree.fileNames();
    }

    /** The help text of a symbol, empty if it has none or is not defined. */
    public String help(String name) {
        Symbol symbol = tree.symbols().find(withoutPrefix(name));
        if (symbol != null) {
            for (Menu menu : symbol.menus) {
                if (menu.help != null) {
                    return menu.help;
                }
            }
        }
        return "";
    }

    // ---- wishes ----

    /** Which of the wishes are not fulfilled, and why, in their order. */
    public List<LostValue> lost(KunitConfig wanted) {
        List<LostValue> lost = new ArrayList<>();
        // Everything has been computed, so no question goes deep.
        KunitConfig missing = wanted.missingFrom(generated());
        List<String> lines = missing.lines();
        int i = 0;
        for (Map.Entry<String, String> entry : missing.entries().entrySet()) {
            lost.add(LossExplainer.explain(entry.getKey(), entry.getValue(), lines.get(i++), tree, evaluator));
        }
        return lost;
    }
}
