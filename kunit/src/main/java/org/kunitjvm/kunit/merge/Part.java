package org.kunitjvm.kunit.merge;

import java.util.List;

import org.kunitjvm.kunit.results.RunResults;

/**
 * A run that is a part of another one.
 *
 * @param name for messages
 * @param console the lines of all its kernels
 */
public record Part(String name, RunResults results, List<String> console) {
    /** Copy. */
    public Part {
        console = List.copyOf(console);
    }
}
