package org.kunitjvm.kunit.kconfig;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.kconfig.Expr.Kind;
import org.kunitjvm.kunit.kconfig.Numbers.Parsed;
import org.kunitjvm.kunit.kconfig.Numbers.Reading;

/**
 * Computes the values of symbols from their definitions and the user's wishes, each on demand and once, and takes new
 * wishes. A symbol that is asked for while it is being computed counts with its starting value; the dependency check
 * refuses trees in which that could happen through defined symbols. Models the value half of scripts/kconfig/symbol.c,
 * and expr_calc_value.
 */
final class SymbolEvaluator {
    private final KconfigTree tree;
    private final Messages messages;
    private final Map<String, String> environment;
    private int generation = 1;
    private Tristate modulesValue = Tristate.NO;
    private int unmetDependencies;
    /** Whether what a .config would hold may differ from what was read. */
    private boolean changed = true;

    SymbolEvaluator(KconfigTree tree, Map<String, String> environment) {
        this.tree = tree;
        this.messages = tree.messages();
        this.environment = environment;
    }

    boolean isChanged() {
        return changed;
    }

    void setChanged(boolean changed) {
        this.changed = changed;
    }

    /** Whether warnings about unmet dependencies count as errors, and there were some. */
    boolean hasFatalWarnings() {
        return unmetDependencies > 0 && environment.containsKey("KCONFIG_WERROR");
    }

    // ---- forgetting ----

    /** Forget all computed values, keep the user's. */
    void forgetValues() {
        for (Symbol symbol : tree.symbols().inOrderOfMention()) {
            symbol.valid = false;
        }
        generation++;
    }

    /** Forget all computed values because a wish changed. Models sym_clear_all_valid. */
    void recompute() {
        forgetValues();
        changed = true;
        calculate(tree.modules());
    }

    // ---- expressions ----

    Tristate evaluate(@Nullable Expr e) {
        if (e == null) {
            return Tristate.YES;
        }
        if (e.generation != generation) {
            Tristate value = compute(e);
            e.value = value;
            e.generation = generation;
        }
        return e.value;
    }

    private Tristate compute(Expr e) {
        return switch (e.kind) {
            case SYMBOL -> {
                calculate(e.symbol());
                yield e.symbol().value;
            }
            case NOT -> evaluate(e.left()).not();
            case AND -> {
                Tristate left = evaluate(e.left());
                yield left.and(evaluate(e.right()));
            }
            case OR -> {
                Tristate left = evaluate(e.left());
                yield left.or(evaluate(e.right()));
            }
            case RANGE -> Tristate.NO;
            default -> compare(e);
        };
    }

    private Tristate compare(Expr e) {
        Symbol left = e.symbol();
        Symbol right = e.otherSymbol();
        calculate(left);
        calculate(right);
        int order = order(left, right);
        return Tristate.of(switch (e.kind) {
            case EQUAL -> order == 0;
            case UNEQUAL -> order != 0;
            case LESS -> order < 0;
            case LESS_EQUAL -> order <= 0;
            case GREATER -> order > 0;
            default -> order >= 0;
        });
    }

    /** Compare as numbers if both values read as numbers of their symbol's type, else as text. */
    private static int order(Symbol left, Symbol right) {
        String leftText = text(left);
        String rightText = text(right);
        if (left.type == SymbolType.STRING && right.type == SymbolType.STRING) {
            return leftText.compareTo(rightText);
        }
        Reading leftReading = reading(leftText, left.type);
        Reading rightReading = reading(rightText, right.type);
        if (leftReading == Reading.NONE || rightReading == Reading.NONE) {
            return leftText.compareTo(rightText);
        }
        long a = number(leftText, left.type).value();
        long b = number(rightText, right.type).value();
        boolean unsigned = leftReading == Reading.UNSIGNED || rightReading == Reading.UNSIGNED;
        return unsigned ? Long.compareUnsigned(a, b) : Long.compare(a, b);
    }

