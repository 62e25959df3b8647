package org.kunitjvm.kunit.ktap;

/**
 * The Linux release whose {@code kunit.py} is followed where releases differ. Constants are in release order.
 * Default is {@link #V6_12}; a release that changed nothing on the tool side has no constant of its own.
 */
public enum KunitRelease {
    /** The reference: a number needs a description, parents that fail alone do not fail the run. */
    V6_12,
    /** {@code --summary} and {@code --failed}. */
    V6_13,
    /** A late plan is read and dropped; a parent without plan is reported. */
    V6_15,
    /** The description is optional; a failing parent of passing children counts one failure. */
    V6_18,
    /** JSON {@code misc}. */
    V7_0,
    /** The hint to use {@code --raw_output=all}, "higher" spelt right. */
    V7_1,
    /** Skip reasons are shown, JUnit XML. */
    V7_2;

    /** Tell whether this release is {@code other} or a later one. */
    public boolean atLeast(KunitRelease other) {
        return compareTo(other) >= 0;
    }
}
