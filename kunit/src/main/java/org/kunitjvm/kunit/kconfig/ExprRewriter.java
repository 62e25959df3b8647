package org.kunitjvm.kunit.kconfig;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.kconfig.Expr.Kind;

/**
 * Simplifies dependency expressions. Which simplifications are made, and in which order, shows in the "Depends on"
 * lines of warnings and in which entries become submenus of others, so both are those of the kernel. Models the
 * expression half of scripts/kconfig/expr.c.
 */
final class ExprRewriter {
    /**
     * Far above what a real tree needs (the whole kernel: some ten million); keeps made-up input from running for
     * hours.
     */
    private static final long MAX_STEPS = 40_000_000L;

    /** Two expressions that are simplified against each other. */
    private record Pair(Expr first, Expr second) {
    }

    private final ExprPool pool;
    private final SymbolTable symbols;
    private final Messages messages;
    private int changes;
    private long steps;

    ExprRewriter(ExprPool pool, SymbolTable symbols, Messages messages) {
        this.pool = pool;
        this.symbols = symbols;
        this.messages = messages;
    }

    private void countStep() {
        if (++steps > MAX_STEPS) {
            throw KconfigException.of("dependency expressions are too large to simplify");
        }
    }

    // ---- m && MODULES ----

    /** Replace every bare {@code m} by {@code m && MODULES}. */
    @Nullable Expr requireModules(@Nullable Expr e, Symbol modules) {
        return e == null ? null : withModules(e, modules);
    }

    private Expr withModules(Expr e, Symbol modules) {
        return switch (e.kind) {
            case NOT -> pool.not(withModules(e.left(), modules));
            case AND, OR -> pool.junction(e.kind, withModules(e.left(), modules), withModules(e.right(), modules));
            case SYMBOL -> e.symbol() == symbols.mod ? pool.junction(Kind.AND, e, pool.symbol(modules)) : e;
            default -> e;
        };
    }

    // ---- normal form ----

    /** Push negations down to the leaves and write comparisons of bool symbols with y and n as plain symbols. */
    @Nullable Expr normalize(@Nullable Expr e) {
        return e == null ? null : normal(e);
    }

    private Expr normal(Expr e) {
        countStep();
        return switch (e.kind) {
            case AND, OR -> {
                // The right side first: the order shows in the messages about tests for m.
                Expr right = normal(e.right());
                yield pool.junction(e.kind, normal(e.left()), right);
            }
            case NOT -> negation(normal(e.left()));
            case EQUAL, UNEQUAL -> comparison(e);
            default -> e;
        };
    }

    /** The negation of an operand that is in normal form already. */
    private Expr negation(Expr operand) {
        return switch (operand.kind) {
            case NOT -> operand.left();
            case EQUAL -> opposite(operand, Kind.UNEQUAL);
            case UNEQUAL -> opposite(operand, Kind.EQUAL);
            case LESS -> opposite(operand, Kind.GREATER_EQUAL);
            case LESS_EQUAL -> opposite(operand, Kind.GREATER);
            case GREATER -> opposite(operand, Kind.LESS_EQUAL);
            case GREATER_EQUAL -> opposite(operand, Kind.LESS);
            case OR -> normal(pool.junction(Kind.AND, pool.not(operand.left()), pool.not(operand.right())));
            case AND -> normal(pool.junction(Kind.OR, pool.not(operand.left()), pool.not(operand.right())));
            case SYMBOL -> negatedSymbol(operand);
            case RANGE -> pool.not(operand);
        };
    }

    private Expr opposite(Expr e, Kind kind) {
        return pool.pair(kind, e.symbol(), e.otherSymbol());
    }

    private Expr negatedSymbol(Expr e) {
        Symbol symbol = e.symbol();
        if (symbol == symbols.yes) {
            return pool.symbol(symbols.no);
        }
        if (symbol == symbols.no) {
            return pool.symbol(symbols.yes);
        }
        return symbol == symbols.mod ? e : pool.not(e);
    }

