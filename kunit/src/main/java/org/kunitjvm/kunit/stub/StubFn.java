package org.kunitjvm.kunit.stub;

import java.io.Serializable;

import org.jspecify.annotations.Nullable;

/**
 * A function that stands for a method when it is written as a method reference. It is serializable, because that is how
 * the method behind a reference can be told. An instance method takes the object as its first argument.
 */
public sealed interface StubFn extends Serializable {
    /** Call with as many arguments as the function has. */
    @Nullable Object invoke(@Nullable Object[] args) throws Throwable;

    /** A function without arguments. */
    @FunctionalInterface
    non-sealed interface Fn0<R> extends StubFn {
        /** Call. */
        R call() throws Throwable;

        @Override
        default @Nullable Object invoke(@Nullable Object[] args) throws Throwable {
            return call();
        }
    }

    /** A function of one argument. */
    @FunctionalInterface
    @SuppressWarnings("unchecked") // the woven call passes what the target takes; the compiler saw that types agree
    non-sealed interface Fn1<A, R> extends StubFn {
        /** Call. */
        R call(A a) throws Throwable;

        @Override
        default @Nullable Object invoke(@Nullable Object[] args) throws Throwable {
            return call((A) args[0]);
        }
    }

    /** A function of two arguments. */
    @FunctionalInterface
    @SuppressWarnings("unchecked") // as in Fn1
    non-sealed interface Fn2<A, B, R> extends StubFn {
        /** Call. */
        R call(A a, B b) throws Throwable;

        @Override
        default @Nullable Object invoke(@Nullable Object[] args) throws Throwable {
            return call((A) args[0], (B) args[1]);
        }
    }

    /** A function of three arguments. */
    @FunctionalInterface
    @SuppressWarnings("unchecked") // as in Fn1
    non-sealed interface Fn3<A, B, C, R> extends StubFn {
        /** Call. */
        R call(A a, B b, C c) throws Throwable;

        @Override
        default @Nullable Object invoke(@Nullable Object[] args) throws Throwable {
            return call((A) args[0], (B) args[1], (C) args[2]);
        }
    }

    /** A function of four arguments. */
    @FunctionalInterface
    @SuppressWarnings("unchecked") // as in Fn1
    non-sealed interface Fn4<A, B, C, D, R> extends StubFn {
        /** Call. */
        R call(A a, B b, C c, D d) throws Throwable;

        @Override
        default @Nullable Object invoke(@Nullable Object[] args) throws Throwable {
            return call((A) args[0], (B) args[1], (C) args[2], (D) args[3]);
        }
    }

    /** A procedure without arguments. */
    @FunctionalInterface
    non-sealed interface Proc0 extends StubFn {
        /** Call. */
        void call() throws Throwable;

        @Override
        default @Nullable Object invoke(@Nullable Object[] args) throws Throwable {
            call();
            return null;
        }
    }

    /** A procedure of one argument. */
    @FunctionalInterface
    @SuppressWarnings("unchecked") // as in Fn1
    non-sealed interface Proc1<A> extends StubFn {
        /** Call. */
        void call(A a) throws Throwable;

        @Override
        default @Nullable Object invoke(@Nullable Object[] args) throws Throwable {
            call((A) args[0]);
            return null;
        }
    }

    /** A procedure of two arguments. */
    @FunctionalInterface
    @SuppressWarnings("unchecked") // as in Fn1
    non-sealed interface Proc2<A, B> extends StubFn {
        /** Call. */
        void call(A a, B b) throws Throwable;

        @Override
        default @Nullable Object invoke(@Nullable Object[] args) throws Throwable {
            call((A) args[0], (B) args[1]);
            return null;
        }
    }

    /** A procedure of three arguments. */
    @FunctionalInterface
    @SuppressWarnings("unchecked") // as in Fn1
    non-sealed interface Proc3<A, B, C> extends StubFn {
        /** Call. */
        void call(A a, B b, C c) throws Throwable;

        @Override
        default @Nullable Object invoke(@Nullable Object[] args) throws Throwable {
            call((A) args[0], (B) args[1], (C) args[2]);
            return null;
        }
    }
}
