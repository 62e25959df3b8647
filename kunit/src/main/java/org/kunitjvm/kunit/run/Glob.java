package org.kunitjvm.kunit.run;

/**
 * The kernel's globs: {@code *}, {@code ?}, classes such as {@code [a-z]} and {@code [!x]}, {@code \} before a literal
 * character. Whole strings, case matters. Models lib/glob.c.
 */
public final class Glob {
    private final String pattern;

    /** A glob. */
    public Glob(String pattern) {
        this.pattern = pattern;
    }

    /** Whether all of {@code text} matches. */
    public boolean matches(String text) {
        int p = 0;
        int t = 0;
        int starPattern = -1;
        int starText = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                starPattern = ++p;
                starText = t;
                continue;
            }
            int next = p < pattern.length() ? matchOne(p, text.charAt(t)) : -1;
            if (next >= 0) {
                p = next;
                t++;
            } else if (starPattern >= 0) {
                // Let the latest star take one character more; earlier stars need never be looked at again.
                p = starPattern;
                t = ++starText;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /** Match one character at {@code p}; returns where the pattern goes on, or -1. */
    private int matchOne(int p, char c) {
        char want = pattern.charAt(p);
        if (want == '?') {
            return p + 1;
        }
        if (want == '[') {
            int end = classEnd(p);
            if (end >= 0) {
                return inClass(p, end, c) ? end + 1 : -1;
            }
        }
        if (want == '\\' && p + 1 < pattern.length()) {
            return pattern.charAt(p + 1) == c ? p + 2 : -1;
        }
        return want == c ? p + 1 : -1;
    }

    /**
     * Index of the bracket that closes the class at {@code p}; a bracket that comes first is a member. -1 if it is not
     * closed.
     */
    private int classEnd(int p) {
        int first = p + 1;
        if (first < pattern.length() && pattern.charAt(first) == '!') {
            first++;
        }
        return pattern.indexOf(']', first + 1);
    }

    private boolean inClass(int p, int end, char c) {
        boolean inverted = pattern.charAt(p + 1) == '!';
        boolean found = false;
        int i = inverted ? p + 2 : p + 1;
        while (i < end) {
            char low = pattern.charAt(i);
            char high = low;
            if (i + 2 < end && pattern.charAt(i + 1) == '-') {
                high = pattern.charAt(i + 2);
                i += 2;
            }
            found |= low <= c && c <= high;
            i++;
        }
        return found != inverted;
    }

    @Override
    public String toString() {
        return pattern;
    }
}