    private Expr comparison(Expr e) {
        Symbol left = e.symbol();
        Symbol right = e.otherSymbol();
        if (left.type != SymbolType.BOOL || !symbols.isFixed(right)) {
            return e;
        }
        boolean equal = e.kind == Kind.EQUAL;
        if (right == symbols.mod) {
            Symbol forced = equal ? symbols.no : symbols.yes;
            messages.out("boolean symbol " + left.name() + " tested for 'm'? test forced to '" + forced.name() + "'\n");
            return pool.symbol(forced);
        }
        // Differs from Linux 6.12 for A != y: it builds the negation of a node that is no expression, and crashes or
        // reads garbage later. The meaning is clear, and later releases have it.
        boolean positive = equal == (right == symbols.yes);
        return positive ? pool.symbol(left) : pool.not(pool.symbol(left));
    }

    // ---- duplicates ----

    /** Remove operands that others make redundant, at every level, until nothing changes. */
    @Nullable Expr removeDuplicates(@Nullable Expr e) {
        return e == null ? null : unique(e);
    }

    private Expr unique(Expr e) {
        int outer = changes;
        Expr current = e;
        do {
            countStep();
            changes = 0;
            if (current.kind.isJunction()) {
                Pair operands = unite(current.kind, unique(current.left()), unique(current.right()));
                current = pool.junction(current.kind, operands.first(), operands.second());
            }
            current = removeConstants(current);
        } while (changes > 0);
        changes = outer;
        return current;
    }

    /**
     * Compare each operand of {@code a} with each of {@code b}; of two that can be joined, the first becomes neutral.
     */
    private Pair unite(Kind kind, Expr a, Expr b) {
        if (a.kind == kind) {
            Pair left = unite(kind, a.left(), b);
            Pair right = unite(kind, a.right(), left.second());
            return new Pair(pool.junction(kind, left.first(), right.first()), right.second());
        }
        if (b.kind == kind) {
            Pair left = unite(kind, a, b.left());
            Pair right = unite(kind, left.first(), b.right());
            return new Pair(right.first(), pool.junction(kind, left.second(), right.second()));
        }
        countStep();
        Expr joined = kind == Kind.OR ? joinedByOr(a, b) : joinedByAnd(a, b);
        if (joined == null) {
            return new Pair(a, b);
        }
        changes++;
        return new Pair(neutral(kind), joined);
    }

    private Expr neutral(Kind kind) {
        return pool.symbol(kind == Kind.AND ? symbols.yes : symbols.no);
    }

    /** Drop neutral operands, and collapse around deciding ones. */
    private Expr removeConstants(Expr e) {
        if (!e.kind.isJunction()) {
            return e;
        }
        countStep();
        Expr left = removeConstants(e.left());
        Expr right = removeConstants(e.right());
        Symbol neutral = e.kind == Kind.AND ? symbols.yes : symbols.no;
        Symbol deciding = e.kind == Kind.AND ? symbols.no : symbols.yes;
        if (left.isSymbol(deciding) || right.isSymbol(neutral)) {
            return left;
        }
        if (right.isSymbol(deciding) || left.isSymbol(neutral)) {
            return right;
        }
        // Like Linux 6.12: what was found further down is dropped unless this level changes too.
        return e;
    }

    /** The common symbol of two leaves, if both are comparisons or (negated) mentions of the same bool or tristate. */
    private @Nullable Symbol commonSymbol(Expr a, Expr b) {
        Symbol first = leafSymbol(a, true);
        Symbol second = first == null ? null : leafSymbol(b, false);
        return first != null && first == second && first.type.isLogic() ? first : null;
    }

    private static @Nullable Symbol leafSymbol(Expr e, boolean negatedComparisonToo) {
        return switch (e.kind) {
            case SYMBOL, EQUAL, UNEQUAL -> e.symbol();
            case NOT -> switch (e.left().kind) {
                case SYMBOL -> e.left().symbol();
                case EQUAL, UNEQUAL -> negatedComparisonToo ? e.left().symbol() : null;
                default -> null;
            };
            default -> null;
        };
    }

