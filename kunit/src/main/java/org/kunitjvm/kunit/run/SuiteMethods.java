package org.kunitjvm.kunit.run;

import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The methods of a suite's class and of the classes above it, those of superclasses first, each class in the order of
 * its source. The reflective objects are made when one is wanted: most runs need few of them.
 */
final class SuiteMethods {
    private final List<SuiteMethod> methods = new ArrayList<>();

    /** What one class declares. */
    private static final class Declared {
        private final Class<?> type;
        private @Nullable Map<String, Method> byKey;

        Declared(Class<?> type) {
            this.type = type;
        }

        synchronized Method get(String key) {
            if (byKey == null) {
                byKey = new HashMap<>();
                for (Method method : type.getDeclaredMethods()) {
                    byKey.put(method.getName() + MethodType.methodType(method.getReturnType(),
                        method.getParameterTypes()).descriptorString(), method);
                }
            }
            Method method = byKey.get(key);
            if (method == null) {
                throw new SuiteLoadException(type, "the class and its file differ: " + key + " is in the file only");
            }
            return method;
        }
    }

    /** A method, and what its class file says of it. */
    static final class SuiteMethod {
        private final Declared declared;
        private final ClassFileSketch.MethodSketch sketch;
        /** Its place among all methods of the suite. */
        private int number;

        SuiteMethod(Declared declared, ClassFileSketch.MethodSketch sketch) {
            this.declared = declared;
            this.sketch = sketch;
        }

        ClassFileSketch.MethodSketch sketch() {
            return sketch;
        }

        ClassFileSketch.Marks annotations() {
            return sketch.annotations();
        }

        String name() {
            return sketch.name();
        }

        Class<?> declaringClass() {
            return declared.type;
        }

        int number() {
            return number;
        }

        /** As reflection has it; the first time for a class is dear. */
        Method reflected() {
            return declared.get(sketch.key());
        }
    }

    /**
     * The methods of {@code type}.
     *
     * @param sketches those of the class and of the classes above it that are not the JDK's, nearest first
     */
    SuiteMethods(Class<?> type, List<ClassFileSketch> sketches) {
        Class<?> above = type;
        for (ClassFileSketch sketch : sketches) {
            Declared declared = new Declared(above);
            List<SuiteMethod> own = new ArrayList<>();
            for (ClassFileSketch.MethodSketch method : sketch.methods()) {
                if (method.key().charAt(0) != '<') {
                    own.add(new SuiteMethod(declared, method));
                }
            }
            methods.addAll(0, own);
            above = above.getSuperclass();
        }
        for (int i = 0; i < methods.size(); i++) {
            methods.get(i).number = i;
        }
    }

    List<SuiteMethod> all() {
        return methods;
    }

    /** The first method of this name, or {@code null}. */
    @Nullable SuiteMethod named(String name) {
        for (SuiteMethod method : methods) {
            if (method.name().equals(name)) {
                return method;
            }
        }
        return null;
    }
}
