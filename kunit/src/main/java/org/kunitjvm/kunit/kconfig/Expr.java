package org.kunitjvm.kunit.kconfig;

import org.jspecify.annotations.Nullable;

/**
 * One node of a dependency expression. Nodes are immutable but for the cached value, and interned by {@link ExprPool}:
 * two nodes of one pool are equal exactly if they are the same object. An absent expression ({@code null}) means
 * {@code y}.
 */
final class Expr {
    /** What a node is; {@link #RANGE} appears only as the value of a range property. */
    enum Kind {
        SYMBOL,
        NOT,
        AND,
        OR,
        EQUAL("="),
        UNEQUAL("!="),
        LESS("<"),
        LESS_EQUAL("<="),
        GREATER(">"),
        GREATER_EQUAL(">="),
        RANGE;

        private final String sign;

        Kind() {
            this("");
        }

        Kind(String sign) {
            this.sign = sign;
        }

        String sign() {
            return sign;
        }

        boolean isComparison() {
            return !sign.isEmpty();
        }

        boolean isJunction() {
            return this == AND || this == OR;
        }
    }

    final Kind kind;
    /** First operand of a junction, operand of NOT. */
    private final @Nullable Expr left;
    private final @Nullable Expr right;
    /** The symbol itself, or the first operand of a comparison or range. */
    private final @Nullable Symbol leftSymbol;
    private final @Nullable Symbol rightSymbol;

    /** The value, good while {@link #generation} is that of the evaluator. */
    Tristate value = Tristate.NO;
    int generation;

    Expr(Kind kind, @Nullable Expr left, @Nullable Expr right, @Nullable Symbol leftSymbol,
        @Nullable Symbol rightSymbol) {
        this.kind = kind;
        this.left = left;
        this.right = right;
        this.leftSymbol = leftSymbol;
        this.rightSymbol = rightSymbol;
    }

    Expr left() {
        return present(left);
    }

    Expr right() {
        return present(right);
    }

    Symbol symbol() {
        return present(leftSymbol);
    }

    Symbol otherSymbol() {
        return present(rightSymbol);
    }

    boolean isSymbol(Symbol symbol) {
        return kind == Kind.SYMBOL && leftSymbol == symbol;
    }

    private static <T> T present(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("no such part in this kind of expression");
        }
        return part;
    }
}
