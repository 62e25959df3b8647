package org.kunitjvm.mm.alloc;

/**
 * Receives, in words, which rule decided what. There is one place for it in an allocator; without one nothing is
 * computed for it.
 */
@FunctionalInterface
public interface Explainer {
    /** A decision was made; format as {@link String#format}. */
    void note(String format, Object... args);
}
