package org.kunitjvm.kunit.kconfig;

import java.io.IOException;
import java.util.Map;

/**
 * Writes what was decided: a {@code .config}, a minimal one, or the lists for programs. Models the writing half of
 * scripts/kconfig/confdata.c.
 */
final class ConfigWriter {
    /** What becomes of a bool or tristate that is n. */
    private enum Unset {
        AS_VALUE,
        AS_COMMENT,
        OMITTED
    }

    private final KconfigTree tree;
    private final SymbolEvaluator evaluator;
    private final Map<String, String> environment;
    private final String prefix;
    private final boolean warnsOfChangedInput;

    ConfigWriter(KconfigTree tree, SymbolEvaluator evaluator, Map<String, String> environment,
        KconfigLanguage language) {
        this.tree = tree;
        this.evaluator = evaluator;
        this.environment = environment;
        this.prefix = ConfigReader.prefix(environment);
        String wanted = environment.getOrDefault("KCONFIG_WARN_CHANGED_INPUT", "");
        this.warnsOfChangedInput = language.warnsOfChangedInput() && !wanted.isEmpty();
    }

    /** What stands before the names of symbols. */
    String prefix() {
        return prefix;
    }

    // ---- .config ----

    /** The text of the .config. */
    String dotConfig() {
        StringBuilder text = new StringBuilder(heading("#", "#", "#"));
        if (!evaluator.isChanged()) {
            evaluator.recompute();
        }
        StringBuilder changes = new StringBuilder();
        boolean needBlankLine = false;
        Menu root = tree.root();
        Menu menu = root.firstChild;
        while (menu != null) {
            Symbol symbol = menu.symbol;
            if (symbol == null) {
                if (evaluator.isVisible(menu)) {
                    text.append("\n#\n# ").append(menu.title()).append("\n#\n");
                    needBlankLine = false;
                }
            } else if (!symbol.isChoice() && !symbol.written) {
                evaluator.calculate(symbol);
                noteChange(changes, symbol);
                symbol.written = true;
                if (symbol.writable) {
                    if (needBlankLine) {
                        text.append('\n');
                        needBlankLine = false;
                    }
                    appendSymbol(text, symbol, Unset.AS_COMMENT, true);
                }
            }
            if (menu.firstChild != null) {
                menu = menu.firstChild;
                continue;
            }
            while (menu != null) {
                if (endsMenu(menu)) {
                    text.append("# end of ").append(menu.title()).append('\n');
                    needBlankLine = true;
                }
                if (menu.next != null) {
                    break;
                }
                menu = menu.parent;
            }
            menu = menu == null ? null : menu.next;
        }
        forgetWritten();
        reportChanges(changes);
        return text.toString();
    }

    private boolean endsMenu(Menu menu) {
        return menu.symbol == null && menu != tree.root() && menu.prompt != null
                && menu.prompt.kind == Property.Kind.MENU && evaluator.isVisible(menu);
    }

    private void forgetWritten() {
        for (Symbol symbol : tree.symbols().inOrderOfMention()) {
            symbol.written = false;
        }
    }

    private String heading(String first, String decoration, String last) {
        return new StringBuilder(first).append('\n')
                .append(decoration).append(" Automatically generated file; DO NOT EDIT.\n")
                .append(decoration).append(' ').append(tree.title()).append('\n')
                .append(last).append('\n').toString();
    }

    /** One line for one symbol; nothing for a symbol without a type. */
    private void appendSymbol(StringBuilder text, Symbol symbol, Unset unset, boolean quote) {
        if (symbol.type == SymbolType.UNKNOWN) {
            return;
        }
        if (symbol.type.isLogic() && symbol.value == Tristate.NO && unset != Unset.AS_VALUE) {
            if (unset == Unset.AS_COMMENT) {
                text.append("# ").append(prefix).append(symbol.name()).append(" is not set\n");
            }
            return;
        }
        String value = SymbolEvaluator.text(symbol);
        text.append(prefix).append(symbol.name()).append('=')
                .append(symbol.type == SymbolType.STRING && quote ? quoted(value) : value).append('\n');
    }

