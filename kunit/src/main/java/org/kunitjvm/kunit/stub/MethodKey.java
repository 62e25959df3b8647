package org.kunitjvm.kunit.stub;

import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

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
        try {
            // A serializable lambda has this method by contract; it is the only way to ask what the lambda refers to.
            Method writeReplace = reference.getClass().getDeclaredMethod("writeReplace");
            writeReplace.setAccessible(true);
            SerializedLambda form = (SerializedLambda) writeReplace.invoke(reference);
            if (form.getImplMethodName().startsWith("lambda$")) {
                throw new IllegalArgumentException("a lambda in " + form.getCapturingClass()
                    + " stands for no method: write a method reference");
            }
            return new MethodKey(form.getImplClass().replace('/', '.'), form.getImplMethodName(),
                form.getImplMethodSignature(),
                reference.getClass().getClassLoader());
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("not a method reference: " + reference.getClass().getName(), e);
        }
    }

    Method method() {
        try {
            Class<?> type = Class.forName(owner, false, loader);
            return Arrays.stream(type.getDeclaredMethods())
                .filter(m -> m.getName().equals(name) && descriptor(m).equals(descriptor))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(this
                    + " is inherited: refer to it by the class that declares it"));
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException("no class " + owner, e);
        }
    }

    static String descriptor(Method method) {
        StringBuilder out = new StringBuilder("(");
        for (Class<?> parameter : method.getParameterTypes()) {
            out.append(parameter.descriptorString());
        }
        return out.append(')').append(method.getReturnType().descriptorString()).toString();
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
