package org.kunitjvm.kunit.run;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.SuiteContext;
import org.kunitjvm.kunit.run.SuiteMethods.SuiteMethod;

/**
 * The object whose methods are called: a new one for each run of the suite, and one for each kernel that runs it
 * now.
 */
final class SuiteInstance {
    private final Class<?> type;
    private final @Nullable SuiteCalls calls;
    private final Set<Integer> uncalled;
    private final Map<Object, Object> objects = new ConcurrentHashMap<>();

    /**
     * Of the class {@code type}.
     *
     * @param calls what calls its methods, or {@code null} for reflection
     * @param uncalled the numbers of the methods that {@code calls} does not call
     */
    SuiteInstance(Class<?> type, @Nullable SuiteCalls calls, Set<Integer> uncalled) {
        this.type = type;
        this.calls = calls;
        this.uncalled = Set.copyOf(uncalled);
    }

    /** What tells the kernel of the calling thread from others. */
    private static Object kernel() {
        Scheduler scheduler = Scheduler.ofCallingThread();
        return scheduler == null ? SuiteInstance.class : scheduler;
    }

    void renew() throws Throwable {
        objects.put(kernel(), calls == null ? make() : calls.make());
    }

    private Object make() throws Throwable {
        try {
            return Calls.make(type);
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
    void callCase(SuiteMethod method, Kunit test) throws Throwable {
        if (calls != null && isKnown(method)) {
            calls.call(method.number(), object(), new Object[]{test});
        } else {
            handle(method).invokeExact(test);
        }
    }

    /** Call what comes before or after a case; returns its error, 0 if it has none to return. */
    int callHook(SuiteMethod method, Kunit test) throws Throwable {
        if (calls != null && isKnown(method)) {
            return error(calls.call(method.number(), object(), new Object[]{test}));
        }
        MethodHandle handle = handle(method);
        if (method.sketch().returnsInt()) {
            return (int) handle.invokeExact(test);
        }
        handle.invokeExact(test);
        return 0;
    }

    /** Call what comes before or after all cases; returns its error, 0 if it has none to return. */
    int callHook(SuiteMethod method, SuiteContext suite) throws Throwable {
        if (calls != null && isKnown(method)) {
            return error(calls.call(method.number(), object(), new Object[]{suite}));
        }
        MethodHandle handle = handle(method);
        if (method.sketch().returnsInt()) {
            return (int) handle.invokeExact(suite);
        }
        handle.invokeExact(suite);
        return 0;
    }

    private static int error(@Nullable Object result) {
        return result instanceof Integer error ? error : 0;
    }

    private boolean isKnown(SuiteMethod method) {
        return !uncalled.contains(method.number());
    }

    private MethodHandle handle(SuiteMethod called) throws IllegalAccessException {
        Method method = called.reflected();
        method.setAccessible(true);
        MethodHandle handle = MethodHandles.lookup().unreflect(method);
        return Modifier.isStatic(method.getModifiers()) ? handle : handle.bindTo(object());
    }

    @Nullable Object call(SuiteMethod called, @Nullable Object... args) throws Throwable {
        if (calls != null && isKnown(called)) {
            return calls.call(called.number(), object(), args);
        }
        Method method = called.reflected();
        method.setAccessible(true);
        try {
            return method.invoke(Modifier.isStatic(method.getModifiers()) ? null : object(), args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
