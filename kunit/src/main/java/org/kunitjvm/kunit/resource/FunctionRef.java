package org.kunitjvm.kunit.resource;

import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

/**
 * The method behind a lambda or method reference. C tells functions apart by their addresses; in Java each evaluation
 * of {@code Foo::bar} may give another object, so functions are told apart by this. The lambda must be serializable,
 * because that is how its method can be asked for; nothing is ever serialized.
 *
 * @param lambda what the lambda's own class says of it
 */
public record FunctionRef(SerializedLambda lambda) {
    /** The method behind {@code function}, or {@code null} if it is no lambda. */
    public static @Nullable FunctionRef of(Serializable function) {
        if (!function.getClass().isSynthetic()) {
            return null;
        }
        try {
            Method writeReplace = function.getClass().getDeclaredMethod("writeReplace");
            writeReplace.setAccessible(true);
            return writeReplace.invoke(function) instanceof SerializedLambda form ? new FunctionRef(form) : null;
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            return null;
        }
    }

    /** Whether two functions are one: the same object, or the same method of the same objects. */
    public static boolean same(Serializable a, Serializable b) {
        if (a == b) {
            return true;
        }
        FunctionRef first = of(a);
        FunctionRef second = first == null ? null : of(b);
        return first != null && second != null && first.isSame(second);
    }

    private boolean isSame(FunctionRef other) {
        boolean sameMethod = owner().equals(other.owner()) && name().equals(other.name())
            && descriptor().equals(other.descriptor())
            && lambda.getCapturedArgCount() == other.lambda.getCapturedArgCount();
        for (int i = 0; sameMethod && i < lambda.getCapturedArgCount(); i++) {
            sameMethod = isSamePointer(lambda.getCapturedArg(i), other.lambda.getCapturedArg(i));
        }
        return sameMethod;
    }

    /** Identity, but boxed numbers stand for themselves, as an integer cast to a pointer does. */
    public static boolean isSamePointer(@Nullable Object a, @Nullable Object b) {
        return a == b || a instanceof Number && a.equals(b);
    }

    /** Binary name of the class that declares the method. */
    public String owner() {
        return lambda.getImplClass().replace('/', '.');
    }

    /** Name of the method. */
    public String name() {
        return lambda.getImplMethodName();
    }

    /** Descriptor of the method. */
    public String descriptor() {
        return lambda.getImplMethodSignature();
    }

    /** Whether it has no method of its own but the body of a lambda. */
    public boolean isBody() {
        return name().startsWith("lambda$");
    }
}
