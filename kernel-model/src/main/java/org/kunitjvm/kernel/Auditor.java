package org.kunitjvm.kernel;

import java.util.List;

/**
 * Looks for things that were left behind. The test runner takes a mark before each case and asks what leaked after its
 * cleanup; the kernel asks for everything when it is closed.
 */
public interface Auditor {
    /** What is looked after, for reports: {@code pages}. */
    String name();

    /** Remember the present state; the result is only given back to {@link #leaksSince}. */
    Object mark();

    /**
     * What is there now and was not at {@code mark}: one line per leak, with the object, its owner and where it came
     * from. Empty if nothing leaked.
     */
    List<String> leaksSince(Object mark);
}
