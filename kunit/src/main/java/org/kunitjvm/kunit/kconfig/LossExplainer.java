package org.kunitjvm.kunit.kconfig;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.kconfig.Expr.Kind;

/** Finds out why a symbol does not have the value that was wished for, and which other wishes would help. */
final class LossExplainer {
    private static final int MAX_CHAIN = 8;
    private static final int MAX_SUGGESTIONS = 3;

    private final KconfigTree tree;
    private final SymbolEvaluator evaluator;
    private final List<String> reasons = new ArrayList<>();
    private final Set<String> remedies = new LinkedHashSet<>();
    private final Set<Symbol> visited = new LinkedHashSet<>();

    private LossExplainer(KconfigTree tree, SymbolEvaluator evaluator) {
        this.tree = tree;
        this.evaluator = evaluator;
    }

    static LostValue explain(String name, String wish, String line, KconfigTree tree, SymbolEvaluator evaluator) {
        LossExplainer explainer = new LossExplainer(tree, evaluator);
        Symbol symbol = tree.symbols().find(name);
        if (symbol == null || symbol.type == SymbolType.UNKNOWN) {
            explainer.explainUnknown(name);
            return new LostValue(line, "n", explainer.reasons, List.of());
        }
        evaluator.calculate(symbol);
        explainer.explain(symbol, wish);
        return new LostValue(line, SymbolEvaluator.text(symbol), explainer.reasons, List.copyOf(explainer.remedies));
    }

    // ---- unknown names ----

    private void explainUnknown(String name) {
        String near = nearest(name);
        reasons.add("no Kconfig file defines it" + (near == null ? ""
            : "; did you mean " + ConfigReader.PREFIX + near + "?"));
    }

    private @Nullable String nearest(String name) {
        String best = null;
        int bestDistance = Math.max(2, name.length() / 4) + 1;
        for (Menu menu : tree.entries()) {
            if (menu.symbol == null || menu.symbol.isChoice()) {
                continue;
            }
            int distance = distance(name, menu.symbol.name(), bestDistance);
            if (distance < bestDistance) {
                bestDistance = distance;
                best = menu.symbol.name();
            }
        }
        return best;
    }

