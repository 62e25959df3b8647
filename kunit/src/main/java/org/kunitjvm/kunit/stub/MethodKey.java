package org.kunitjvm.kunit.stub;

import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.resource.FunctionRef;

/**
 * A method, told apart by its class, name and descriptor.
 *
 * @param owner binary name of the class
 * @param name name
 * @param descriptor descriptor
 * @param loader a loader that knows the class, or {@code null}; not compared
 */
record MethodKey(String owner, String name, String descriptor, @Nullable ClassLoader loader) {
    /** The method that a method reference stands for. */
    static MethodKey of(StubFn reference) {
        FunctionRef function = FunctionRef.of(reference);
        if (function == null || function.isBody()) {
            throw new IllegalArgumentException(reference.getClass().getName()
                + " stands for no method that could be replaced: write a method reference");
        }
        return new MethodKey(function.owner(), function.name(), function.descriptor(),
            reference.getClass().getClassLoader());
    }

    /** Whether calls of it can be redirected. */
    boolean isWoven() {
        return WeavingLoader.isWoven(type(), name, descriptor);
    }

    private Class<?> type() {
        try {
            return Class.forName(owner, false, loader);
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException("no class " + owner, e);
        }
    }

    /** The method, if its class declares it. */
    Method method() {
        return Arrays.stream(type().getDeclaredMethods())
            .filter(m -> m.getName().equals(name) && MethodType.methodType(m.getReturnType(), m.getParameterTypes())
                .descriptorString().equals(descriptor))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(this
                + " is inherited: refer to it by the class that declares it"));
    }

    @Override
    public String toString() {
        return owner + "." + name;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MethodKey that && name.equals(that.name) && owner.equals(that.owner)
            && descriptor.equals(that.descriptor);
    }

    @Override
    public int hashCode() {
        return (owner.hashCode() * 31 + name.hashCode()) * 31 + descriptor.hashCode();
    }
}
