package org.kunitjvm.kunit;

/** Which kernel's KUnit is followed where releases differ. One mode holds for a whole run. */
public enum KunitMode {
    /** Linux 6.12: no plan for parameters, default names from {@code param-0}, one limit for all speeds. */
    V6_12,
    /** Linux 7.x: plan for array parameters, names from {@code param-1}, parent contexts, limits scaled by speed. */
    V7
}