    /** The value as a number: n, m, y count as 0, 1, 2. */
    private static Parsed number(String text, SymbolType type) {
        return switch (type) {
            case BOOL, TRISTATE -> new Parsed("nmy".indexOf(text), text.length(), false);
            case INT -> Numbers.parse(text, 10, true);
            case HEX -> Numbers.parse(text, 16, false);
            default -> Numbers.parse(text, 0, true);
        };
    }

    private static Reading reading(String text, SymbolType type) {
        Parsed parsed = number(text, type);
        boolean whole = parsed.end() > 0 && parsed.end() == text.length() && !parsed.overflow();
        return !whole ? Reading.NONE : type == SymbolType.HEX ? Reading.UNSIGNED : Reading.SIGNED;
    }

    // ---- values ----

    /** The value as text; bool and tristate give a letter. The symbol must have been calculated. */
    static String text(Symbol symbol) {
        return symbol.type.isLogic() ? symbol.value.letter() : symbol.text;
    }

    /** Bool if there are no modules. */
    SymbolType effectiveType(Symbol symbol) {
        return symbol.type == SymbolType.TRISTATE && modulesValue == Tristate.NO ? SymbolType.BOOL : symbol.type;
    }

    /** Compute the value of a symbol if it is not known. Models sym_calc_value. */
    void calculate(Symbol symbol) {
        if (symbol.valid) {
            return;
        }
        symbol.valid = true;
        if (symbol.type == SymbolType.UNKNOWN) {
            symbol.text = symbol.isChoice() ? "" : symbol.name();
            symbol.value = Tristate.NO;
            return;
        }
        Tristate before = symbol.value;
        symbol.writable = false;
        calculateVisibility(symbol);
        symbol.writable = symbol.visible != Tristate.NO;
        // What a recursive question gets to see.
        symbol.value = Tristate.NO;
        symbol.text = initialText(symbol.type);
        if (symbol.type.isLogic()) {
            symbol.value = logicValue(symbol);
        } else {
            symbol.text = plainText(symbol);
        }
        if (!symbol.hasUserValue && tree.hasTransitional()) {
            adoptTransitional(symbol);
        }
        limitToRange(symbol);
        if (symbol == tree.modules() && before != symbol.value) {
            modulesValue = symbol.value;
        }
        if (symbol.isChoice() || symbol.transitional) {
            symbol.writable = false;
        }
    }

    private static String initialText(SymbolType type) {
        return switch (type) {
            case INT -> "0";
            case HEX -> "0x0";
            case STRING -> "";
            // What a text symbol gets that names a bool or tristate symbol as its default.
            default -> "n";
        };
    }

    private Tristate logicValue(Symbol symbol) {
        Menu choice = symbol.choiceMenu();
        Tristate value;
        if (choice != null) {
            chosen(choice);
            value = symbol.value;
        } else {
            value = symbol.visible != Tristate.NO && symbol.hasUserValue
                    ? symbol.userValue.and(symbol.visible)
                    : defaultValue(symbol);
            if (symbol.directValue.compareTo(symbol.reverseValue) < 0) {
                warnUnmetDependency(symbol);
            }
            value = value.or(symbol.reverseValue);
        }
        return value == Tristate.MOD && effectiveType(symbol) == SymbolType.BOOL ? Tristate.YES : value;
    }

    private Tristate defaultValue(Symbol symbol) {
        if (symbol.reverseValue != Tristate.NO) {
            symbol.writable = true;
        }
        if (symbol.isChoice()) {
            return Tristate.NO;
        }
        Tristate value = Tristate.NO;
        Property property = applicable(symbol, Property.Kind.DEFAULT);
        if (property != null) {
            value = evaluate(property.value).and(property.visible);
            if (value != Tristate.NO) {
                symbol.writable = true;
            }
        }
        if (symbol.impliedValue != Tristate.NO) {
            symbol.writable = true;
            value = value.or(symbol.impliedValue).and(symbol.directValue);
        }
        return value;
    }

    private String plainText(Symbol symbol) {
        if (symbol.visible != Tristate.NO && symbol.hasUserValue) {
            return symbol.userText;
        }
        Property property = applicable(symbol, Property.Kind.DEFAULT);
        Symbol source = property == null ? null : property.valueSymbol();
        if (source == null) {
            return symbol.text;
        }
        symbol.writable = true;
        calculate(source);
        return source.text;
    }

