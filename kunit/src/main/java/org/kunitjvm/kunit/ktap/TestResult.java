package org.kunitjvm.kunit.ktap;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One test found in a log, with its subtests: the root ({@code main}), a suite, a parameterised case, a case, a
 * parameter. Complete only once the parser has reported its result or footer. A tree can be as deep as
 * {@link KtapParser#MAX_DEPTH}: walk it without recursion.
 */
public final class TestResult {
    /** {@link #plan()} of a test that announced no number of subtests. */
    public static final long NO_PLAN = -1;

    private final @Nullable TestResult parent;
    private String name = "";
    private TestStatus status = TestStatus.CRASHED;
    private @Nullable TestCounts counts;
    private long plan = NO_PLAN;
    private String planText = "";
    private List<TestResult> subtests = List.of();
    private long omittedSubtests;
    private boolean anySubtestOk;
    private @Nullable TestLog log;
    private String skipReason = "";

    TestResult(@Nullable TestResult parent) {
        this.parent = parent;
    }

    /** Return the test this one is a subtest of, {@code null} for the root. */
    public @Nullable TestResult parent() {
        return parent;
    }

    /** Return the name; {@code ""} for a test whose result line never came, {@code main} for the root. */
    public String name() {
        return name;
    }

    public TestStatus status() {
        return status;
    }

    /** Return the number of subtests announced, or {@link #NO_PLAN}. */
    public long plan() {
        return plan;
    }

    /** Return the plan's number as written, without leading zeros; {@code ""} without a plan. */
    public String planText() {
        return planText;
    }

    /** Return the subtests in the order of the log; a read-only view. */
    public List<TestResult> subtests() {
        return Collections.unmodifiableList(subtests);
    }

    /**
     * Return how many subtests were counted but are not in {@link #subtests()}: the tree was full, or nobody wanted them.
     */
    public long omittedSubtests() {
        return omittedSubtests;
    }

    /** Tell whether the test has subtests; then reports show it as a group. */
    public boolean isGroup() {
        return !subtests.isEmpty() || omittedSubtests > 0;
    }

    /** Tell whether some subtest is ok, be it kept or omitted. */
    public boolean anySubtestOk() {
        return anySubtestOk;
    }

    /** Return the text after {@code # SKIP}, trimmed; {@code ""} if there was none. */
    public String skipReason() {
        return skipReason;
    }

    /** Return the counts of the leaves below; for a leaf, of itself. */
    public TestCounts counts() {
        TestCounts known = counts;
        if (known != null) {
            return known;
        }
        TestCounts own = new TestCounts();
        own.add(status, 1);
        return own;
    }

    /** Return the lines that belong to this test. Those of a passing test are gone once it is finished, unless kept. */
    public TestLog log() {
        TestLog known = log;
        return known != null ? known : new TestLog();
    }

    void name(String newName) {
        name = newName;
    }

    void status(TestStatus newStatus) {
        status = newStatus;
    }

    void counts(@Nullable TestCounts newCounts) {
        counts = newCounts;
    }

    void plan(long number, String text) {
        plan = number;
        planText = text;
    }

    void skipReason(String reason) {
        skipReason = reason;
    }

    TestLog openLog() {
        TestLog known = log;
        if (known == null) {
            known = new TestLog();
            log = known;
        }
        return known;
    }

    @Nullable TestLog logOrNull() {
        return log;
    }

    void dropLog() {
        log = null;
    }

    void add(TestResult subtest) {
        if (subtests.isEmpty()) {
            subtests = new ArrayList<>();
        }
        subtests.add(subtest);
    }

    void subtestIsOk() {
        anySubtestOk = true;
    }

    void omitSubtests(long number) {
        omittedSubtests += number;
    }
}
