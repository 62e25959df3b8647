package org.kunitjvm.kunit.kconfig;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes expression nodes and hands out the same object for the same content. */
final class ExprPool {
    /** Operands are compared as objects: they come from this pool, or are symbols, which are unique too. */
    private record Key(Expr.Kind kind, @Nullable Object left, @Nullable Object right) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key(Expr.Kind otherKind, Object otherLeft, Object otherRight)
                    && kind == otherKind && left == otherLeft && right == otherRight;
        }

        @Override
        public int hashCode() {
            return (kind.ordinal() * 31 + System.identityHashCode(left)) * 31 + System.identityHashCode(right);
        }
    }

    private final Map<Key, Expr> nodes = new HashMap<>();

    // No lambdas here: linking the first one costs more than evaluating the project's whole tree.

    private Expr node(Expr.Kind kind, @Nullable Expr left, @Nullable Expr right, @Nullable Symbol leftSymbol,
            @Nullable Symbol rightSymbol) {
        Key key = left != null ? new Key(kind, left, right) : new Key(kind, leftSymbol, rightSymbol);
        Expr node = nodes.get(key);
        if (node == null) {
            node = new Expr(kind, left, right, leftSymbol, rightSymbol);
            nodes.put(key, node);
        }
        return node;
    }

    Expr symbol(Symbol symbol) {
        return node(Expr.Kind.SYMBOL, null, null, symbol, null);
    }

    Expr not(Expr operand) {
        return node(Expr.Kind.NOT, operand, null, null, null);
    }

    /** An AND or OR node. */
    Expr junction(Expr.Kind kind, Expr left, Expr right) {
        return node(kind, left, right, null, null);
    }

    /** A comparison or a range. */
    Expr pair(Expr.Kind kind, Symbol left, Symbol right) {
        return node(kind, null, null, left, right);
    }

    /** {@code a && b}, where an absent operand counts as {@code y}. */
    @Nullable Expr and(@Nullable Expr a, @Nullable Expr b) {
        return a == null ? b : b == null ? a : junction(Expr.Kind.AND, a, b);
    }

    /** {@code a || b} of what is there; an absent operand adds nothing. */
    @Nullable Expr or(@Nullable Expr a, @Nullable Expr b) {
        return a == null ? b : b == null ? a : junction(Expr.Kind.OR, a, b);
    }
}