    /** A value that comes from a transitional symbol's wish counts as a wish: nobody has to be asked again. */
    private void adoptTransitional(Symbol symbol) {
        Property property = applicable(symbol, Property.Kind.DEFAULT);
        Symbol source = property == null ? null : property.valueSymbol();
        if (source != null && source.transitional && source.hasUserValue) {
            symbol.hasUserValue = true;
            symbol.userValue = symbol.value;
            symbol.userText = symbol.text;
        }
    }

    /** The first property of that kind whose condition holds. */
    @Nullable Property applicable(Symbol symbol, Property.Kind kind) {
        for (Property property : symbol.properties) {
            if (property.kind == kind) {
                property.visible = evaluate(property.condition);
                if (property.visible != Tristate.NO) {
                    return property;
                }
            }
        }
        return null;
    }

    /** Models sym_calc_visibility. */
    private void calculateVisibility(Symbol symbol) {
        if (symbol.transitional) {
            symbol.visible = Tristate.YES;
            return;
        }
        Tristate visible = Tristate.NO;
        for (Property property : symbol.properties) {
            if (property.isPromptText()) {
                property.visible = evaluate(property.condition);
                visible = visible.or(property.visible);
            }
        }
        if (visible == Tristate.MOD && (symbol.type != SymbolType.TRISTATE || modulesValue == Tristate.NO)) {
            visible = Tristate.YES;
        }
        symbol.visible = visible;
        if (symbol.isChoiceMember()) {
            return;
        }
        symbol.directValue = forType(symbol, evaluate(symbol.directDependency));
        symbol.reverseValue = forType(symbol, orNo(symbol.reverseDependency));
        symbol.impliedValue = forType(symbol, orNo(symbol.implied));
    }

    private Tristate orNo(@Nullable Expr e) {
        return e == null ? Tristate.NO : evaluate(e);
    }

    private Tristate forType(Symbol symbol, Tristate value) {
        return value == Tristate.MOD && effectiveType(symbol) == SymbolType.BOOL ? Tristate.YES : value;
    }

    // ---- choices ----

    /** The default member of a choice, whether or not the user turned it off. The members' visibility must be known. */
    @Nullable Symbol defaultMember(Menu choice) {
        if (choice.symbol == null) {
            return null;
        }
        for (Property property : choice.symbol.properties) {
            if (property.kind != Property.Kind.DEFAULT) {
                continue;
            }
            property.visible = evaluate(property.condition);
            Symbol member = property.visible == Tristate.NO ? null : property.valueSymbol();
            if (member != null && member.visible != Tristate.NO) {
                return member;
            }
        }
        for (Menu menu = choice.following(choice); menu != null; menu = menu.following(choice)) {
            if (menu.symbol != null && menu.symbol.visible != Tristate.NO) {
                return menu.symbol;
            }
        }
        return null;
    }

    /** Decide a choice and set the values of its members. Models sym_calc_choice. */
    @Nullable Symbol chosen(Menu choice) {
        Symbol chosen = wantedMember(choice);
        if (chosen == null) {
            chosen = defaultMember(choice);
            if (chosen != null && chosen.hasUserValue && chosen.userValue == Tristate.NO) {
                chosen = null;
            }
        }
        if (chosen == null) {
            chosen = firstUndecidedMember(choice);
        }
        if (chosen == null) {
            chosen = leastRefusedMember(choice);
        }
        for (Menu menu = choice.following(choice); menu != null; menu = menu.following(choice)) {
            Symbol member = menu.symbol;
            if (member != null && member.visible != Tristate.NO) {
                member.value = Tristate.of(member == chosen);
                member.valid = true;
                member.writable = true;
            }
        }
        return chosen;
    }

    private @Nullable Symbol wantedMember(Menu choice) {
        for (Symbol member : choice.choiceMembers) {
            calculateVisibility(member);
            if (member.visible != Tristate.NO && member.hasUserValue && member.userValue == Tristate.YES) {
                return member;
            }
        }
        return null;
    }

