package org.kunitjvm.kunit.assertion;

import org.jspecify.annotations.Nullable;

/**
 * The text of one operand of a failed check.
 *
 * @param source the source text, whitespace normalised, or {@code null} if the source is not to be had
 * @param value the value in the form that stands for it when there is no source text
 */
public record Operand(@Nullable String source, String value) {
    private static final String NULL_EXPANDED = "((void *)0)";

    /** What the failure text shows: the source text as the preprocessor would leave it, else the value. */
    public String text() {
        if (source == null) {
            return value;
        }
        return source.equals("null") ? NULL_EXPANDED : source;
    }

    /** Whether the source text is known, so that a line that repeats the value says something new. */
    public boolean hasSource() {
        return source != null;
    }
}
