package org.kunitjvm.kunit.results;

import java.util.List;
import java.util.stream.Stream;

/**
 * A run and all that came of it.
 *
 * @param suites in the order in which they ran
 */
public record RunResults(RunInfo info, List<SuiteResult> suites) {
    /** Copy. */
    public RunResults {
        suites = List.copyOf(suites);
    }

    /** All cases in order. */
    public Stream<CaseResult> cases() {
        return suites.stream().flatMap(suite -> suite.cases().stream());
    }

    /** How many cases ended so. */
    public long count(ResultStatus status) {
        return cases().filter(result -> result.status() == status).count();
    }
}
