package org.kunitjvm.kunit.resource;

import java.io.Serializable;

/**
 * A deferred function of one argument. As in C it is told apart by the function that it is, see {@link FunctionRef}:
 * {@code test.removeAction(Foo::free, x)} finds what {@code test.addAction(Foo::free, x)} added. A lambda with a body
 * is a function of its own wherever it is written: keep it in a constant if it is to be removed or released. Models
 * {@code kunit_action_t}.
 */
@FunctionalInterface
public interface Action<T> extends Serializable {
    /** Do what was deferred. */
    void run(T context);
}
