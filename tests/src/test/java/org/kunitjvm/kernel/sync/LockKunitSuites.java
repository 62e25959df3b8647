package org.kunitjvm.kernel.sync;

/** Lets tests of other packages name the suites of this one. */
public final class LockKunitSuites {
    /** Suite lock_rules. */
    public static final Class<?> LOCK_RULES = LockRulesKunit.class;

    private LockKunitSuites() {
    }
}
