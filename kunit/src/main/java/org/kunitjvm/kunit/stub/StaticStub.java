package org.kunitjvm.kunit.stub;


import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.hook.KunitStubbable;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.resource.Resource;

/**
 * Replaces methods marked {@link KunitStubbable} for one test. Models {@code kunit_activate_static_stub} and relatives.
 *
 * <p>Only calls on tasks whose current test is that context are redirected; everybody else calls the real method. A
 * stub is a resource: all of them vanish at cleanup, newest first. Target and replacement are method references of the
 * same type, so that a wrong signature does not compile; functions have up to eight arguments, procedures up to six,
 * and an instance method takes its object as the first one. A replacement that calls its target calls itself, unless it
 * deactivates first.
 */
public final class StaticStub {
    /** A stub in force. */
    private record Active(MethodKey target, StubFn replacement) {
    }

    private StaticStub() {
    }

    /** Redirect calls of {@code target}; {@code null} deactivates. */
    public static <R> void activate(Kunit test, StubFn.@Nullable Fn0<R> target, StubFn.@Nullable Fn0<R> replacement) {
        replace(test, target, replacement);
    }

    /** Redirect calls of {@code target}; {@code null} deactivates. */
    public static <A, R> void activate(Kunit test, StubFn.@Nullable Fn1<A, R> target, StubFn.@Nullable Fn1<A,
        R> replacement) {
        replace(test, target, replacement);
    }

    /** Redirect calls of {@code target}; {@code null} deactivates. */
    public static <A, B, R> void activate(Kunit test, StubFn.@Nullable Fn2<A, B, R> target,
        StubFn.@Nullable Fn2<A, B, R> replacement) {
        replace(test, target, replacement);
    }

    /** Redirect calls of {@code target}; {@code null} deactivates. */
    public static <A, B, C, R> void activate(Kunit test, StubFn.@Nullable Fn3<A, B, C, R> target,
        StubFn.@Nullable Fn3<A, B, C, R> replacement) {
        replace(test, target, replacement);
    }

    /** Redirect calls of {@code target}; {@code null} deactivates. */
    public static <A, B, C, D, R> void activate(Kunit test, StubFn.@Nullable Fn4<A, B, C, D, R> target,
        StubFn.@Nullable Fn4<A, B, C, D, R> replacement) {
        replace(test, target, replacement);
    }

    /** Redirect calls of {@code target}; {@code null} deactivates. */
    public static <A, B, C, D, E, R> void activate(Kunit test, StubFn.@Nullable Fn5<A, B, C, D, E, R> target,
        StubFn.@Nullable Fn5<A, B, C, D, E, R> replacement) {
        replace(test, target, replacement);
    }

    /** Redirect calls of {@code target}; {@code null} deactivates. */
    public static <A, B, C, D, E, F, R> void activate(Kunit test, StubFn.@Nullable Fn6<A, B, C, D, E, F, R> target,
        StubFn.@Nullable Fn6<A, B, C, D, E, F, R> replacement) {
        replace(test, target, replacement);
    }

    /** Redirect calls of {@code target}; {@code null} deactivates. */
    public static <A, B, C, D, E, F, G, R> void activate(Kunit test, StubFn.@Nullable Fn7<A, B, C, D, E, F, G,
        R> target, StubFn.@Nullable Fn7<A, B, C, D, E, F, G, R> replacement) {
        replace(test, target, replacement);
    }

    /** Redirect calls of {@code target}; {@code null} deactivates. */
    public static <A, B, C, D, E, F, G, H, R> void activate(Kunit test, StubFn.@Nullable Fn8<A, B, C, D, E, F, G, H,
        R> target, StubFn.@Nullable Fn8<A, B, C, D, E, F, G, H, R> replacement) {
        replace(test, target, replacement);
    }

    /** Redirect calls of a method without result; {@code null} deactivates. */
    public static void activateVoid(Kunit test, StubFn.@Nullable Proc0 target, StubFn.@Nullable Proc0 replacement) {
        replace(test, target, replacement);
    }

    /** Redirect calls of a method without result; {@code null} deactivates. */
    public static <A> void activateVoid(Kunit test, StubFn.@Nullable Proc1<A> target,
        StubFn.@Nullable Proc1<A> replacement) {
        replace(test, target, replacement);
    }

    /** Redirect calls of a method without result; {@code null} deactivates. */
    public static <A, B> void activateVoid(Kunit test, StubFn.@Nullable Proc2<A, B> target,
        StubFn.@Nullable Proc2<A, B> replacement) {
        replace(test, target, replacement);
    }

    /** Redirect calls of a method without result; {@code null} deactivates. */
    public static <A, B, C> void activateVoid(Kunit test, StubFn.@Nullable Proc3<A, B, C> target,
        StubFn.@Nullable Proc3<A, B, C> replacement) {
        replace(test, target, replacement);
    }

    /** Redirect calls of a method without result; {@code null} deactivates. */
    public static <A, B, C, D> void activateVoid(Kunit test, StubFn.@Nullable Proc4<A, B, C, D> target,
        StubFn.@Nullable Proc4<A, B, C, D> replacement) {
        replace(test, target, replacement);
    }

    /** Redirect calls of a method without result; {@code null} deactivates. */
    public static <A, B, C, D, E> void activateVoid(Kunit test, StubFn.@Nullable Proc5<A, B, C, D, E> target,
        StubFn.@Nullable Proc5<A, B, C, D, E> replacement) {
        replace(test, target, replacement);
    }

