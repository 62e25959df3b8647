package org.kunitjvm.kunit.run;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Selects suites and cases: a glob {@code suite[.case]}, then attribute filters from left to right. Order is kept;
 * suites without remaining cases are dropped. Models lib/kunit/executor.c: kunit_filter_suites.
 */
public final class SuiteFilter {
    private final @Nullable Glob suiteGlob;
    private final @Nullable Glob caseGlob;
    private final List<AttributeFilter> attributes;
    private final boolean skip;

    private SuiteFilter(@Nullable Glob suiteGlob, @Nullable Glob caseGlob, List<AttributeFilter> attributes,
        boolean skip) {
        this.suiteGlob = suiteGlob;
        this.caseGlob = caseGlob;
        this.attributes = List.copyOf(attributes);
        this.skip = skip;
    }

    /**
     * Parse the three parameters; {@code null} means that one is not given.
     *
     * @param action {@code skip} marks cases that the attribute filters reject instead of dropping them; anything else
     *     means nothing
     */
    public static SuiteFilter of(@Nullable String glob, @Nullable String attributes, @Nullable String action)
        throws FilterException {
        List<AttributeFilter> terms = attributes == null ? List.of() : AttributeFilter.parse(attributes);
        boolean skip = "skip".equals(action);
        if (glob == null) {
            return new SuiteFilter(null, null, terms, skip);
        }
        int dot = glob.indexOf('.');
        return dot < 0 ? new SuiteFilter(new Glob(glob), null, terms, skip)
            : new SuiteFilter(new Glob(glob.substring(0, dot)), new Glob(glob.substring(dot + 1)), terms, skip);
    }

    /** The glob for suite names, or {@code null}. */
    public @Nullable Glob suiteGlob() {
        return suiteGlob;
    }

    /** The glob for case names, or {@code null}. */
    public @Nullable Glob caseGlob() {
        return caseGlob;
    }

    /** Filter {@code suites}. */
    public List<TestSuite> apply(List<TestSuite> suites) throws FilterException {
        List<TestSuite> kept = new ArrayList<>();
        for (TestSuite suite : suites) {
            TestSuite filtered = apply(suite);
            if (filtered != null) {
                kept.add(filtered);
            }
        }
        return kept;
    }

    private @Nullable TestSuite apply(TestSuite suite) throws FilterException {
        List<TestCase> cases = suite.cases();
        if (suiteGlob != null) {
            if (!suiteGlob.matches(suite.name())) {
                return null;
            }
            if (caseGlob != null) {
                cases = cases.stream().filter(c -> caseGlob.matches(c.name())).toList();
            }
            if (cases.isEmpty()) {
                return null;
            }
        }
        for (AttributeFilter attribute : attributes) {
            cases = filter(suite, cases, attribute);
            if (cases.isEmpty()) {
                return null;
            }
        }
        return cases == suite.cases() ? suite : suite.withCases(cases);
    }

    private List<TestCase> filter(TestSuite suite, List<TestCase> cases, AttributeFilter attribute)
        throws FilterException {
        List<TestCase> kept = new ArrayList<>(cases.size());
        for (TestCase testCase : cases) {
            if (attribute.accepts(suite, testCase)) {
                kept.add(testCase);
            } else if (skip) {
                kept.add(testCase.asSkipped());
            }
        }
        return kept;
    }
}
