package org.kunitjvm.kunit.kconfig;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All symbols of one tree, by name. Constants ({@code "text"}) and symbols live in separate name spaces; {@code y},
 * {@code m} and {@code n} are the same constants everywhere.
 */
final class SymbolTable {
    /** Number of buckets of the kernel's table. */
    private static final int BUCKETS = 1 << 14;

    final Symbol yes = constant("y", Tristate.YES);
    final Symbol mod = constant("m", Tristate.MOD);
    final Symbol no = constant("n", Tristate.NO);

    private final Map<String, Symbol> symbols = new HashMap<>();
    private final Map<String, Symbol> constants = new HashMap<>();
    /** Everything but y, m and n, in order of creation. */
    private final List<Symbol> created = new ArrayList<>();

    private static Symbol constant(String name, Tristate value) {
        Symbol symbol = new Symbol(name, true);
        symbol.type = SymbolType.TRISTATE;
        symbol.value = value;
        symbol.text = name;
        symbol.valid = true;
        return symbol;
    }

    /** The symbol of that name, made on first mention. */
    Symbol lookup(String name) {
        return lookup(name, symbols, false);
    }

    /** The constant with that text, made on first mention. */
    Symbol lookupConstant(String text) {
        return lookup(text, constants, true);
    }

    /** A new nameless symbol for a choice. */
    Symbol newChoice() {
        Symbol choice = new Symbol(null, false);
        created.add(choice);
        return choice;
    }

    private Symbol lookup(String name, Map<String, Symbol> space, boolean constant) {
        Symbol fixed = fixed(name);
        if (fixed != null) {
            return fixed;
        }
        Symbol symbol = space.get(name);
        if (symbol == null) {
            symbol = new Symbol(name, constant);
            space.put(name, symbol);
            created.add(symbol);
        }
        return symbol;
    }

    /** The symbol of that name if it was mentioned, constants y, m, n included. */
    @Nullable Symbol find(String name) {
        Symbol fixed = fixed(name);
        return fixed != null ? fixed : symbols.get(name);
    }

    private @Nullable Symbol fixed(String name) {
        if (name.length() != 1) {
            return null;
        }
        return switch (name.charAt(0)) {
            case 'y' -> yes;
            case 'm' -> mod;
            case 'n' -> no;
            default -> null;
        };
    }

    boolean isFixed(Symbol symbol) {
        return symbol == yes || symbol == mod || symbol == no;
    }

    /** All symbols but y, m, n, in order of first mention. */
    List<Symbol> inOrderOfMention() {
        return created;
    }

    /**
     * All symbols but y, m, n, in the order in which the kernel's hash table yields them. The order is visible in the
     * sequence of warnings about unmet dependencies.
     */
    List<Symbol> inHashOrder() {
        long[] places = new long[created.size()];
        for (int i = 0; i < places.length; i++) {
            Symbol symbol = created.get(i);
            int bucket = symbol.isChoice() ? 0 : bucket(symbol.name());
            // Each bucket is a list with the newest entry in front.
            places[i] = (long) bucket << Integer.SIZE | Integer.MAX_VALUE - i;
        }
        Arrays.sort(places);
        List<Symbol> ordered = new ArrayList<>(places.length);
        for (long place : places) {
            ordered.add(created.get(Integer.MAX_VALUE - (int) place));
        }
        return ordered;
    }

    /** FNV-1a, 32 bits, over the bytes of the name. */
    private static int bucket(String name) {
        int hash = 0x811c9dc5;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ b) * 0x01000193;
        }
        return Integer.remainderUnsigned(hash, BUCKETS);
    }
}
