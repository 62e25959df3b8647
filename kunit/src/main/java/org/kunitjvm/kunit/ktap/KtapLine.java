package org.kunitjvm.kunit.ktap;

/**
 * Say what kind of KTAP line a line is, and where its parts are. One object is reused for all lines of a log.
 *
 * <p>Written by hand because it runs once for every line of the console: the regular expressions that it follows
 * (spec: "Line grammar accepted") are in the comments. Indentation never matters.
 */
final class KtapLine {
    /** The kinds; a line is of exactly one. */
    enum Kind { DIAGNOSTIC, VERSION, HEADER, PLAN, RESULT }

    private static final String KTAP_VERSION = "KTAP version ";
    private static final String TAP_VERSION = "TAP version ";
    private static final String SUBTEST = "# Subtest: ";
    private static final String SKIP = " # SKIP";
    private static final long HUGE = 1_000_000_000_000_000L;

    private final boolean descriptionOptional;
    private final boolean colonHyphen;
    private final boolean reasonAsName;

    private String text = "";
    private Kind kind = Kind.DIAGNOSTIC;
    private boolean tap;
    private boolean ok;
    private int numberStart;
    private int numberEnd;
    private int nameStart;
    private int nameEnd;

    KtapLine(KunitRelease release) {
        descriptionOptional = release.atLeast(KunitRelease.V6_18);
        colonHyphen = release.atLeast(KunitRelease.V7_2);
        reasonAsName = descriptionOptional && !colonHyphen;
    }

    /** Take a new line in. */
    Kind read(String line) {
        text = line;
        kind = classify(line, PySpace.skip(line, 0));
        return kind;
    }

    /** Return the line read last. */
    String text() {
        return text;
    }

    Kind kind() {
        return kind;
    }

    private Kind classify(String line, int at) {
        if (at == line.length()) {
            return Kind.DIAGNOSTIC;
        }
        return switch (line.charAt(at)) {
            case 'K' -> version(line, at, KTAP_VERSION, false);
            case 'T' -> version(line, at, TAP_VERSION, true);
            case '#' -> header(line, at);
            case '1' -> plan(line, at);
            case 'o' -> line.startsWith("ok ", at) ? result(line, at + 3, true) : Kind.DIAGNOSTIC;
            case 'n' -> line.startsWith("not ok ", at) ? result(line, at + 7, false) : Kind.DIAGNOSTIC;
            default -> Kind.DIAGNOSTIC;
        };
    }

    // \s*KTAP version ([0-9]+)$
    private Kind version(String line, int at, String words, boolean isTap) {
        if (!line.startsWith(words, at)) {
            return Kind.DIAGNOSTIC;
        }
        numberStart = at + words.length();
        numberEnd = PySpace.skipDigits(line, numberStart);
        tap = isTap;
        return numberEnd > numberStart && numberEnd == line.length() ? Kind.VERSION : Kind.DIAGNOSTIC;
    }

    // ^\s*# Subtest: (.*)$
    private Kind header(String line, int at) {
        if (!line.startsWith(SUBTEST, at)) {
            return Kind.DIAGNOSTIC;
        }
        nameStart = at + SUBTEST.length();
        nameEnd = line.length();
        return Kind.HEADER;
    }

    // ^\s*1\.\.([0-9]+)
    private Kind plan(String line, int at) {
        if (!line.startsWith("1..", at)) {
            return Kind.DIAGNOSTIC;
        }
        numberStart = at + 3;
        numberEnd = PySpace.skipDigits(line, numberStart);
        return numberEnd > numberStart ? Kind.PLAN : Kind.DIAGNOSTIC;
    }

    // ^\s*(ok|not ok) ([0-9]+) (- )?([^#]*)( # .*)?$
    private Kind result(String line, int at, boolean isOk) {
        numberStart = at;
        numberEnd = PySpace.skipDigits(line, at);
        if (numberEnd == numberStart) {
            return Kind.DIAGNOSTIC;
        }
        int hash = line.indexOf('#', numberEnd);
        if (hash >= 0 && !isDirective(line, hash)) {
            return Kind.DIAGNOSTIC;
        }
        nameEnd = hash < 0 ? line.length() : hash - 1;
        nameStart = nameStart(line, nameEnd);
        ok = isOk;
        return nameStart >= 0 ? Kind.RESULT : Kind.DIAGNOSTIC;
    }

    private static boolean isDirective(String line, int hash) {
        return line.charAt(hash - 1) == ' ' && hash + 1 < line.length() && line.charAt(hash + 1) == ' ';
    }

    /**
     * Return where a description that ends at {@code end} starts: behind the number, one blank and a hyphen if all of
     * that fits before {@code end}, else with less of it, as a backtracking matcher would find it. -1 if nothing fits.
     */
    private int nameStart(String line, int end) {
        int at = numberEnd;
        if (at < line.length() && line.charAt(at) == ' ') {
            int found = hyphenSkipped(line, at + 1, end);
            if (found >= 0 || !descriptionOptional) {
                return found;
            }
        }
        return descriptionOptional ? hyphenSkipped(line, at, end) : -1;
    }

    private int hyphenSkipped(String line, int at, int end) {
        int hyphen = colonHyphen && line.startsWith(":", at) ? at + 1 : at;
        if (line.startsWith("- ", hyphen) && hyphen + 2 <= end) {
            return hyphen + 2;
        }
        return at <= end ? at : -1;
    }

    /** Tell whether this is a result line that carries {@code name}. */
    boolean isResultOf(String name) {
        if (kind != Kind.RESULT || nameEnd - nameStart != name.length() || !text.startsWith(name, nameStart)) {
            return false;
        }
        return !name.isEmpty() || !descriptionOptional;
    }

    /** Return the name of a header or of a result; the latter longer when a skip follows another directive. */
    String name() {
        int skip = skipAt();
        if (skip < 0) {
            return text.substring(nameStart, nameEnd);
        }
        String name = text.substring(nameStart(text, skip), skip);
        return name.isEmpty() && reasonAsName ? skipReason() : name;
    }

    boolean isSkip() {
        return skipAt() >= 0;
    }

    /** Return what follows {@code # SKIP} and one blank. */
    String skipReason() {
        int skip = skipAt();
        if (skip < 0) {
            return "";
        }
        int at = skip + SKIP.length();
        return text.substring(at < text.length() && text.charAt(at) == ' ' ? at + 1 : at);
    }

    // The last " # SKIP" counts; it may not start before the description does.
    private int skipAt() {
        if (kind != Kind.RESULT || nameEnd == text.length()) {
            return -1;
        }
        int skip = text.lastIndexOf(SKIP);
        return skip >= 0 && nameStart(text, skip) >= 0 ? skip : -1;
    }

    boolean isOk() {
        return ok;
    }

    boolean isTap() {
        return tap;
    }

    /** Return the number of a version, plan or result line; anything above 10^15 is 10^15. */
    long number() {
        long value = 0;
        for (int i = numberStart; i < numberEnd; i++) {
            value = value * 10 + (text.charAt(i) - '0');
            if (value > HUGE) {
                return HUGE;
            }
        }
        return value;
    }

    /** Return the number's digits without leading zeros. */
    String numberText() {
        int start = numberStart;
        while (start < numberEnd - 1 && text.charAt(start) == '0') {
            start++;
        }
        return text.substring(start, numberEnd);
    }
}
