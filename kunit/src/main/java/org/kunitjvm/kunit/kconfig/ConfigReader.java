package org.kunitjvm.kunit.kconfig;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code .config}: its lines become the user's wishes. Models conf_read and conf_read_simple of
 * scripts/kconfig/confdata.c.
 */
final class ConfigReader {
    static final String PREFIX = "CONFIG_";
    /** The variable that replaces the prefix, for projects that have another one. */
    static final String PREFIX_VARIABLE = "CONFIG_";
    private static final String NOT_SET = "is not set";
    private static final String DEFAULT_NAME = ".config";

    private final KconfigTree tree;
    private final SymbolEvaluator evaluator;
    private final KconfigFiles files;
    private final Messages messages;
    private final Map<String, String> environment;
    private final String prefix;
    private final boolean silent;
    private String fileName = "";
    private int line;
    private int warnings;

    ConfigReader(KconfigTree tree, SymbolEvaluator evaluator, KconfigFiles files, Map<String, String> environment,
        boolean silent) {
        this.tree = tree;
        this.evaluator = evaluator;
        this.files = files;
        this.messages = tree.messages();
        this.environment = environment;
        this.prefix = prefix(environment);
        this.silent = silent;
    }

    /** What stands before the names of symbols. Models scripts/kconfig/lkc.h: CONFIG_prefix. */
    static String prefix(Map<String, String> environment) {
        return environment.getOrDefault(PREFIX_VARIABLE, PREFIX);
    }

    /** The name of the file that is read and written by default. */
    static String configName(Map<String, String> environment) {
        return environment.getOrDefault("KCONFIG_CONFIG", DEFAULT_NAME);
    }

    /** Whether warnings count as errors, and there were some. */
    boolean hasFatalWarnings() {
        return warnings > 0 && environment.containsKey("KCONFIG_WERROR");
    }

    /** Read the default file, or one that KCONFIG_DEFCONFIG_LIST offers in its place; none is fine. */
    void readDefault() {
        evaluator.setChanged(false);
        String name = configName(environment);
        String text = KconfigLexer.readFile(files, environment, name);
        if (text == null) {
            evaluator.setChanged(true);
            // Warnings about its lines carry the usual name all the same.
            text = firstDefault();
        }
        if (text == null) {
            evaluator.calculate(tree.modules());
            return;
        }
        readLines(name, text);
        settle();
    }

    private @Nullable String firstDefault() {
        for (String name : environment.getOrDefault("KCONFIG_DEFCONFIG_LIST", "").trim().split("\\s+")) {
            String text = name.isEmpty() ? null : KconfigLexer.readFile(files, environment, name);
            if (text != null) {
                if (!silent) {
                    messages.out("#\n# using defaults found in " + name + "\n#\n");
                }
                return text;
            }
        }
        return null;
    }

    /** Read a file and compute everything; false if it cannot be read. */
    boolean read(String name) {
        evaluator.setChanged(false);
        if (!readWishes(name)) {
            evaluator.calculate(tree.modules());
            return false;
        }
        settle();
        return true;
    }

    /** Read a file's wishes without computing anything; false if it cannot be read. */
    boolean readWishes(String name) {
        String text = KconfigLexer.readFile(files, environment, name);
        if (text == null) {
            return false;
        }
        readLines(name, text);
        return true;
    }

    /** Read wishes from text; {@code name} stands in messages. */
    void readLines(String name, String text) {
        fileName = name;
        line = 0;
        warnings = 0;
        for (Symbol symbol : tree.symbols().inOrderOfMention()) {
            symbol.hasUserValue = false;
            symbol.userValue = Tristate.NO;
            symbol.userText = "";
        }
        evaluator.forgetValues();
        int from = 0;
        while (from < text.length()) {
            int to = text.indexOf('\n', from);
            int end = to < 0 ? text.length() : to;
            line++;
            readLine(text.substring(from, to > from && text.charAt(to - 1) == '\r' ? end - 1 : end));
            from = end + 1;
        }
    }

