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

    /** A function of five arguments. */
    @FunctionalInterface
    @SuppressWarnings("unchecked") // as in Fn1
    non-sealed interface Fn5<A, B, C, D, E, R> extends StubFn {
        /** Call. */
        R call(A a, B b, C c, D d, E e) throws Throwable;

        @Override
        default @Nullable Object invoke(@Nullable Object[] args) throws Throwable {
            return call((A) args[0], (B) args[1], (C) args[2], (D) args[3], (E) args[4]);
        }
    }

    /** A function of six arguments. */
    @FunctionalInterface
    @SuppressWarnings("unchecked") // as in Fn1
    non-sealed interface Fn6<A, B, C, D, E, F, R> extends StubFn {
        /** Call. */
        R call(A a, B b, C c, D d, E e, F f) throws Throwable;

        @Override
        default @Nullable Object invoke(@Nullable Object[] args) throws Throwable {
            return call((A) args[0], (B) args[1], (C) args[2], (D) args[3], (E) args[4], (F) args[5]);
        }
    }

    /** A function of seven arguments. */
    @FunctionalInterface
    @SuppressWarnings("unchecked") // as in Fn1
    non-sealed interface Fn7<A, B, C, D, E, F, G, R> extends StubFn {
        /** Call. */
        R call(A a, B b, C c, D d, E e, F f, G g) throws Throwable;

        @Override
        default @Nullable Object invoke(@Nullable Object[] args) throws Throwable {
            return call((A) args[0], (B) args[1], (C) args[2], (D) args[3], (E) args[4],
                (F) args[5], (G) args[6]);
        }
    }

    /** A function of eight arguments. */
    @FunctionalInterface
    @SuppressWarnings("unchecked") // as in Fn1
    non-sealed interface Fn8<A, B, C, D, E, F, G, H, R> extends StubFn {
        /** Call. */
        R call(A a, B b, C c, D d, E e, F f, G g, H h) throws Throwable;

        @Override
        default @Nullable Object invoke(@Nullable Object[] args) throws Throwable {
            return call((A) args[0], (B) args[1], (C) args[2], (D) args[3], (E) args[4],
                (F) args[5], (G) args[6], (H) args[7]);
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

    /** A procedure of four arguments. */
    @FunctionalInterface
    @SuppressWarnings("unchecked") // as in Fn1
    non-sealed interface Proc4<A, B, C, D> extends StubFn {
        /** Call. */
        void call(A a, B b, C c, D d) throws Throwable;

        @Override
        default @Nullable Object invoke(@Nullable Object[] args) throws Throwable {
            call((A) args[0], (B) args[1], (C) args[2], (D) args[3]);
            return null;
        }
    }

    /** A procedure of five arguments. */
    @FunctionalInterface
    @SuppressWarnings("unchecked") // as in Fn1
    non-sealed interface Proc5<A, B, C, D, E> extends StubFn {
        /** Call. */
        void call(A a, B b, C c, D d, E e) throws Throwable;

        @Override
        default @Nullable Object invoke(@Nullable Object[] args) throws Throwable {
            call((A) args[0], (B) args[1], (C) args[2], (D) args[3], (E) args[4]);
            return null;
        }
    }

    /** A procedure of six arguments. */
    @FunctionalInterface
    @SuppressWarnings("unchecked") // as in Fn1
    non-sealed interface Proc6<A, B, C, D, E, F> extends StubFn {
        /** Call. */
        void call(A a, B b, C c, D d, E e, F f) throws Throwable;

        @Override
        default @Nullable Object invoke(@Nullable Object[] args) throws Throwable {
            call((A) args[0], (B) args[1], (C) args[2], (D) args[3], (E) args[4], (F) args[5]);
            return null;
        }
    }
}
