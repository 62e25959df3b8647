package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.run.Shuffle;
import org.kunitjvm.kunit.run.TestCase;
import org.kunitjvm.kunit.run.TestSuite;

/**
 * Which tests run, and in which order, beyond what KUnit's own filters can say.
 *
 * @param only the tests to keep, as {@code suite.case}, or {@code null} for all
 * @param filter what a build tool wants, or {@code null} for all
 * @param shard the part of all tests to keep
 * @param shuffle the seed of a random order, or {@code null} for link order
 */
record Selection(@Nullable Set<String> only, @Nullable TestNameFilter filter, Shard shard, @Nullable Long shuffle) {
    /** Everything in link order. */
    static final Selection ALL = new Selection(null, null, Shard.WHOLE, null);

    /**
     * What the options select.
     *
     * @throws CliException if one of them makes no sense
     */
    static Selection of(Options options, Host host) {
        Set<String> only = null;
        if (options.has(Flag.RERUN_FAILED)) {
            String run = options.text(Flag.RERUN_FAILED, RunStore.LATEST);
            only = KeptRun.open(BuildDir.of(options, host).path(), run).results().cases()
                .filter(result -> result.status().isBad()).map(CaseResult::fullName).collect(Collectors.toSet());
            if (only.isEmpty()) {
                throw new CliException("--rerun-failed: no test failed in "
                    + (run.equals(RunStore.LATEST) ? "the last run" : "run " + run));
            }
        }
        return new Selection(only, filter(options, host), Shard.of(options, host), shuffleSeed(options, host));
    }

    /** The filter of the environment, unless the user names tests; nobody should wonder where the others are. */
    private static @Nullable TestNameFilter filter(Options options, Host host) {
        TestNameFilter filter = options.positional().isEmpty() && !options.has(Flag.RERUN_FAILED)
            ? TestNameFilter.of(host) : null;
        if (filter != null && !options.has(Flag.QUIET)) {
            host.err().println("kunit: note: only tests that match " + filter.variable() + "=" + filter.text());
        }
        return filter;
    }

    private static @Nullable Long shuffleSeed(Options options, Host host) {
        String seed = options.text(Flag.SHUFFLE);
        if (seed == null) {
            return null;
        }
        try {
            long number = seed.equals(Flag.SHUFFLE.shape().bare()) ? host.nanos().getAsLong() & 0xffff_ffffL
                : Long.decode(seed);
            host.err().println("kunit: order of the tests: --shuffle=" + number);
            return number;
        } catch (NumberFormatException e) {
            throw new CliException("--shuffle=" + seed + ": not a whole number");
        }
    }

    /** The suites with what is selected of each; those of which nothing is left are not among them. */
    List<TestSuite> apply(List<TestSuite> suites) {
        List<TestSuite> result = new ArrayList<>();
        for (TestSuite suite : suites) {
            List<TestCase> cases = suite.cases().stream().filter(keeps(suite)).toList();
            if (shuffle != null) {
                cases = new Shuffle(shuffle).sorted(cases, test -> suite.name() + "." + test.name());
            }
            if (!cases.isEmpty() || suite.cases().isEmpty() && this.equals(ALL)) {
                result.add(cases.equals(suite.cases()) ? suite : suite.withCases(cases));
            }
        }
        return shuffle == null ? result : new Shuffle(shuffle).sorted(result, TestSuite::name);
    }

    private Predicate<TestCase> keeps(TestSuite suite) {
        return test -> {
            String name = suite.name() + "." + test.name();
            return (only == null || only.contains(name)) && (filter == null || filter.keeps(name))
                && shard.holds(suite.isParallel() ? name : suite.name());
        };
    }
}
