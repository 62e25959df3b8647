package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Words as a POSIX shell reads and writes them. Models Python's shlex: split, quote, join. */
final class ShellWords {
    private static final String SAFE = "@%+=:,./-_";

    private ShellWords() {
    }

    /** The words as one line that a shell reads back as the same words. */
    static String join(List<String> words) {
        return words.stream().map(ShellWords::quote).collect(Collectors.joining(" "));
    }

    /** One word as a shell must be given it. */
    static String quote(String word) {
        boolean safe = !word.isEmpty() && word.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c)
            || SAFE.indexOf(c) >= 0);
        return safe ? word : "'" + word.replace("'", "'\"'\"'") + "'";
    }

    /**
     * Split a line at blanks, with quotes and backslashes.
     *
     * @throws IllegalArgumentException if a quotation does not end
     */
    static List<String> split(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean any = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote == 0 && Character.isWhitespace(c)) {
                if (any) {
                    words.add(word.toString());
                }
                word.setLength(0);
                any = false;
                continue;
            }
            any = true;
            if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            } else if (c == '\\' && quote != '\'') {
                i = escaped(line, i, quote, word);
            } else {
                word.append(c);
            }
        }
        if (quote != 0) {
            throw new IllegalArgumentException("No closing quotation");
        }
        if (any) {
            words.add(word.toString());
        }
        return words;
    }

    /**
     * Take in the backslash at {@code at} and what it protects; inside double quotes it protects only itself and the
     * quote.
     */
    private static int escaped(String line, int at, char quote, StringBuilder word) {
        if (at + 1 == line.length()) {
            throw new IllegalArgumentException("No escaped character");
        }
        char next = line.charAt(at + 1);
        if (quote == '"' && next != '"' && next != '\\') {
            word.append('\\');
        }
        word.append(next);
        return at + 1;
    }
}
