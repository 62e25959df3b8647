package org.kunitjvm.kunit.merge;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.RunResults;
import org.kunitjvm.kunit.results.SuiteResult;

/**
 * What came of a merge.
 *
 * @param results as those of one run
 * @param ktap what each kernel's console would have said, from the version line on
 * @param origins where each case comes from, by {@link #key}
 */
public record MergedRun(RunResults results, List<List<String>> ktap, Map<String, Origin> origins) {
    /**
     * Where a case comes from.
     *
     * @param part index of the part
     * @param suite its suite there
     * @param result it there
     */
    public record Origin(int part, SuiteResult suite, CaseResult result) {
    }

    /** Copy. */
    public MergedRun {
        ktap = ktap.stream().map(List::copyOf).toList();
        origins = Map.copyOf(origins);
    }

    static String key(int kernel, String fullName) {
        return kernel + "/" + fullName;
    }

    /** Where a case of {@link #results} comes from; {@code null} if it is none of them. */
    public @Nullable Origin origin(SuiteResult suite, CaseResult result) {
        return origins.get(key(suite.kernel(), result.fullName()));
    }
}
