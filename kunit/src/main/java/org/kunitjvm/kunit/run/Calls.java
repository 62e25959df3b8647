package org.kunitjvm.kunit.run;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;

import org.kunitjvm.kernel.errno.ErrnoException;

/** Calls code of suites, which may throw anything. */
final class Calls {
    /** Code of a suite that returns an error number. */
    @FunctionalInterface
    interface Init {
        int run() throws Throwable;
    }

    /** Code of a suite. */
    @FunctionalInterface
    interface Code {
        void run() throws Throwable;
    }

    private Calls() {
    }

    /** Run and return the error number; an {@link ErrnoException} counts as returning its number. */
    static int errnoOf(Init init) {
        try {
            return init.run();
        } catch (ErrnoException e) {
            return e.ret();
        } catch (Throwable e) {
            throw Calls.<RuntimeException>as(e);
        }
    }

    /** Run and let everything through as it is. */
    static void sneaky(Code code) {
        try {
            code.run();
        } catch (Throwable e) {
            throw Calls.<RuntimeException>as(e);
        }
    }

    /** A new object of a class. By a handle: reflection generates code for every constructor that it is used on. */
    static Object make(Class<?> type) throws Throwable {
        Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        MethodHandle make = MethodHandles.lookup().unreflectConstructor(constructor)
            .asType(MethodType.methodType(Object.class));
        return (Object) make.invokeExact();
    }

    @SuppressWarnings("unchecked") // erased: the throwable goes on as it is
    private static <T extends Throwable> T as(Throwable e) throws T {
        throw (T) e;
    }
}
