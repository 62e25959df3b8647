package org.kunitjvm.kunit.run;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** What an archive of suites has generated to call them, for the suites that are loaded from it. */
final class ArchivedCalls {
    private SuiteCalls.@Nullable Registry registry;

    /** The instance of a suite, with generated calls if {@code marks} come from an archive that has some. */
    SuiteInstance instance(Class<?> type, ClassFileSketch.Marks marks) {
        Map<String, String> known = marks.elements().get(SuitePreparation.CALLS);
        // A suite with a loader of its own is another class than the one that the archive's calls speak of.
        if (known == null || type.getClassLoader() != ArchivedCalls.class.getClassLoader()) {
            return new SuiteInstance(type, null, Set.of());
        }
        Set<Integer> uncalled = new HashSet<>();
        for (String number : known.getOrDefault(SuitePreparation.UNCALLED, "").split(" ")) {
            if (!number.isEmpty()) {
                uncalled.add(Integer.valueOf(number));
            }
        }
        int suite = Integer.parseInt(known.getOrDefault(SuitePreparation.NUMBER, "-1"));
        return new SuiteInstance(type, registry(type).of(suite), uncalled);
    }

    private SuiteCalls.Registry registry(Class<?> suite) {
        SuiteCalls.Registry known = registry;
        if (known == null) {
            known = load(suite);
            registry = known;
        }
        return known;
    }

    private static SuiteCalls.Registry load(Class<?> suite) {
        try {
            return (SuiteCalls.Registry) Calls.make(Class.forName(SuiteCallsCode.REGISTRY, true,
                suite.getClassLoader()));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new SuiteLoadException(suite, "its archive lacks " + SuiteCallsCode.REGISTRY);
        }
    }
}
