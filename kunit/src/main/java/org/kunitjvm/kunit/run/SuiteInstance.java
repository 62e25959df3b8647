package org.kunitjvm.kunit.run;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.SuiteContext;

/**
 * The object whose methods are called: a new one for each run of the suite, and one for each kernel that runs it
 * now.
 */
final class SuiteInstance {
    private final Class<?> type;
    private final Map<Object, Object> objects = new ConcurrentHashMap<>();

    SuiteInstance(Class<?> type) {
        this.type = type;
    }

    /** What tells the kernel of the calling thread from others. */
    private static Object kernel() {
        Scheduler scheduler = Scheduler.ofCallingThread();
        return scheduler == null ? SuiteInstance.class : scheduler;
    }

    void renew() throws Throwable {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            // By a handle: reflection generates code for every constructor that it is used on.
            MethodHandle make = MethodHandles.lookup().unreflectConstructor(constructor)
                .asType(MethodType.methodType(Object.class));
            objects.put(kernel(), (Object) make.invokeExact());
        } catch (NoSuchMethodException e) {
            throw new SuiteLoadException(type, "a suite needs a constructor without arguments");
        }
    }

    /** The kernel of the calling thread will run the suite no more. */
    void forget() {
        objects.remove(kernel());
    }

    @Nullable Object object() {
        return objects.get(kernel());
    }

    /**
     * Call a method that takes nothing but the test. Most cases run once: reflection would generate code for each
     * that is thrown away unused.
     */
    void callCase(Method method, Kunit test) throws Throwable {
        handle(method).invokeExact(test);
    }

    /** Call what comes before or after a case; returns its error, 0 if it has none to return. */
    int callHook(Method method, Kunit test) throws Throwable {
        MethodHandle handle = handle(method);
        if (method.getReturnType() == int.class) {
            return (int) handle.invokeExact(test);
        }
        handle.invokeExact(test);
        return 0;
    }

    /** Call what comes before or after all cases; returns its error, 0 if it has none to return. */
    int callHook(Method method, SuiteContext suite) throws Throwable {
        MethodHandle handle = handle(method);
        if (method.getReturnType() == int.class) {
            return (int) handle.invokeExact(suite);
        }
        handle.invokeExact(suite);
        return 0;
    }

    private MethodHandle handle(Method method) throws IllegalAccessException {
        method.setAccessible(true);
        MethodHandle handle = MethodHandles.lookup().unreflect(method);
        return Modifier.isStatic(method.getModifiers()) ? handle : handle.bindTo(object());
    }

    @Nullable Object call(Method method, @Nullable Object... args) throws Throwable {
        method.setAccessible(true);
        try {
            return method.invoke(Modifier.isStatic(method.getModifiers()) ? null : object(), args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
