package org.kunitjvm.kunit.report;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.kunitjvm.kunit.ktap.TestResult;

/**
 * The {@code Failures:} line: the few names that explain a red run. Models kunit_parser.py: _summarize_failed_tests.
 */
final class FailureList {
    private static final int MOST = 10;

    private FailureList() {
    }

    private record Group(TestResult test, String fullName, Iterator<TestResult> subtests) {
        Group(TestResult test, String fullName) {
            this(test, fullName, test.subtests().iterator());
        }
    }

    /** Return the whole line, or {@code ""} if there are more than {@value #MOST} names. */
    static String of(TestResult root) {
        List<String> names = new ArrayList<>();
        ArrayDeque<Group> stack = new ArrayDeque<>();
        stack.push(new Group(root, root.name()));
        while (!stack.isEmpty() && names.size() <= MOST) {
            Group group = stack.element();
            if (!group.subtests().hasNext()) {
                stack.pop();
                continue;
            }
            TestResult test = group.subtests().next();
            if (test.status().ok()) {
                continue;
            }
            String name = fullName(group.fullName(), test);
            // A group below an unnamed one is always opened: kunit.py takes the empty name for the top level.
            boolean topLevel = group.fullName().isEmpty();
            if (!test.isGroup() || (!topLevel && !test.anySubtestOk())) {
                names.add(name);
            } else {
                stack.push(new Group(test, name));
            }
        }
        return names.size() > MOST ? "" : "Failures: " + String.join(", ", names);
    }

    private static String fullName(String groupName, TestResult test) {
        return groupName.isEmpty() || groupName.equals("main") ? test.name() : groupName + '.' + test.name();
    }
}
