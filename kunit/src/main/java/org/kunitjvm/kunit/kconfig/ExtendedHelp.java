package org.kunitjvm.kunit.kconfig;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is shown about an entry when the user asks: its help text, and everything known of its symbol. Models
 * menu_get_ext_help.
 */
final class ExtendedHelp {
    private static final String NO_HELP = "There is no help available for this option.";
    private static final int MAX_LOCATION_DEPTH = 8;

    private final KconfigTree tree;
    private final SymbolEvaluator evaluator;
    private final String prefix;
    private final StringBuilder text = new StringBuilder();

    private ExtendedHelp(KconfigTree tree, SymbolEvaluator evaluator, String prefix) {
        this.tree = tree;
        this.evaluator = evaluator;
        this.prefix = prefix;
    }

    static String of(Menu menu, KconfigTree tree, SymbolEvaluator evaluator, String prefix) {
        ExtendedHelp help = new ExtendedHelp(tree, evaluator, prefix);
        help.append(menu);
        return help.text.toString();
    }

    private void append(Menu menu) {
        Symbol symbol = menu.symbol;
        if (menu.help != null && symbol != null && !symbol.isChoice()) {
            text.append(prefix).append(symbol.name()).append(":\n\n");
        }
        text.append(menu.help == null ? NO_HELP : menu.help).append('\n');
        if (symbol != null) {
            append(symbol);
        }
    }

    private void append(Symbol symbol) {
        if (!symbol.isChoice()) {
            text.append("Symbol: ").append(symbol.name()).append(" [=").append(value(symbol)).append("]\n");
            text.append("Type  : ").append(symbol.type.label()).append('\n');
            Property range = symbol.type.isNumber() ? evaluator.applicable(symbol, Property.Kind.RANGE) : null;
            if (range != null) {
                text.append("Range : ").append(evaluator.withValues(range.value)).append('\n');
            }
        }
        for (Menu menu : symbol.menus) {
            if (menu.prompt != null) {
                appendPlace(menu);
                appendPrompt(menu, menu.prompt);
            }
        }
        for (Menu menu : symbol.menus) {
            if (menu.prompt == null) {
                appendPlace(menu);
                appendCondition("  Depends on: ", menu.dependency);
            }
        }
        appendTargets(symbol, Property.Kind.SELECT, "Selects: ");
        appendSources(symbol.reverseDependency, "Selected by");
        appendTargets(symbol, Property.Kind.IMPLY, "Implies: ");
        appendSources(symbol.implied, "Implied by");
        text.append("\n\n");
    }

    private String value(Symbol symbol) {
        evaluator.calculate(symbol);
        return SymbolEvaluator.text(symbol);
    }

    private void appendPlace(Menu menu) {
        text.append("Defined at ").append(menu.file).append(':').append(menu.line).append('\n');
    }

    private void appendPrompt(Menu menu, Property prompt) {
        text.append("  Prompt: ").append(prompt.text).append('\n');
        appendCondition("  Depends on: ", menu.dependency);
        if (!tree.rewriter().equal(menu.dependency, prompt.condition)) {
            appendCondition("  Visible if: ", prompt.condition);
        }
        List<Menu> path = new ArrayList<>();
        for (Menu m = menu; m != null && m != tree.root() && path.size() < MAX_LOCATION_DEPTH; m = m.parent) {
            path.add(m);
        }
        text.append("  Location:\n");
        int indent = 4;
        for (Menu m : path.reversed()) {
            text.repeat(' ', indent).append("-> ").append(m.title());
            if (m.symbol != null) {
                text.append(" (").append(m.symbol.name()).append(" [=").append(value(m.symbol)).append("])");
            }
            text.append('\n');
            indent += 2;
        }
    }

    private void appendCondition(String label, @Nullable Expr condition) {
        if (!tree.rewriter().isYes(condition)) {
            text.append(label).append(evaluator.withValues(condition)).append('\n');
        }
    }

    private void appendTargets(Symbol symbol, Property.Kind kind, String label) {
        String separator = label;
        for (Property property : symbol.properties) {
            if (property.kind == kind) {
                text.append(separator).append(evaluator.withValues(property.value));
                separator = " && ";
            }
        }
        if (!separator.equals(label)) {
            text.append('\n');
        }
    }

    private void appendSources(@Nullable Expr sources, String label) {
        if (sources == null) {
            return;
        }
        for (Tristate value : new Tristate[] {Tristate.YES, Tristate.MOD, Tristate.NO}) {
            evaluator.appendSelectors(text, sources, value, label + " [" + value.letter() + "]:\n");
        }
    }
}