    /** The text in quotes, with a backslash before each quote and backslash. */
    static String quoted(String value) {
        StringBuilder text = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\');
            }
            text.append(c);
        }
        return text.append('"').toString();
    }

    /** The line that listnewconfig prints. */
    String listLine(Symbol symbol) {
        StringBuilder text = new StringBuilder();
        appendSymbol(text, symbol, Unset.AS_VALUE, true);
        return text.toString();
    }

    // ---- changed wishes ----

    private void noteChange(StringBuilder changes, Symbol symbol) {
        if (!warnsOfChangedInput || !symbol.hasUserValue || symbol.type == SymbolType.UNKNOWN) {
            return;
        }
        String wish = symbol.type.isLogic() ? symbol.userValue.letter() : symbol.userText;
        String value = SymbolEvaluator.text(symbol);
        if (!wish.equals(value)) {
            changes.append("  ").append(prefix).append(symbol.name()).append(": ").append(wish)
                    .append(" -> ").append(value).append('\n');
        }
    }

    private void reportChanges(StringBuilder changes) {
        if (!changes.isEmpty()) {
            tree.messages().err("warning: user-provided values changed by Kconfig:\n" + changes);
        }
    }

    // ---- minimal .config ----

    /** The lines that differ from the defaults. */
    String minimalConfig() {
        evaluator.recompute();
        StringBuilder text = new StringBuilder();
        StringBuilder changes = new StringBuilder();
        for (Menu menu : tree.entries()) {
            Symbol symbol = menu.symbol;
            if (symbol == null || symbol.isChoice() || symbol.written) {
                continue;
            }
            evaluator.calculate(symbol);
            noteChange(changes, symbol);
            symbol.written = true;
            if (!symbol.writable) {
                continue;
            }
            symbol.writable = false;
            if (SymbolEvaluator.isChangeable(symbol) && !isDefault(symbol)) {
                appendSymbol(text, symbol, Unset.AS_COMMENT, true);
            }
        }
        forgetWritten();
        reportChanges(changes);
        return text.toString();
    }

    private boolean isDefault(Symbol symbol) {
        if (SymbolEvaluator.text(symbol).equals(evaluator.defaultText(symbol))) {
            return true;
        }
        Menu choice = symbol.choiceMenu();
        return choice != null && evaluator.defaultMember(choice) == symbol && symbol.value == Tristate.YES;
    }

    // ---- for the build ----

    /** The text of include/config/auto.conf: what is set, strings without quotes. */
    String autoConf() {
        StringBuilder text = new StringBuilder(heading("#", "#", "#"));
        for (Symbol symbol : tree.symbols().inHashOrder()) {
            if (isForBuild(symbol)) {
                appendSymbol(text, symbol, Unset.OMITTED, false);
            }
        }
        return text.toString();
    }

    /** The text of include/generated/autoconf.h. */
    String autoHeader() {
        StringBuilder text = new StringBuilder(heading("/*", " *", " */"));
        for (Symbol symbol : tree.symbols().inHashOrder()) {
            if (isForBuild(symbol)) {
                appendDefine(text, symbol);
            }
        }
        return text.toString();
    }

    private boolean isForBuild(Symbol symbol) {
        evaluator.calculate(symbol);
        return symbol.writable && !symbol.isChoice() && symbol.type != SymbolType.UNKNOWN;
    }

    private void appendDefine(StringBuilder text, Symbol symbol) {
        String value = SymbolEvaluator.text(symbol);
        String suffix = "";
        switch (symbol.type) {
            case BOOL, TRISTATE -> {
                if (symbol.value == Tristate.NO) {
                    return;
                }
                suffix = symbol.value == Tristate.MOD ? "_MODULE" : "";
                value = "1";
            }
            case HEX -> value = value.startsWith("0x") || value.startsWith("0X") ? value : "0x" + value;
            case STRING -> value = quoted(value);
            default -> {
                // A number stands as it is.
            }
        }
        text.append("#define ").append(prefix).append(symbol.name()).append(suffix).append(' ')
                .append(value).append('\n');
    }

    // ---- files ----

    /**
     * Write the .config if its text differs from what is there, keeping the old one as {@code .old}; say which on
     * stdout.
     */
    void writeDotConfig(KconfigFiles files, boolean silent) throws IOException {
        String name = ConfigReader.configName(environment);
        if (name.isEmpty()) {
            tree.messages().err("config name is empty\n");
            throw new IOException("config name is empty");
        }
        if (files.isDirectory(name)) {
            tree.messages().err(name + ": Is a directory\n");
            throw new IOException("is a directory");
        }
        String text = dotConfig();
        // Differs from Linux: a device that KCONFIG_CONFIG names is not renamed.
        boolean isDevice = files.isDevice(name);
        String old = isDevice ? "" : files.read(name);
        boolean overwrite = isDevice || !environment.getOrDefault("KCONFIG_OVERWRITECONFIG", "").isEmpty();
        if (!overwrite && text.equals(old)) {
            say("No change to " + name, silent);
            evaluator.setChanged(false);
            return;
        }
        if (old != null && !overwrite) {
            keepOld(files, name);
        }
        if (old != null && overwrite) {
            tree.messages().flush();
            files.overwrite(name, text);
        } else {
            files.write(name, text);
        }
        say("configuration written to " + name, silent);
        evaluator.setChanged(false);
    }

    /** As in conf, an old file that cannot be kept is no reason to stop. */
    private static void keepOld(KconfigFiles files, String name) {
        try {
            files.rename(name, name + ".old");
        } catch (IOException e) {
            // The new file replaces it.
        }
    }

    private void say(String text, boolean silent) {
        if (!silent) {
            tree.messages().out("#\n# " + text + "\n#\n");
        }
    }
}