    private @Nullable Expr joinedByOr(Expr a, Expr b) {
        if (equal(a, b)) {
            return a;
        }
        Symbol symbol = commonSymbol(a, b);
        if (symbol == null) {
            return null;
        }
        if (symbol.type == SymbolType.TRISTATE && a.kind == Kind.EQUAL && b.kind == Kind.EQUAL) {
            // (a = x) || (a = y): neither is the third value.
            Symbol third = thirdConstant(a.otherSymbol(), b.otherSymbol());
            return third == null ? null : pool.pair(Kind.UNEQUAL, symbol, third);
        }
        boolean contradiction = isNegatedSymbol(a) && b.kind == Kind.SYMBOL
            || isNegatedSymbol(b) && a.kind == Kind.SYMBOL;
        return symbol.type == SymbolType.BOOL && contradiction ? pool.symbol(symbols.yes) : null;
    }

    private static boolean isNegatedSymbol(Expr e) {
        return e.kind == Kind.NOT && e.left().kind == Kind.SYMBOL;
    }

    /** Of y, m and n the one that is neither {@code a} nor {@code b}, if these are two different ones. */
    private @Nullable Symbol thirdConstant(Symbol a, Symbol b) {
        if (a == b || !symbols.isFixed(a) || !symbols.isFixed(b)) {
            return null;
        }
        for (Symbol symbol : new Symbol[] {symbols.yes, symbols.mod}) {
            if (a != symbol && b != symbol) {
                return symbol;
            }
        }
        return symbols.no;
    }

    private @Nullable Expr joinedByAnd(Expr a, Expr b) {
        if (equal(a, b)) {
            return a;
        }
        Symbol symbol = commonSymbol(a, b);
        if (symbol == null) {
            return null;
        }
        if (isMentionAnd(a, b, Kind.EQUAL, symbols.yes) || isMentionAnd(a, b, Kind.UNEQUAL, symbols.mod)) {
            return pool.pair(Kind.EQUAL, symbol, symbols.yes);
        }
        if (isMentionAnd(a, b, Kind.UNEQUAL, symbols.no)) {
            return pool.symbol(symbol);
        }
        return symbol.type == SymbolType.TRISTATE ? joinedTristates(symbol, a, b) : null;
    }

    /** Whether one of the two is the plain symbol and the other compares it with {@code constant}. */
    private static boolean isMentionAnd(Expr a, Expr b, Kind comparison, Symbol constant) {
        return a.kind == Kind.SYMBOL && b.kind == comparison && b.otherSymbol() == constant
                || b.kind == Kind.SYMBOL && a.kind == comparison && a.otherSymbol() == constant;
    }

    private @Nullable Expr joinedTristates(Symbol symbol, Expr a, Expr b) {
        if (a.kind == Kind.EQUAL && b.kind == Kind.UNEQUAL) {
            return equalAndUnequal(symbol, a.otherSymbol(), b.otherSymbol());
        }
        if (a.kind == Kind.UNEQUAL && b.kind == Kind.EQUAL) {
            return equalAndUnequal(symbol, b.otherSymbol(), a.otherSymbol());
        }
        if (a.kind == Kind.UNEQUAL && b.kind == Kind.UNEQUAL) {
            Symbol third = thirdConstant(a.otherSymbol(), b.otherSymbol());
            return third == null ? null : pool.pair(Kind.EQUAL, symbol, third);
        }
        return null;
    }

    private @Nullable Expr equalAndUnequal(Symbol symbol, Symbol equal, Symbol unequal) {
        if (!equal.constant || !unequal.constant) {
            return null;
        }
        return equal == unequal ? pool.symbol(symbols.no) : pool.pair(Kind.EQUAL, symbol, equal);
    }

    // ---- comparison of whole expressions ----

    /** Whether both mean the same after cancelling common operands; their order does not matter. */
    boolean equal(@Nullable Expr a, @Nullable Expr b) {
        if (a == b) {
            return true;
        }
        if (a == null || b == null || a.kind != b.kind) {
            return false;
        }
        countStep();
        return switch (a.kind) {
            // Interned: equal leaves are the same object.
            case NOT -> equal(a.left(), b.left());
            case AND, OR -> {
                int outer = changes;
                Pair rest = cancelled(a, b);
                changes = outer;
                yield rest.first().kind == Kind.SYMBOL && rest.first() == rest.second();
            }
            default -> false;
        };
    }

