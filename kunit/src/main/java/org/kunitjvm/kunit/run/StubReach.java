package org.kunitjvm.kunit.run;

/** Which classes the stubs of a suite can change, and which it therefore needs copies of. */
public enum StubReach {
    /** It activates no stub. */
    NONE,
    /** It activates stubs, and mentions no class of the program under test. */
    SUITES,
    /** It activates stubs, and mentions classes of the program under test. */
    PROGRAM
}
