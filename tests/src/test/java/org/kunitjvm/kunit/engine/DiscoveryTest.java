package org.kunitjvm.kunit.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.ClassNameFilter.excludeClassNamePatterns;
import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectIteration;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectModule;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedMethod;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectUniqueId;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.Filter;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.TestTag;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.kunitjvm.kunit.Kunit;

/** Every kind of selector finds exactly the cases that it names. */
final class DiscoveryTest {
    private static final String HOLDER = "org.kunitjvm.kunit.engine.EngineSuites$";
    private static final String ID = "[engine:kunit]/[suite:" + HOLDER;
    private static final List<String> GREEN = List.of("zulu_comes_first", "alpha_comes_second", "renamed");

    private static List<String> started(EngineExecutionResults results) {
        return results.allEvents().started().stream().map(event -> event.getTestDescriptor())
            .filter(descriptor -> descriptor.getUniqueId().getSegments().size() > 2)
            .map(TestDescriptor::getDisplayName).toList();
    }

    private static List<String> started(DiscoverySelector... selectors) {
        return started(EngineRuns.run(selectors));
    }

    @Test
    void classByObjectOrNameRunsAllCasesInSourceOrder() {
        assertEquals(GREEN, started(selectClass(EngineSuites.Green.class)));
        assertEquals(GREEN, started(selectClass(HOLDER + "Green")));
    }

    @Test
    void methodByObjectOrNameRunsOneCase() throws NoSuchMethodException {
        assertEquals(List.of("renamed"), started(selectMethod(EngineSuites.Green.class,
            EngineSuites.Green.class.getDeclaredMethod("javaName", Kunit.class))));
        assertEquals(List.of("alpha_comes_second"), started(selectMethod(HOLDER + "Green", "alphaComesSecond")));
        assertEquals(List.of("alpha_comes_second"),
            started(selectMethod(HOLDER + "Green#alphaComesSecond(org.kunitjvm.kunit.Kunit)")));
    }

    @Test
    void severalMethodsRunInSourceOrder() {
        assertEquals(List.of("zulu_comes_first", "renamed"),
            started(selectMethod(HOLDER + "Green", "javaName"), selectMethod(HOLDER + "Green", "zuluComesFirst")));
    }

    @Test
    void overloadsAreToldApartByTheirParameterTypes() {
        assertEquals(List.of("plain"), started(selectMethod(HOLDER + "Overloads#same(org.kunitjvm.kunit.Kunit)")));
        assertEquals(List.of("with_param", "1"),
            started(selectMethod(HOLDER + "Overloads#same(org.kunitjvm.kunit.Kunit,int)")));
        assertEquals(List.of("plain", "with_param", "1"), started(selectClass(EngineSuites.Overloads.class)));
    }

    @Test
    void nestedClassAndMethodSelectorsFindNestedSuites() {
        assertEquals(GREEN, started(selectNestedClass(List.of(EngineSuites.class), EngineSuites.Green.class)));
        assertEquals(List.of("renamed"),
            started(selectNestedMethod(List.of(EngineSuites.class), EngineSuites.Green.class, "javaName")));
    }