    /** Redirect calls of a method without result; {@code null} deactivates. */
    public static <A, B, C, D, E, F> void activateVoid(Kunit test, StubFn.@Nullable Proc6<A, B, C, D, E, F> target,
        StubFn.@Nullable Proc6<A, B, C, D, E, F> replacement) {
        replace(test, target, replacement);
    }

    /** Call the real method again. */
    public static <R> void deactivate(Kunit test, StubFn.@Nullable Fn0<R> target) {
        remove(test, target);
    }

    /** Call the real method again. */
    public static <A, R> void deactivate(Kunit test, StubFn.@Nullable Fn1<A, R> target) {
        remove(test, target);
    }

    /** Call the real method again. */
    public static <A, B, R> void deactivate(Kunit test, StubFn.@Nullable Fn2<A, B, R> target) {
        remove(test, target);
    }

    /** Call the real method again. */
    public static <A, B, C, R> void deactivate(Kunit test, StubFn.@Nullable Fn3<A, B, C, R> target) {
        remove(test, target);
    }

    /** Call the real method again. */
    public static <A, B, C, D, R> void deactivate(Kunit test, StubFn.@Nullable Fn4<A, B, C, D, R> target) {
        remove(test, target);
    }

    /** Call the real method again. */
    public static <A, B, C, D, E, R> void deactivate(Kunit test, StubFn.@Nullable Fn5<A, B, C, D, E, R> target) {
        remove(test, target);
    }

    /** Call the real method again. */
    public static <A, B, C, D, E, F, R> void deactivate(Kunit test, StubFn.@Nullable Fn6<A, B, C, D, E, F, R> target) {
        remove(test, target);
    }

    /** Call the real method again. */
    public static <A, B, C, D, E, F, G, R> void deactivate(Kunit test, StubFn.@Nullable Fn7<A, B, C, D, E, F, G,
        R> target) {
        remove(test, target);
    }

    /** Call the real method again. */
    public static <A, B, C, D, E, F, G, H, R> void deactivate(Kunit test, StubFn.@Nullable Fn8<A, B, C, D, E, F, G, H,
        R> target) {
        remove(test, target);
    }

    /** Call the real method without result again. */
    public static void deactivateVoid(Kunit test, StubFn.@Nullable Proc0 target) {
        remove(test, target);
    }

    /** Call the real method without result again. */
    public static <A> void deactivateVoid(Kunit test, StubFn.@Nullable Proc1<A> target) {
        remove(test, target);
    }

    /** Call the real method without result again. */
    public static <A, B> void deactivateVoid(Kunit test, StubFn.@Nullable Proc2<A, B> target) {
        remove(test, target);
    }

    /** Call the real method without result again. */
    public static <A, B, C> void deactivateVoid(Kunit test, StubFn.@Nullable Proc3<A, B, C> target) {
        remove(test, target);
    }

    /** Call the real method without result again. */
    public static <A, B, C, D> void deactivateVoid(Kunit test, StubFn.@Nullable Proc4<A, B, C, D> target) {
        remove(test, target);
    }

    /** Call the real method without result again. */
    public static <A, B, C, D, E> void deactivateVoid(Kunit test, StubFn.@Nullable Proc5<A, B, C, D, E> target) {
        remove(test, target);
    }

    /** Call the real method without result again. */
    public static <A, B, C, D, E, F> void deactivateVoid(Kunit test, StubFn.@Nullable Proc6<A, B, C, D, E, F> target) {
        remove(test, target);
    }

    private static void replace(Kunit test, @Nullable StubFn target, @Nullable StubFn replacement) {
        test.requireNotNull(target, "real_fn_addr", "Tried to activate a stub for function NULL");
        if (target == null) {
            return;
        }
        if (replacement == null) {
            remove(test, target);
            return;
        }
        MethodKey key = MethodKey.of(target);
        checkStubbable(key);
        // A second activation of one function takes the place of the first.
        test.resources().destroy(StaticStub::isFor, key);
        Resource resource = new Resource().markQuiet();
        test.addResource(null, null, resource, new Active(key, replacement));
    }

    private static void remove(Kunit test, @Nullable StubFn target) {
        test.requireNotNull(target, "real_fn_addr", "Tried to deactivate a NULL stub.");
        if (target == null) {
            return;
        }
        MethodKey key = MethodKey.of(target);
        Resource found = test.findResource(StaticStub::isFor, key);
        test.requireNotNull(found, "res", "Tried to deactivate a nonexistent stub.");
        if (found != null) {
            test.removeResource(found);
            found.put();
        }
    }

    private static boolean isFor(Resource resource, @Nullable Object key) {
        return resource.data() instanceof Active active && active.target.equals(key);
    }

    private static void checkStubbable(MethodKey key) {
        if (key.isWoven()) {
            return;
        }
        throw new IllegalArgumentException(key.method().isAnnotationPresent(KunitStubbable.class)
            ? key + " cannot be stubbed: its class was not loaded by the loader of a suite, so calls of it cannot be"
            + " redirected" : key + " cannot be stubbed: mark it @KunitStubbable");
    }

    /** The replacement of a method for the running task, or {@code null} if there is none; called by woven methods. */
    static @Nullable StubFn replacementOf(MethodKey method) {
        Kunit test = Kunit.current();
        if (test == null || test.resources().size() == 0) {
            return null;
        }
        Resource found = test.resources().peek(StaticStub::isFor, method);
        return found != null && found.data() instanceof Active active ? active.replacement : null;
    }
}
