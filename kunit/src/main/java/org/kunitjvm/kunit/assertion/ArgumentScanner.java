package org.kunitjvm.kunit.assertion;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Cuts the arguments of one call out of Java source text: balanced brackets, string and character literals, text
 * blocks, comments. Comments are dropped and white space becomes single blanks, as the preprocessor's {@code #}
 * operator has it.
 *
 * <p>It is no parser: a comma inside {@code <...>} of a generic call counts as one between arguments. The caller
 * compares the number of arguments and does without when it is wrong.
 */
final class ArgumentScanner {
    private static final String TEXT_BLOCK = "\"\"\"";

    private final String source;
    private final List<String> args = new ArrayList<>();
    private final StringBuilder arg = new StringBuilder();
    private boolean blankPending;
    private int pos;

    private ArgumentScanner(String source, int open) {
        this.source = source;
        this.pos = open + 1;
    }

    /**
     * The arguments of the call whose opening bracket is at {@code open}; {@code null} if it is not closed.
     */
    static @Nullable List<String> arguments(String source, int open) {
        return new ArgumentScanner(source, open).scan();
    }

    /**
     * The offset of the opening bracket of the next call of {@code method} at or after {@code from}, or -1. Names
     * inside literals and comments do not count.
     */
    static int findCall(String source, String method, int from) {
        ArgumentScanner scanner = new ArgumentScanner(source, from - 1);
        while (scanner.pos < source.length()) {
            int at = scanner.pos;
            if (scanner.skipInert()) {
                continue;
            }
            if (source.startsWith(method, at) && isWordBoundary(source, at, method.length())) {
                int open = skipBlanks(source, at + method.length());
                if (open < source.length() && source.charAt(open) == '(') {
                    return open;
                }
            }
            scanner.pos = at + 1;
        }
        return -1;
    }

    private static boolean isWordBoundary(String source, int at, int length) {
        boolean before = at == 0 || !Character.isJavaIdentifierPart(source.charAt(at - 1));
        int end = at + length;
        return before && (end >= source.length() || !Character.isJavaIdentifierPart(source.charAt(end)));
    }

    private static int skipBlanks(String source, int from) {
        int at = from;
        while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
            at++;
        }
        return at;
    }

    private @Nullable List<String> scan() {
        int depth = 0;
        while (pos < source.length()) {
            int start = pos;
            if (skipInert()) {
                keep(start);
                continue;
            }
            char c = source.charAt(pos++);
            if (c == ',' && depth == 0) {
                finish();
            } else if (depth == 0 && c == ')') {
                if (!arg.isEmpty() || !args.isEmpty()) {
                    finish();
                }
                return args;
            } else if (Character.isWhitespace(c)) {
                blankPending = true;
            } else {
                depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
                append(source.substring(start, pos));
            }
        }
        return null;
    }

    /** Keep a literal as it is written; a comment counts as white space. */
    private void keep(int start) {
        if (source.charAt(start) == '/') {
            blankPending = true;
        } else {
            append(source.substring(start, pos));
        }
    }

    private void append(String text) {
        if (blankPending && !arg.isEmpty()) {
            arg.append(' ');
        }
        blankPending = false;
        arg.append(text);
    }

    private void finish() {
        args.add(arg.toString());
        arg.setLength(0);
        blankPending = false;
    }

    /** Move over a literal or a comment that begins here; returns whether there was one. */
    private boolean skipInert() {
        if (source.startsWith("//", pos)) {
            pos = endOf("\n", pos);
        } else if (source.startsWith("/*", pos)) {
            pos = endOf("*/", pos + 2);
        } else if (source.startsWith(TEXT_BLOCK, pos)) {
            pos = literalEnd(TEXT_BLOCK, pos + TEXT_BLOCK.length());
        } else if (pos < source.length() && (source.charAt(pos) == '"' || source.charAt(pos) == '\'')) {
            pos = literalEnd(source.substring(pos, pos + 1), pos + 1);
        } else {
            return false;
        }
        return true;
    }

    private int endOf(String mark, int from) {
        int end = source.indexOf(mark, from);
        return end < 0 ? source.length() : end + mark.length();
    }

    private int literalEnd(String quote, int from) {
        int at = from;
        while (at < source.length() && !source.startsWith(quote, at)) {
            at += source.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(source.length(), at + quote.length());
    }
}
