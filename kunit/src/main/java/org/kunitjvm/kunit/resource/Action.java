package org.kunitjvm.kunit.resource;

/**
 * A deferred function of one argument. It is told apart by identity: keep it in a constant if it is to be removed or
 * released, because each evaluation of a lambda or method reference may give another object. Models {@code
 * kunit_action_t}.
 */
@FunctionalInterface
public interface Action<T> {
    /** Do what was deferred. */
    void run(T context);
}