    /**
     * Number of insertions, deletions and replacements between two names; anything at or above {@code limit} is too
     * far.
     */
    private static int distance(String a, String b, int limit) {
        if (Math.abs(a.length() - b.length()) >= limit) {
            return limit;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    // ---- known symbols ----

    private void explain(Symbol symbol, String wish) {
        if (!symbol.type.isLogic()) {
            explainText(symbol, wish);
            return;
        }
        Tristate wanted = letter(wish);
        if (wanted == null || wanted == Tristate.MOD && symbol.type == SymbolType.BOOL) {
            reasons.add("a " + symbol.type.label() + " cannot be " + wish);
        } else if (wanted == Tristate.MOD && evaluator.effectiveType(symbol) == SymbolType.BOOL) {
            reasons.add("there are no modules, so m means y");
            if (tree.hasModules()) {
                suggest(tree.modules(), Tristate.YES);
            }
        } else if (symbol.value.compareTo(wanted) < 0) {
            explainTooLow(symbol, wanted);
        } else {
            explainTooHigh(symbol, wanted);
        }
    }

    private static @Nullable Tristate letter(String text) {
        return switch (text) {
            case "y" -> Tristate.YES;
            case "m" -> Tristate.MOD;
            case "n" -> Tristate.NO;
            default -> null;
        };
    }

    private void explainTooLow(Symbol symbol, Tristate wanted) {
        visited.add(symbol);
        Menu choice = symbol.choiceMenu();
        if (evaluator.evaluate(dependency(symbol)).compareTo(wanted) < 0) {
            explainDependency(symbol, wanted);
        } else if (choice != null && symbol.visible != Tristate.NO) {
            explainChoice(choice, symbol);
        } else if (symbol.promptMenu() == null) {
            explainPromptless(symbol);
        } else {
            explainPrompt(symbol);
        }
    }

    /** What must hold for the symbol to be anything but n; for a member of a choice it includes that of the choice. */
    private static @Nullable Expr dependency(Symbol symbol) {
        if (symbol.directDependency == null && symbol.menus.size() == 1) {
            return symbol.menus.getFirst().dependency;
        }
        return symbol.directDependency;
    }

    private void explainDependency(Symbol symbol, Tristate wanted) {
        List<Expr> unmet = new ArrayList<>();
        collectUnmet(dependency(symbol), wanted, unmet);
        for (Expr e : unmet) {
            StringBuilder reason = new StringBuilder("it depends on ").append(withValue(e));
            followChain(e, wanted, reason, 0);
            reasons.add(reason.toString());
        }
    }

    /** The AND operands that are in the way. */
    private void collectUnmet(@Nullable Expr e, Tristate wanted, List<Expr> unmet) {
        if (e == null || evaluator.evaluate(e).compareTo(wanted) >= 0) {
            return;
        }
        if (e.kind == Kind.AND) {
            collectUnmet(e.left(), wanted, unmet);
            collectUnmet(e.right(), wanted, unmet);
        } else {
            unmet.add(e);
        }
    }

    /** {@code A (=n)} for a single symbol, else the expression with all values. */
    private String withValue(Expr e) {
        return e.kind == Kind.SYMBOL && !tree.symbols().isFixed(e.symbol())
                ? e.symbol().name() + " (=" + value(e.symbol()) + ")"
                : evaluator.withValues(e);
    }

    private String value(Symbol symbol) {
        evaluator.calculate(symbol);
        return symbol.type == SymbolType.UNKNOWN ? "undefined" : SymbolEvaluator.text(symbol);
    }

    /** Go from a symbol that is off to what it depends on, down to something that can be set. */
    private void followChain(Expr e, Tristate wanted, StringBuilder reason, int depth) {
        if (e.kind == Kind.NOT && e.left().kind == Kind.SYMBOL) {
            suggest(e.left().symbol(), Tristate.NO);
            return;
        }
        if (e.kind == Kind.OR) {
            followChain(e.left(), wanted, new StringBuilder(), depth);
            return;
        }
        if (e.kind != Kind.SYMBOL || tree.symbols().isFixed(e.symbol())) {
            return;
        }
        Symbol symbol = e.symbol();
        if (!visited.add(symbol) || depth >= MAX_CHAIN || symbol.type == SymbolType.UNKNOWN) {
            return;
        }
        List<Expr> unmet = new ArrayList<>();
        collectUnmet(dependency(symbol), wanted, unmet);
        if (unmet.isEmpty()) {
            if (!suggest(symbol, wanted)) {
                suggestSelector(symbol, wanted, reason);
            }
            return;
        }
        String separator = ", which depends on ";
        for (Expr next : unmet) {
            if (!mentionsSymbol(next)) {
                // A fact about the machine or the build, put into the file by a macro: nothing that one could set.
                continue;
            }
            reason.append(separator).append(withValue(next));
            separator = " and on ";
            followChain(next, wanted, reason, depth + 1);
        }
        suggest(symbol, wanted);
    }

    private static boolean mentionsSymbol(Expr e) {
        return switch (e.kind) {
            case AND, OR -> mentionsSymbol(e.left()) || mentionsSymbol(e.right());
            case NOT -> mentionsSymbol(e.left());
            case SYMBOL -> !e.symbol().constant;
            default -> !e.symbol().constant || !e.otherSymbol().constant;
        };
    }

    /** Propose to set a symbol, if it has a prompt and does not get the value by its default. */
    private boolean suggest(Symbol symbol, Tristate wanted) {
        if (symbol.promptMenu() == null) {
            return false;
        }
        boolean refused = symbol.hasUserValue && symbol.userValue != wanted;
        if (refused || !defaultSuffices(symbol, wanted)) {
            remedies.add(wanted == Tristate.NO
                    ? "# " + ConfigReader.PREFIX + symbol.name() + " is not set"
                    : ConfigReader.PREFIX + symbol.name() + "=" + wanted.letter());
        }
        return true;
    }

    /**
     * Whether the first default is the plain constant that is wanted: it will come by itself once the dependencies
     * hold.
     */
    private boolean defaultSuffices(Symbol symbol, Tristate wanted) {
        for (Property property : symbol.properties) {
            if (property.kind == Property.Kind.DEFAULT) {
                Symbol value = property.valueSymbol();
                return value != null && value.constant && value.value == wanted;
            }
        }
        return wanted == Tristate.NO;
    }

    /** A symbol without prompt is switched on by what selects it. */
    private void suggestSelector(Symbol symbol, Tristate wanted, StringBuilder reason) {
        String selectors = proposeSelectors(symbol, wanted);
        reason.append(selectors.isEmpty() ? ", which has no prompt and cannot be set"
            : ", which is selected by " + selectors);
    }

    /** Propose to set what selects the symbol; returns the names of the selectors. */
    private String proposeSelectors(Symbol symbol, Tristate wanted) {
        List<Symbol> selectors = new ArrayList<>();
        collectSelectors(symbol.reverseDependency, selectors);
        List<String> names = new ArrayList<>();
        for (Symbol selector : selectors.subList(0, Math.min(selectors.size(), MAX_SUGGESTIONS))) {
            names.add(selector.name());
        }
        if (!selectors.isEmpty()) {
            suggest(selectors.getFirst(), wanted);
        }
        return String.join(" or ", names);
    }

    /** The first symbol of each alternative. */
    private static void collectSelectors(@Nullable Expr e, List<Symbol> selectors) {
        if (e == null) {
            return;
        }
        if (e.kind == Kind.OR) {
            collectSelectors(e.left(), selectors);
            collectSelectors(e.right(), selectors);
            return;
        }
        Expr first = e;
        while (first.kind == Kind.AND) {
            first = first.left();
        }
        if (first.kind == Kind.SYMBOL && !selectors.contains(first.symbol())) {
            selectors.add(first.symbol());
        }
    }

    private void explainChoice(Menu choice, Symbol symbol) {
        for (Symbol member : choice.choiceMembers) {
            evaluator.calculate(member);
            if (member.value == Tristate.YES) {
                reasons.add("of the choice \"" + choice.title() + "\" only one can be set, and that is "
                    + member.name());
                if (member.hasUserValue) {
                    remedies.add("# " + ConfigReader.PREFIX + member.name() + " is not set");
                }
                return;
            }
        }
        reasons.add("it is part of the choice \"" + choice.title() + "\", of which nothing is set");
    }

    private void explainPromptless(Symbol symbol) {
        String selectors = proposeSelectors(symbol, Tristate.YES);
        reasons.add(selectors.isEmpty()
                ? "it has no prompt, so it cannot be set by hand"
                : "it has no prompt and is set only by what selects it: " + selectors);
    }

    private void explainPrompt(Symbol symbol) {
        Menu menu = symbol.promptMenu();
        List<Expr> unmet = new ArrayList<>();
        if (menu != null && menu.prompt != null) {
            collectUnmet(menu.prompt.condition, Tristate.YES, unmet);
        }
        for (Expr e : unmet) {
            reasons.add("it can be set only if " + withValue(e));
            followChain(e, Tristate.YES, new StringBuilder(), 0);
        }
        if (reasons.isEmpty()) {
            reasons.add("it was not set");
        }
    }

    private void explainTooHigh(Symbol symbol, Tristate wanted) {
        if (symbol.reverseValue.compareTo(wanted) > 0) {
            for (Symbol selector : activeSelectors(symbol)) {
                StringBuilder reason = new StringBuilder("it is selected by ");
                followSelector(selector, reason, 0);
                reasons.add(reason.toString());
            }
        }
        if (reasons.isEmpty() && symbol.visible == Tristate.NO && symbol.promptMenu() != null) {
            explainPrompt(symbol);
            reasons.add("so its default " + symbol.value.letter() + " counts");
        }
        if (reasons.isEmpty()) {
            Menu choice = symbol.choiceMenu();
            reasons.add(choice != null
                    ? "one member of the choice \"" + choice.title() + "\" has to be set"
                    : "it has no prompt; its value " + symbol.value.letter() + originOfDefault(symbol));
        }
    }

    private List<Symbol> activeSelectors(Symbol symbol) {
        List<Symbol> selectors = new ArrayList<>();
        collectSelectors(symbol.reverseDependency, selectors);
        selectors.forEach(evaluator::calculate);
        selectors.removeIf(selector -> selector.value == Tristate.NO);
        return selectors;
    }

    /** Name a selector, and in turn what selects it, down to one that can be set to n. */
    private void followSelector(Symbol selector, StringBuilder reason, int depth) {
        reason.append(selector.name()).append(" (=").append(value(selector)).append(")");
        if (suggest(selector, Tristate.NO) || depth >= MAX_CHAIN) {
            return;
        }
        String separator = ", which is selected by ";
        for (Symbol next : activeSelectors(selector)) {
            reason.append(separator);
            separator = " and by ";
            followSelector(next, reason, depth + 1);
        }
    }

    private String originOfDefault(Symbol symbol) {
        Property applicable = evaluator.applicable(symbol, Property.Kind.DEFAULT);
        return applicable == null || applicable.value == null || !mentionsSymbol(applicable.value) ? " is fixed"
            : " follows from " + evaluator.withValues(applicable.value);
    }

    private void explainText(Symbol symbol, String wish) {
        String plain = wish.startsWith("\"") ? String.valueOf(ConfigReader.unquoted(wish)) : wish;
        if (symbol.type == SymbolType.STRING && !wish.startsWith("\"")) {
            reasons.add("the value of a string must be in double quotes");
        } else if (!symbol.accepts(plain)) {
            reasons.add(plain + " is no value of type " + symbol.type.label());
        } else if (evaluator.evaluate(dependency(symbol)) == Tristate.NO) {
            explainDependency(symbol, Tristate.YES);
        } else if (symbol.visible == Tristate.NO) {
            explainTextPrompt(symbol);
        } else {
            explainRange(symbol);
        }
    }

    private void explainTextPrompt(Symbol symbol) {
        if (symbol.promptMenu() == null) {
            reasons.add("it has no prompt, so it cannot be set by hand");
        } else {
            explainPrompt(symbol);
        }
    }

    private void explainRange(Symbol symbol) {
        Property range = evaluator.applicable(symbol, Property.Kind.RANGE);
        if (range == null) {
            reasons.add("its value is " + symbol.text);
            return;
        }
        Symbol low = range.valueOrFail().symbol();
        Symbol high = range.valueOrFail().otherSymbol();
        evaluator.calculate(low);
        evaluator.calculate(high);
        reasons.add("it must be between " + low.text + " and " + high.text);
    }
}