    private static @Nullable Symbol firstUndecidedMember(Menu choice) {
        for (Menu menu = choice.following(choice); menu != null; menu = menu.following(choice)) {
            if (menu.symbol != null && menu.symbol.visible != Tristate.NO && !menu.symbol.hasUserValue) {
                return menu.symbol;
            }
        }
        return null;
    }

    private static @Nullable Symbol leastRefusedMember(Menu choice) {
        for (Symbol member : choice.choiceMembers.reversed()) {
            if (member.visible != Tristate.NO) {
                return member;
            }
        }
        return null;
    }

    /** The user picks a member: it becomes y, the visible others n. Models choice_set_value. */
    void choose(Menu choice, Symbol picked) {
        boolean changes = false;
        for (Menu menu = choice.following(choice); menu != null; menu = menu.following(choice)) {
            Symbol member = menu.symbol;
            if (member == null || member.visible == Tristate.NO) {
                continue;
            }
            Tristate wish = Tristate.of(member == picked);
            changes |= member.value != wish;
            member.userValue = wish;
            member.hasUserValue = true;
            choice.preferMember(member);
        }
        if (changes) {
            recompute();
        }
    }

    // ---- ranges ----

    private void limitToRange(Symbol symbol) {
        Property range = symbol.type.isNumber() ? applicable(symbol, Property.Kind.RANGE) : null;
        if (range == null) {
            return;
        }
        int base = symbol.type == SymbolType.INT ? 10 : 16;
        long value = Numbers.leadingLong(symbol.text, base);
        Symbol bound = range.valueOrFail().symbol();
        if (value >= boundValue(bound, base)) {
            bound = range.valueOrFail().otherSymbol();
            if (value <= boundValue(bound, base)) {
                return;
            }
        }
        symbol.text = bound.text;
    }

    private long boundValue(Symbol bound, int base) {
        calculate(bound);
        int ownBase = switch (bound.type) {
            case INT -> 10;
            case HEX -> 16;
            default -> base;
        };
        return Numbers.leadingLong(bound.text, ownBase);
    }

    // ---- wishes ----

    /** Whether the user may give a bool or tristate that value now. */
    boolean mayBe(Symbol symbol, Tristate value) {
        SymbolType type = effectiveType(symbol);
        return symbol.visible != Tristate.NO && type.isLogic()
                && !(type == SymbolType.BOOL && value == Tristate.MOD)
                && symbol.visible.compareTo(symbol.reverseValue) > 0
                && value.compareTo(symbol.reverseValue) >= 0 && value.compareTo(symbol.visible) <= 0;
    }

    /** Whether the user has a say in this symbol. */
    static boolean isChangeable(Symbol symbol) {
        return !symbol.isChoice() && symbol.visible.compareTo(symbol.reverseValue) > 0;
    }

    /** Give a bool or tristate a value; false if that is not allowed. */
    boolean wish(Symbol symbol, Tristate value) {
        if (symbol.value != value && !mayBe(symbol, value)) {
            return false;
        }
        Tristate before = symbol.value;
        symbol.userValue = value;
        symbol.hasUserValue = true;
        if (before != value) {
            recompute();
        }
        return true;
    }

    /** Give a symbol a value from text; false if that is not allowed. */
    boolean wish(Symbol symbol, String text) {
        if (symbol.type.isLogic()) {
            Tristate value = letter(text);
            return value != null && wish(symbol, value);
        }
        if (!isWithinRange(symbol, text)) {
            return false;
        }
        boolean prefixed = text.startsWith("0x") || text.startsWith("0X");
        String stored = symbol.type == SymbolType.HEX && !prefixed ? "0x" + text : text;
        boolean same = symbol.hasUserValue && symbol.userText.equals(stored);
        symbol.hasUserValue = true;
        symbol.userText = stored;
        if (!same) {
            recompute();
        }
        return true;
    }

    private static @Nullable Tristate letter(String text) {
        if (text.isEmpty()) {
            return null;
        }
        return switch (text.charAt(0)) {
            case 'y', 'Y' -> Tristate.YES;
            case 'm', 'M' -> Tristate.MOD;
            case 'n', 'N' -> Tristate.NO;
            default -> null;
        };
    }

