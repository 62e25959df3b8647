package org.kunitjvm.kunit.kconfig;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options of a kunitconfig, in the order in which they were first named: a wish list for a {@code .config}.
 * Models tools/testing/kunit/kunit_config.py.
 */
public final class KunitConfig {
    private static final String PREFIX = "CONFIG_";
    private static final String NOT_SET_SUFFIX = " is not set";
    /** The value that stands for an option that is not set. */
    private static final String UNSET = "n";
    private static final KunitConfig EMPTY = new KunitConfig(new LinkedHashMap<>());

    /** A fragment and the name under which messages mention it. */
    public record Source(String name, KunitConfig config) {
    }

    private final Map<String, String> entries;

    private KunitConfig(Map<String, String> entries) {
        this.entries = Collections.unmodifiableMap(entries);
    }

    /** No wishes. */
    public static KunitConfig empty() {
        return EMPTY;
    }

    // ---- reading ----

    /**
     * Read a kunitconfig or a .config. The last of several values for one option counts.
     *
     * @throws KconfigException with {@code Failed to parse: LINE} at a line that is neither an option nor a comment
     */
    public static KunitConfig parse(String text) {
        Map<String, String> entries = new LinkedHashMap<>();
        int from = 0;
        while (from <= text.length()) {
            int to = text.indexOf('\n', from);
            int end = to < 0 ? text.length() : to;
            parseLine(text.substring(from, end).strip(), entries);
            from = end + 1;
        }
        return new KunitConfig(entries);
    }

    private static void parseLine(String line, Map<String, String> entries) {
        if (line.isEmpty()) {
            return;
        }
        if (line.startsWith(PREFIX)) {
            int sign = line.indexOf('=');
            if (sign > 0 && isName(line, PREFIX.length(), sign) && isValue(line, sign + 1)) {
                entries.put(line.substring(PREFIX.length(), sign), line.substring(sign + 1));
                return;
            }
        }
        if (line.charAt(0) != '#') {
            throw KconfigException.of("Failed to parse: " + line);
        }
        String start = "# " + PREFIX;
        int end = line.length() - NOT_SET_SUFFIX.length();
        if (line.startsWith(start) && line.endsWith(NOT_SET_SUFFIX) && isName(line, start.length(), end)) {
            entries.put(line.substring(start.length(), end), UNSET);
        }
    }

    private static boolean isName(String line, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = line.charAt(i);
            if (c != '_' && !Character.isLetterOrDigit(c)) {
                return false;
            }
        }
        return from < to;
    }

    /** Something without blanks, or anything in double quotes. */
    private static boolean isValue(String line, int from) {
        if (line.length() >= from + 2 && line.charAt(from) == '"' && line.charAt(line.length() - 1) == '"') {
            return true;
        }
        for (int i = from; i < line.length(); i++) {
            if (Character.isWhitespace(line.charAt(i))) {
                return false;
            }
        }
        return from < line.length();
    }

    /**
     * Read a kunitconfig file; of a directory, the file {@code .kunitconfig} in it.
     *
     * @throws KconfigException if there is no such file, or a line is not understood
     */
    public static Source read(String path, KconfigFiles files) {
        String name = files.isDirectory(path) ? path.concat(path.endsWith("/") ? ".kunitconfig" : "/.kunitconfig")
            : path;
        String text = files.read(name);
        if (text == null) {
            throw KconfigException.of("Specified kunitconfig (" + name + ") does not exist");
        }
        return new Source(name, parse(text));
    }

    // ---- combining ----

    /**
     * All wishes of several fragments.
     *
     * @throws KconfigException if two fragments disagree, with every disagreement between one fragment and those before
     *     it
     */
    public static KunitConfig merge(List<Source> sources) {
        Map<String, String> merged = new LinkedHashMap<>();
        for (Source source : sources) {
            List<String> conflicts = new ArrayList<>();
            for (Map.Entry<String, String> entry : merged.entrySet()) {
                String name = entry.getKey();
                String other = source.config.entries.get(name);
                if (other != null && !other.equals(entry.getValue())) {
                    conflicts.add(line(name, entry.getValue()) + "\n  vs from " + source.name + "\n"
                        + line(name, other));
                }
            }
            if (!conflicts.isEmpty()) {
                throw KconfigException.of("Multiple values specified for " + conflicts.size()
                        + " options in kunitconfig:\n" + String.join("\n\n", conflicts));
            }
            merged.putAll(source.config.entries);
        }
        return new KunitConfig(merged);
    }

    /** These wishes, with those of another list in place of contrary ones. */
    public KunitConfig overriddenBy(KunitConfig other) {
        Map<String, String> merged = new LinkedHashMap<>(entries);
        merged.putAll(other.entries);
        return new KunitConfig(merged);
    }

    // ---- asking ----

    /** Names (without {@code CONFIG_}) and values in order. */
    public Map<String, String> entries() {
        return entries;
    }

    /** The value of an option, {@code n} for one that is "not set", {@code null} for one that is not mentioned. */
    public @Nullable String value(String name) {
        return entries.get(Configuration.withoutPrefix(name));
    }

    /** Whether everything wished for here is in {@code other}; "not set" is satisfied by absence. */
    public boolean isSubsetOf(KunitConfig other) {
        return missingFrom(other).isEmpty();
    }

    /**
     * The wishes that {@code other} does not satisfy. Differs from kunit.py (quirk Q-31): wishes that are satisfied are
     * not in it.
     */
    public KunitConfig missingFrom(KunitConfig other) {
        Map<String, String> missing = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            if (!entry.getValue().equals(other.entries.getOrDefault(entry.getKey(), UNSET))) {
                missing.put(entry.getKey(), entry.getValue());
            }
        }
        return new KunitConfig(missing);
    }

    /**
     * What kunit.py says when a generated .config does not satisfy the wishes, or {@code null} if it does.
     *
     * @param uml whether the architecture is um, which gets a note
     */
    public @Nullable String missingMessage(KunitConfig generated, boolean uml) {
        KunitConfig missing = missingFrom(generated);
        if (missing.isEmpty()) {
            return null;
        }
        String text = "Not all Kconfig options selected in kunitconfig were in the generated .config.\n"
                + "This is probably due to unsatisfied dependencies.\n"
                + "Missing: " + String.join(", ", missing.lines());
        return !uml ? text : text
            + "\nNote: many Kconfig options aren't available on UML. You can try running on a different "
                + "architecture with something like \"--arch=x86_64\".";
    }

    /** Whether there is no wish. */
    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** One line for each option, as it stands in a .config. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            lines.add(line(entry.getKey(), entry.getValue()));
        }
        return lines;
    }

    private static String line(String name, String value) {
        // Not "+": its first use costs some ten milliseconds, and this is on the way to every run.
        StringBuilder line = new StringBuilder();
        return value.equals(UNSET)
                ? line.append("# ").append(PREFIX).append(name).append(NOT_SET_SUFFIX).toString()
                : line.append(PREFIX).append(name).append('=').append(value).toString();
    }

    /** The text of the file, one option a line. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (String line : lines()) {
            text.append(line).append('\n');
        }
        return text.toString();
    }

    /** Equal if the same options have the same values, in any order. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KunitConfig config && entries.equals(config.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    @Override
    public String toString() {
        return text();
    }
}
