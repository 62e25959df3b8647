package org.kunitjvm.kunit.engine;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.platform.commons.util.ClassLoaderUtils;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.run.SuiteLoadException;
import org.kunitjvm.kunit.run.SuiteLoader;
import org.kunitjvm.kunit.run.TestSuite;

/**
 * A class that declares a suite.
 *
 * @param suite the suite with all of its cases
 * @param broken why the class cannot be used as a suite, or {@code null}
 */
record SuiteCode(Class<?> type, TestSuite suite, List<CaseCode> cases, @Nullable Throwable broken) {
    /** Load a class by name; {@code null} if there is no such class, or if it is no suite. */
    static @Nullable SuiteCode of(String className, @Nullable ClassLoader loader) {
        Class<?> type = find(className, loader);
        return type == null || !type.isAnnotationPresent(KunitSuite.class) ? null : of(type);
    }

    private static @Nullable Class<?> find(String className, @Nullable ClassLoader loader) {
        try {
            return Class.forName(className, false, loader != null ? loader : ClassLoaderUtils.getDefaultClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }

    private static SuiteCode of(Class<?> type) {
        try {
            TestSuite suite = SuiteLoader.load(type);
            List<Method> methods = SuiteLoader.caseMethods(type);
            List<CaseCode> cases = new ArrayList<>();
            for (int i = 0; i < methods.size(); i++) {
                cases.add(new CaseCode(suite.cases().get(i), methods.get(i), id(methods, methods.get(i))));
            }
            return new SuiteCode(type, suite, cases, null);
        } catch (SuiteLoadException | LinkageError e) {
            String name = type.getAnnotation(KunitSuite.class).value();
            return new SuiteCode(type, TestSuite.named(name).className(type.getName()).cases(), List.of(), e);
        }
    }

    private static String id(List<Method> methods, Method method) {
        String name = method.getName();
        long same = methods.stream().filter(other -> other.getName().equals(name)).count();
        return same == 1 ? name : name + "(" + CaseCode.types(method) + ")";
    }
}