    private void readLine(String content) {
        if (content.isEmpty()) {
            return;
        }
        if (content.charAt(0) == '#') {
            readComment(content);
            return;
        }
        int sign = content.startsWith(prefix) ? content.indexOf('=', prefix.length()) : -1;
        if (sign < 0) {
            warn("unexpected data: " + content);
            return;
        }
        set(content.substring(prefix.length(), sign), content.substring(sign + 1));
    }

    /** {@code # CONFIG_X is not set}; every other comment is none of our business. */
    private void readComment(String content) {
        if (!content.startsWith("# ") || !content.startsWith(prefix, 2)) {
            return;
        }
        int start = 2 + prefix.length();
        int blank = content.indexOf(' ', start);
        if (blank >= 0 && content.substring(blank + 1).equals(NOT_SET)) {
            set(content.substring(start, blank), "n");
        }
    }

    private void set(String name, String value) {
        Symbol symbol = tree.symbols().find(name);
        if (symbol == null) {
            if (environment.containsKey("KCONFIG_WARN_UNKNOWN_SYMBOLS")) {
                warn("unknown symbol: " + name);
            }
            evaluator.setChanged(true);
            return;
        }
        if (symbol.hasUserValue) {
            warn("override: reassigning to symbol " + symbol.name());
        }
        if (!accept(symbol, value)) {
            return;
        }
        Menu choice = symbol.choiceMenu();
        if (choice != null) {
            // Of several wishes for one choice the last counts.
            choice.preferMember(symbol);
        }
    }

    /** Take a value for a symbol; false after a warning. Models conf_set_sym_val. */
    private boolean accept(Symbol symbol, String value) {
        switch (symbol.type) {
            case BOOL, TRISTATE:
                return acceptLetter(symbol, value);
            case STRING:
                if (!value.startsWith("\"")) {
                    // Quirk Q-28: dropped without a word.
                    return true;
                }
                String content = unquoted(value);
                if (content == null) {
                    warn("invalid string found");
                    return false;
                }
                symbol.userText = content;
                symbol.hasUserValue = true;
                return true;
            case INT, HEX:
                if (!symbol.accepts(value)) {
                    return refuse(symbol, value);
                }
                symbol.userText = value;
                symbol.hasUserValue = true;
                return true;
            default:
                return true;
        }
    }

    private boolean acceptLetter(Symbol symbol, String value) {
        char letter = value.isEmpty() ? 0 : value.charAt(0);
        if (letter != 'y' && letter != 'n' && !(letter == 'm' && symbol.type == SymbolType.TRISTATE)) {
            return refuse(symbol, value);
        }
        symbol.userValue = letter == 'y' ? Tristate.YES : letter == 'm' ? Tristate.MOD : Tristate.NO;
        symbol.hasUserValue = true;
        return true;
    }

    private boolean refuse(Symbol symbol, String value) {
        warn("symbol value '" + value + "' invalid for " + symbol.name());
        return false;
    }

    /** The content of a quoted string, or {@code null} if the closing quote is missing. */
    static @Nullable String unquoted(String value) {
        StringBuilder content = new StringBuilder(value.length());
        for (int i = 1; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"') {
                return content.toString();
            }
            if (c == '\\' && i + 1 < value.length()) {
                content.append(value.charAt(++i));
            } else if (c != '\\') {
                content.append(c);
            }
        }
        return null;
    }

    private void warn(String text) {
        messages.err(fileName + ":" + line + ":warning: " + text + "\n");
        warnings++;
    }

    /** Compute everything, and find out whether a written file would differ from what was read. */
    private void settle() {
        evaluator.calculate(tree.modules());
        boolean differs = false;
        for (Symbol symbol : tree.symbols().inHashOrder()) {
            evaluator.calculate(symbol);
            differs |= !symbol.isChoice() && differsFromWish(symbol);
        }
        if (warnings > 0 || differs) {
            evaluator.setChanged(true);
        }
    }

    private static boolean differsFromWish(Symbol symbol) {
        if (!symbol.hasUserValue || !symbol.writable) {
            return symbol.hasUserValue || symbol.writable;
        }
        return symbol.type.isLogic() ? symbol.userValue != symbol.value : !symbol.userText.equals(symbol.text);
    }
}
