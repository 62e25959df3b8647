package org.kunitjvm.kunit.kconfig;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A configuration symbol, a constant, or the nameless symbol that stands for a choice. The fields below the line are
 * the evaluator's: they are good after {@code SymbolEvaluator.calculate}.
 */
final class Symbol {
    private static final String CHOICE_NAME = "<choice>";

    private final @Nullable String name;
    final boolean constant;
    final List<Property> properties = new ArrayList<>();
    /** The places where the symbol is defined, in order of appearance. */
    final List<Menu> menus = new ArrayList<>();

    SymbolType type = SymbolType.UNKNOWN;
    boolean warned;
    /** Value is read from a .config for the sake of its successor, and never written. */
    boolean transitional;
    /** The choice that lists this symbol among its members, by order of the user's wishes. */
    @Nullable Menu choice;

    /** OR of the dependencies of all definitions; absent means none. */
    @Nullable Expr directDependency;
    /** OR of everything that selects this symbol; absent means nobody does. */
    @Nullable Expr reverseDependency;
    /** OR of everything that implies this symbol; absent means nobody does. */
    @Nullable Expr implied;

    // ---- values ----

    boolean valid;
    /** Whether the symbol appears in a written .config. */
    boolean writable;
    /** Scratch mark of one pass over the menus. */
    boolean written;
    boolean hasUserValue;
    Tristate userValue = Tristate.NO;
    String userText = "";
    Tristate value = Tristate.NO;
    String text = "";
    Tristate visible = Tristate.NO;
    Tristate directValue = Tristate.NO;
    Tristate reverseValue = Tristate.NO;
    Tristate impliedValue = Tristate.NO;

    // ---- dependency check ----

    boolean checking;
    boolean checked;

    Symbol(@Nullable String name, boolean constant) {
        this.name = name;
        this.constant = constant;
    }

    boolean isChoice() {
        return name == null;
    }

    String name() {
        return name == null ? CHOICE_NAME : name;
    }

    boolean isChoiceMember() {
        return choice != null;
    }

    /** The first definition that has a prompt. */
    @Nullable Menu promptMenu() {
        for (Menu menu : menus) {
            if (menu.prompt != null) {
                return menu;
            }
        }
        return null;
    }

    /** The choice block around the prompt of this symbol, if the nearest symbol above is a choice. */
    @Nullable Menu choiceMenu() {
        Menu menu = promptMenu();
        if (menu == null) {
            return null;
        }
        do {
            menu = menu.parent;
        } while (menu != null && menu.symbol == null);
        return menu != null && menu.symbol != null && menu.symbol.isChoice() ? menu : null;
    }

    /** Whether {@code text} is a value that a symbol of this type can have. Models sym_string_valid. */
    boolean accepts(String candidate) {
        return switch (type) {
            case STRING -> true;
            case INT -> isDecimal(candidate);
            case HEX -> isHexadecimal(candidate);
            case BOOL, TRISTATE -> !candidate.isEmpty() && "yYmMnN".indexOf(candidate.charAt(0)) >= 0;
            case UNKNOWN -> false;
        };
    }

    /** An optional minus and digits, without leading zeros. */
    private static boolean isDecimal(String text) {
        int start = text.startsWith("-") ? 1 : 0;
        if (text.length() == start || text.charAt(start) == '0' && text.length() > start + 1) {
            return false;
        }
        for (int i = start; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static boolean isHexadecimal(String text) {
        int start = text.startsWith("0x") || text.startsWith("0X") ? 2 : 0;
        if (text.length() == start) {
            return false;
        }
        for (int i = start; i < text.length(); i++) {
            if (!Numbers.isHexDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return name();
    }
}