    /** What remains of {@code b} when the operands it shares with {@code a} are taken away. */
    @Nullable Expr remainder(@Nullable Expr a, @Nullable Expr b) {
        return a == null || b == null ? b : cancelled(a, b).second();
    }

    private Pair cancelled(Expr a, Expr b) {
        Pair pair = new Pair(a, b);
        if (a.kind.isJunction()) {
            pair = cancel(a.kind, a, b);
        }
        if (pair.first().kind != pair.second().kind && pair.second().kind.isJunction()) {
            pair = cancel(pair.second().kind, pair.first(), pair.second());
        }
        return new Pair(removeConstants(pair.first()), removeConstants(pair.second()));
    }

    private Pair cancel(Kind kind, Expr a, Expr b) {
        if (a.kind == kind) {
            Pair left = cancel(kind, a.left(), b);
            Pair right = cancel(kind, a.right(), left.second());
            return new Pair(pool.junction(kind, left.first(), right.first()), right.second());
        }
        if (b.kind == kind) {
            Pair left = cancel(kind, a, b.left());
            Pair right = cancel(kind, left.first(), b.right());
            return new Pair(right.first(), pool.junction(kind, left.second(), right.second()));
        }
        countStep();
        if (a == b && (a.isSymbol(symbols.yes) || a.isSymbol(symbols.no)) || !equal(a, b)) {
            return new Pair(a, b);
        }
        changes++;
        return new Pair(neutral(kind), neutral(kind));
    }

    // ---- submenus ----

    /** The condition that {@code e} is not {@code n}, with every leaf compared explicitly, simplified. */
    @Nullable Expr isNotNo(@Nullable Expr e) {
        return removeDuplicates(normalize(compared(e, Kind.UNEQUAL, symbols.no)));
    }

    private Expr compared(@Nullable Expr e, Kind comparison, Symbol constant) {
        if (e == null) {
            Expr constantExpr = pool.symbol(constant);
            return comparison == Kind.UNEQUAL ? pool.not(constantExpr) : constantExpr;
        }
        countStep();
        return switch (e.kind) {
            case AND, OR -> {
                // Compared with n: an AND is n if one operand is, an OR if both are.
                Kind swapped = e.kind == Kind.AND ? Kind.OR : Kind.AND;
                Expr both = pool.junction(swapped, compared(e.left(), Kind.EQUAL, constant),
                        compared(e.right(), Kind.EQUAL, constant));
                yield comparison == Kind.UNEQUAL ? pool.not(both) : both;
            }
            case NOT -> compared(e.left(), comparison == Kind.EQUAL ? Kind.UNEQUAL : Kind.EQUAL, constant);
            case SYMBOL -> pool.pair(comparison, e.symbol(), constant);
            case RANGE -> e;
            default -> comparison == Kind.EQUAL ? pool.not(e) : e;
        };
    }

    /** Whether the symbol is mentioned anywhere. */
    boolean mentions(@Nullable Expr e, Symbol symbol) {
        if (e == null) {
            return false;
        }
        return switch (e.kind) {
            case AND, OR -> mentions(e.left(), symbol) || mentions(e.right(), symbol);
            case NOT -> mentions(e.left(), symbol);
            case SYMBOL -> e.symbol() == symbol;
            case RANGE -> false;
            default -> e.symbol() == symbol || e.otherSymbol() == symbol;
        };
    }

    /** Whether the expression is n whenever the symbol is, as far as a look at its AND operands tells. */
    boolean requires(@Nullable Expr e, Symbol symbol) {
        if (e == null) {
            return false;
        }
        return switch (e.kind) {
            case AND -> requires(e.left(), symbol) || requires(e.right(), symbol);
            case SYMBOL -> e.symbol() == symbol;
            case EQUAL -> e.symbol() == symbol && (e.otherSymbol() == symbols.yes || e.otherSymbol() == symbols.mod);
            case UNEQUAL -> e.symbol() == symbol && e.otherSymbol() == symbols.no;
            default -> false;
        };
    }

    /** Whether the expression is absent or the constant y. */
    boolean isYes(@Nullable Expr e) {
        return e == null || e.isSymbol(symbols.yes);
    }
}
