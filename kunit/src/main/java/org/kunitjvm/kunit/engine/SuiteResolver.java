package org.kunitjvm.kunit.engine;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.discovery.IterationSelector;
import org.junit.platform.engine.discovery.MethodSelector;
import org.junit.platform.engine.discovery.NestedClassSelector;
import org.junit.platform.engine.discovery.NestedMethodSelector;
import org.junit.platform.engine.discovery.UniqueIdSelector;
import org.junit.platform.engine.support.discovery.SelectorResolver;

/**
 * Turns selectors of classes, methods, unique ids and parameters into descriptors. Packages, class-path roots and
 * modules arrive here as the classes found in them.
 */
final class SuiteResolver implements SelectorResolver {
    private final Predicate<String> classNames;

    SuiteResolver(Predicate<String> classNames) {
        this.classNames = classNames;
    }

    @Override
    public Resolution resolve(ClassSelector selector, Context context) {
        return suite(selector.getClassName(), selector.getClassLoader(), context);
    }

    @Override
    public Resolution resolve(NestedClassSelector selector, Context context) {
        return suite(selector.getNestedClassName(), selector.getClassLoader(), context);
    }

    @Override
    public Resolution resolve(MethodSelector selector, Context context) {
        return testCase(selector.getClassName(), selector.getClassLoader(), selector.getMethodName(),
            selector.getParameterTypeNames(), context);
    }

    @Override
    public Resolution resolve(NestedMethodSelector selector, Context context) {
        return testCase(selector.getNestedClassName(), selector.getClassLoader(), selector.getMethodName(),
            selector.getParameterTypeNames(), context);
    }

    /** {@code iteration:method:...[0,2]}: single parameters, counted from 0. */
    @Override
    public Resolution resolve(IterationSelector selector, Context context) {
        return switch (selector.getParentSelector()) {
            case MethodSelector method -> params(selector, method.getClassName(), method.getClassLoader(),
                method.getMethodName(), method.getParameterTypeNames(), context);
            case NestedMethodSelector method -> params(selector, method.getNestedClassName(), method.getClassLoader(),
                method.getMethodName(), method.getParameterTypeNames(), context);
            case UniqueIdSelector id when Ids.isCase(id.getUniqueId()) -> partly(
                addCaseById(id.getUniqueId(), context), params(selector));
            default -> Resolution.unresolved();
        };
    }

    @Override
    public Resolution resolve(UniqueIdSelector selector, Context context) {
        UniqueId id = selector.getUniqueId();
        if (Ids.isSuite(id)) {
            return whole(addSuite(Ids.className(id), null, context));
        }
        if (Ids.isCase(id)) {
            return addCaseById(id, context).map(SuiteResolver::wholeCase).orElseGet(Resolution::unresolved);
        }
        if (Ids.isParam(id)) {
            return partly(addCaseById(id.removeLastSegment(), context), Set.of(Ids.paramNumber(id)));
        }
        return Resolution.unresolved();
    }

    private Resolution suite(String className, @Nullable ClassLoader loader, Context context) {
        return classNames.test(className) ? whole(addSuite(className, loader, context)) : Resolution.unresolved();
    }

    private Resolution testCase(String className, @Nullable ClassLoader loader, String method, String types,
        Context context) {
        return addCase(className, loader, method, types, context).map(SuiteResolver::wholeCase)
            .orElseGet(Resolution::unresolved);
    }

    private Resolution params(IterationSelector selector, String className, @Nullable ClassLoader loader, String method,
        String types, Context context) {
        return partly(addCase(className, loader, method, types, context), params(selector));
    }

    private static Set<Integer> params(IterationSelector selector) {
        Set<Integer> numbers = new LinkedHashSet<>();
        selector.getIterationIndices().forEach(index -> numbers.add(index + 1));
        return numbers;
    }

    private static Resolution whole(Optional<SuiteDescriptor> suite) {
        return suite.map(found -> Resolution.match(Match.exact(found, () -> caseSelectors(found))))
            .orElseGet(Resolution::unresolved);
    }

    private static Set<DiscoverySelector> caseSelectors(SuiteDescriptor suite) {
        Set<DiscoverySelector> selectors = new LinkedHashSet<>();
        suite.suite().cases().forEach(code -> selectors.add(
            DiscoverySelectors.selectUniqueId(Ids.testCase(suite.getUniqueId(), code.id()))));
        return selectors;
    }

    private static Resolution wholeCase(CaseDescriptor testCase) {
        testCase.selectAll();
        return Resolution.match(Match.exact(testCase));
    }

    private static Resolution partly(Optional<CaseDescriptor> testCase, Set<Integer> params) {
        return testCase.map(found -> {
            found.select(params);
            return Resolution.match(Match.partial(found));
        }).orElseGet(Resolution::unresolved);
    }

    private Optional<SuiteDescriptor> addSuite(String className, @Nullable ClassLoader loader, Context context) {
        SuiteCode suite = SuiteCode.of(className, loader);
        return suite == null ? Optional.empty()
            : context.addToParent(parent -> Optional.of(new SuiteDescriptor(parent.getUniqueId(), suite)));
    }

    private Optional<CaseDescriptor> addCase(String className, @Nullable ClassLoader loader, String method,
        String types, Context context) {
        if (!classNames.test(className)) {
            return Optional.empty();
        }
        return addCase(() -> DiscoverySelectors.selectClass(loader, className), code -> code.isMethod(method, types),
            context);
    }

    private static Optional<CaseDescriptor> addCaseById(UniqueId id, Context context) {
        return addCase(() -> DiscoverySelectors.selectUniqueId(id.removeLastSegment()),
            code -> code.id().equals(Ids.caseId(id)), context);
    }

    private static Optional<CaseDescriptor> addCase(Supplier<DiscoverySelector> suite, Predicate<CaseCode> wanted,
        Context context) {
        Function<TestDescriptor, Optional<CaseDescriptor>> make = parent -> parent instanceof SuiteDescriptor found
            ? found.suite().cases().stream().filter(wanted).findFirst().map(code -> new CaseDescriptor(found, code))
            : Optional.empty();
        return context.addToParent(suite, make);
    }
}
