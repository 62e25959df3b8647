package org.kunitjvm.kunit.results;

import java.util.List;

/**
 * What became of one suite on one kernel.
 *
 * @param order its place among all suites as they are linked, from 0
 * @param kernel which kernel of the run it ran on, from 1: a run boots several for {@code --run_isolated},
 *     {@code --repeat} and for several machines
 * @param machine name of the machine profile; empty if the machine has none
 * @param cases its cases, in the order in which they ran
 */
public record SuiteResult(String name, int order, int kernel, String machine, List<CaseResult> cases) {
    /** Copy. */
    public SuiteResult {
        cases = List.copyOf(cases);
    }

    /** The worst of its cases; {@code SKIP} without any. */
    public ResultStatus status() {
        return cases.stream().map(CaseResult::status).reduce(ResultStatus.SKIP, ResultStatus::and);
    }
}