    @Test
    void packageClasspathRootAndModuleFindTheSuitesInThem() throws URISyntaxException {
        Filter<?> ours = includeClassNamePatterns(".*EngineSuites\\$Green");
        assertEquals(GREEN, started(EngineRuns.kit().selectors(selectPackage("org.kunitjvm.kunit.engine"))
            .filters(ours).execute()));
        Path root = Path.of(EngineSuites.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        assertEquals(GREEN, started(EngineRuns.kit()
            .selectors(selectClasspathRoots(Set.of(root)).toArray(DiscoverySelector[]::new)).filters(ours).execute()));
        // On the class path there are no named modules with tests; the request must be taken all the same.
        assertEquals(List.of(), started(selectModule("java.logging")));
    }

    @Test
    void classNameFiltersHold() {
        assertEquals(List.of(), started(EngineRuns.kit().selectors(selectClass(EngineSuites.Green.class))
            .filters(excludeClassNamePatterns(".*Green")).execute()));
        assertEquals(List.of(), started(EngineRuns.kit().selectors(selectMethod(HOLDER + "Green", "javaName"))
            .filters(excludeClassNamePatterns(".*Green")).execute()));
        assertEquals(List.of(), started(EngineRuns.kit().selectors(selectPackage("org.kunitjvm.kunit.engine"))
            .filters(includeClassNamePatterns(".*NoSuchSuite")).execute()));
    }

    @Test
    void slowCasesCarryATag() {
        assertEquals(List.of("renamed"), started(EngineRuns.kit().selectors(selectClass(EngineSuites.Green.class))
            .filters(TagFilter.includeTags("slow")).execute()));
        assertEquals(List.of("zulu_comes_first", "alpha_comes_second"), started(EngineRuns.kit()
            .selectors(selectClass(EngineSuites.Green.class)).filters(TagFilter.excludeTags("slow")).execute()));
    }

    @Test
    void uniqueIdsNameSuitesCasesAndParameters() {
        assertEquals(GREEN, started(selectUniqueId(ID + "Green]")));
        assertEquals(List.of("renamed"), started(selectUniqueId(ID + "Green]/[case:javaName]")));
        assertEquals(List.of("every_order", "order 3"), started(selectUniqueId(ID
            + "Params]/[case:everyOrder]/[param:2]")));
        assertEquals(List.of("with_param", "1"),
            started(selectUniqueId(ID + "Overloads]/[case:same(org.kunitjvm.kunit.Kunit,int)]")));
    }

    @Test
    void idsOfOtherEnginesAndOfNothingAreIgnored() {
        for (String id : List.of("[engine:junit-jupiter]/[suite:" + HOLDER + "Green]", ID + "NoSuch]",
            ID + "Green]/[case:noSuch]", ID + "Plain]", "[engine:kunit]/[class:" + HOLDER + "Green]",
            ID + "Params]/[case:everyOrder]/[param:0]", "[engine:kunit]")) {
            assertEquals(List.of(), started(selectUniqueId(id)), id);
        }
    }

    @Test
    void iterationSelectorsCountParametersFromZero() {
        DiscoverySelector method = selectMethod(HOLDER + "Params", "everyOrder");
        assertEquals(List.of("every_order", "order 0", "order 9"), started(selectIteration(method, 0, 2)));
        assertEquals(List.of("every_order", "order 3", "order 9"),
            started(selectIteration(method, 1), selectUniqueId(ID + "Params]/[case:everyOrder]/[param:3]")));
    }

    @Test
    void wholeCaseWinsOverSomeOfItsParameters() {
        DiscoverySelector method = selectMethod(HOLDER + "Params", "everyOrder");
        DiscoverySelector one = selectUniqueId(ID + "Params]/[case:everyOrder]/[param:2]");
        List<String> all = List.of("every_order", "order 0", "order 3", "order 9");
        assertEquals(all, started(one, method));
        assertEquals(all, started(method, one));
        assertEquals(all, started(one, selectUniqueId(ID + "Params]/[case:everyOrder]")));
        assertTrue(started(one, selectUniqueId(ID + "Params]")).containsAll(all));
        assertTrue(started(one, selectClass(EngineSuites.Params.class)).containsAll(all));
        assertTrue(started(one, selectClass(EngineSuites.Params.class)).contains("only_small_orders"));
    }

    @Test
    void parameterThatIsNotThereFailsInsteadOfPassingUnnoticed() {
        EngineExecutionResults results = EngineRuns.run(selectUniqueId(ID + "Params]/[case:everyOrder]/[param:7]"));
        assertEquals("every_order: there is no parameter [7]",
            EngineRuns.failureOf(results, "every_order").getMessage());
    }

    @Test
    void everyIdSelectsWhatItWasReadFrom() {
        Set<String> ids = new TreeSet<>();
        for (Class<?> suite : List.of(EngineSuites.Green.class, EngineSuites.Params.class,
            EngineSuites.Overloads.class)) {
            ids.addAll(EngineRuns.ids(EngineRuns.run(selectClass(suite))));
        }
        ids.remove("[engine:kunit]");
        assertEquals(3 + 3 + 2 + 6 + 2 + 1, ids.size());
        for (String id : ids) {
            List<String> again = new ArrayList<>(EngineRuns.ids(EngineRuns.run(selectUniqueId(id))));
            assertTrue(again.contains(id), id);
            again.removeIf(other -> id.startsWith(other) || other.startsWith(id));
            assertEquals(List.of(), again, "selected besides " + id);
        }
    }

    @Test
    void classesThatAreNoSuitesAreIgnored() {
        assertEquals(List.of(), started(selectClass(EngineSuites.Plain.class), selectClass("no.such.Class"),
            selectMethod(HOLDER + "Plain", "method"), selectMethod(HOLDER + "Green", "noSuchMethod")));
    }

    @Test
    void sourcesPointToClassAndMethod() {
        EngineExecutionResults results = EngineRuns.run(selectClass(EngineSuites.Params.class));
        List<TestSource> sources = results.allEvents().started().stream()
            .map(event -> event.getTestDescriptor()).filter(descriptor -> descriptor.getUniqueId().getSegments()
            .size() > 1).map(descriptor -> descriptor.getSource().orElseThrow()).toList();
        assertEquals(HOLDER + "Params", ((ClassSource) sources.get(0)).getClassName());
        assertEquals("everyOrder", ((MethodSource) sources.get(1)).getMethodName());
        assertEquals("everyOrder", ((MethodSource) sources.get(2)).getMethodName());
        assertEquals(HOLDER + "Params", ((MethodSource) sources.get(2)).getClassName());
    }

    @Test
    void namesAreKunitsAndLegacyNamesAreJavas() {
        EngineExecutionResults results = EngineRuns.run(selectMethod(HOLDER + "Params", "everyOrder"));
        List<String> legacy = results.allEvents().started().stream()
            .map(event -> event.getTestDescriptor().getLegacyReportingName()).toList();
        assertEquals(List.of("KUnit", HOLDER + "Params", "everyOrder", "everyOrder[1]", "everyOrder[2]",
            "everyOrder[3]"), legacy);
        assertEquals(List.of(Set.<TestTag>of()), results.allEvents().started().stream()
            .map(event -> event.getTestDescriptor().getTags()).distinct().toList());
    }
}
