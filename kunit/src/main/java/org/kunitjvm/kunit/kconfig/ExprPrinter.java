package org.kunitjvm.kunit.kconfig;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.kconfig.Expr.Kind;

/**
 * Writes expressions as people write them, optionally with the present value behind each symbol:
 * {@code A [=n] && !B [=y]}.
 */
final class ExprPrinter {
    private final @Nullable Function<Symbol, String> values;
    private final StringBuilder text = new StringBuilder();

    private ExprPrinter(@Nullable Function<Symbol, String> values) {
        this.values = values;
    }

    /** The expression with {@code [=value]} behind every symbol that has a type. */
    static String withValues(@Nullable Expr e, Function<Symbol, String> values) {
        ExprPrinter printer = new ExprPrinter(values);
        printer.print(e, null);
        return printer.text.toString();
    }

    private void print(@Nullable Expr e, @Nullable Kind outer) {
        if (e == null) {
            text.append('y');
            return;
        }
        boolean parentheses = outer != null && looserThan(outer, e.kind);
        if (parentheses) {
            text.append('(');
        }
        switch (e.kind) {
            case SYMBOL -> mention(e.symbol());
            case NOT -> {
                text.append('!');
                print(e.left(), Kind.NOT);
            }
            case AND -> junction(e, " && ");
            case OR -> junction(e, " || ");
            case RANGE -> {
                text.append('[');
                mention(e.symbol());
                text.append(' ');
                mention(e.otherSymbol());
                text.append(']');
            }
            default -> {
                mention(e.symbol());
                text.append(e.kind.sign());
                mention(e.otherSymbol());
            }
        }
        if (parentheses) {
            text.append(')');
        }
    }

    private void junction(Expr e, String sign) {
        print(e.left(), e.kind);
        text.append(sign);
        print(e.right(), e.kind);
    }

    /** Whether an {@code inner} operand must be wrapped: || binds least, then &&, then !. */
    private static boolean looserThan(Kind outer, Kind inner) {
        return switch (outer) {
            case NOT -> inner.isJunction();
            case AND -> inner == Kind.OR;
            default -> false;
        };
    }

    private void mention(Symbol symbol) {
        text.append(symbol.name());
        if (values != null && symbol.type != SymbolType.UNKNOWN && !symbol.isChoice()) {
            text.append(" [=").append(values.apply(symbol)).append(']');
        }
    }
}