    private boolean isWithinRange(Symbol symbol, String text) {
        if (!symbol.accepts(text)) {
            return false;
        }
        Property range = symbol.type.isNumber() ? applicable(symbol, Property.Kind.RANGE) : null;
        if (range == null) {
            return true;
        }
        int base = symbol.type == SymbolType.INT ? 10 : 16;
        long value = Numbers.leadingLong(text, base);
        return value >= boundValue(range.valueOrFail().symbol(), base)
                && value <= boundValue(range.valueOrFail().otherSymbol(), base);
    }

    /** What the symbol would be without the user's wish, as text. Models sym_get_string_default. */
    String defaultText(Symbol symbol) {
        calculateVisibility(symbol);
        calculate(tree.modules());
        Property property = applicable(symbol, Property.Kind.DEFAULT);
        if (!symbol.type.isLogic()) {
            return defaultPlainText(symbol, property);
        }
        Tristate value = property == null ? Tristate.NO : evaluate(property.value).and(property.visible);
        value = value.or(symbol.reverseValue);
        boolean asBool = symbol.type == SymbolType.BOOL
                || !symbol.isChoiceMember() && tree.modules().value == Tristate.NO;
        if (value == Tristate.MOD && asBool) {
            value = Tristate.YES;
        }
        return value.or(symbol.impliedValue).letter();
    }

    private String defaultPlainText(Symbol symbol, @Nullable Property property) {
        Symbol source = property == null ? null : property.valueSymbol();
        String text = "";
        if (source != null) {
            calculate(source);
            text = source.text;
        }
        return text.isEmpty() ? initialText(symbol.type) : text;
    }

    // ---- what is shown ----

    /**
     * Whether an entry is on display: it has a prompt, and the condition of that holds, or the symbol is not n and
     * something below is on display. Models menu_is_visible.
     */
    boolean isVisible(Menu menu) {
        Property prompt = menu.prompt;
        if (prompt == null || menu.visibility != null && evaluate(menu.visibility) == Tristate.NO) {
            return false;
        }
        if (menu.symbol != null) {
            calculate(menu.symbol);
        } else {
            prompt.visible = evaluate(prompt.condition);
        }
        return prompt.visible != Tristate.NO
            || menu.symbol != null && menu.symbol.value != Tristate.NO && hasVisibleChild(menu);
    }

    private boolean hasVisibleChild(Menu menu) {
        for (Menu child = menu.firstChild; child != null; child = child.next) {
            if (isVisible(child)) {
                return true;
            }
        }
        return false;
    }

    private void warnUnmetDependency(Symbol symbol) {
        StringBuilder warning = new StringBuilder();
        warning.append("\nWARNING: unmet direct dependencies detected for ").append(symbol.name()).append('\n');
        warning.append("  Depends on [").append(symbol.directValue == Tristate.MOD ? 'm' : 'n').append("]: ");
        warning.append(withValues(symbol.directDependency)).append('\n');
        if (symbol.reverseDependency != null) {
            appendSelectors(warning, symbol.reverseDependency, Tristate.YES, "  Selected by [y]:\n");
            appendSelectors(warning, symbol.reverseDependency, Tristate.MOD, "  Selected by [m]:\n");
        }
        messages.err(warning.toString());
        unmetDependencies++;
    }

    String withValues(@Nullable Expr e) {
        return ExprPrinter.withValues(e, SymbolEvaluator::text);
    }

    /** List the alternatives of {@code e} that have the value, one a line, under a title if there are any. */
    void appendSelectors(StringBuilder target, Expr e, Tristate value, String title) {
        StringBuilder lines = new StringBuilder();
        collectSelectors(lines, e, value);
        if (!lines.isEmpty()) {
            target.append(title).append(lines);
        }
    }

    private void collectSelectors(StringBuilder lines, Expr e, Tristate value) {
        if (e.kind == Kind.OR) {
            collectSelectors(lines, e.left(), value);
            collectSelectors(lines, e.right(), value);
        } else if (evaluate(e) == value) {
            lines.append("  - ").append(withValues(e)).append('\n');
        }
    }
}
