package org.kunitjvm.kunit.engine;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Collectors;

import org.kunitjvm.kunit.run.TestCase;

/**
 * A case and the method behind it.
 *
 * @param id the method's name, with its parameter types if another case of the suite has the same one
 */
record CaseCode(TestCase testCase, Method method, String id) {
    /** Whether a selector that gives a name and perhaps types, separated by commas, means this case. */
    boolean isMethod(String name, String types) {
        return method.getName().equals(name) && (types.isBlank() || types(method).equals(types.replace(" ", "")));
    }

    static String types(Method method) {
        return Arrays.stream(method.getParameterTypes()).map(Class::getName).collect(Collectors.joining(","));
    }
}
