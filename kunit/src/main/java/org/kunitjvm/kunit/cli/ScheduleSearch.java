package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import org.kunitjvm.kernel.sched.Explorer;
import org.kunitjvm.kernel.sched.SchedulePlan;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.run.BootOptions;
import org.kunitjvm.kunit.run.KunitEvent;
import org.kunitjvm.kunit.run.KunitExecutor;
import org.kunitjvm.kunit.run.KunitOptions;
import org.kunitjvm.kunit.run.TestCase;
import org.kunitjvm.kunit.run.TestSuite;

/**
 * {@code --schedules}: runs every case under many schedules, each time alone on a kernel of its own. A case that fails
 * under one of them fails in the run that is shown, with the schedule that replays it.
 */
final class ScheduleSearch {
    private final BootOptions kernels;
    private final KunitOptions options;
    private final SchedulePlan plan;

    ScheduleSearch(BootOptions kernels, KunitOptions options, SchedulePlan plan) {
        this.kernels = kernels;
        this.options = options.withShutdown(null).withFilter(null).withFilterGlob(null).withAction(null);
        this.plan = plan;
    }

    /**
     * Search for each of these cases, outside of any kernel; the suite with cases that say what was found and then run
     * as usual.
     */
    TestSuite search(TestSuite suite, Predicate<TestCase> wanted) {
        List<TestCase> cases = new ArrayList<>();
        for (TestCase test : suite.cases()) {
            // A case that explores by itself would be explored twice over.
            cases.add(wanted.test(test) && !test.body().explores() ? reporting(test, search(suite, test)) : test);
        }
        return suite.withCases(cases);
    }

    private static TestCase reporting(TestCase test, Explorer.Result found) {
        TestCase.Body body = kunit -> {
            if (found.passed()) {
                kunit.info("%s", found.toString());
            } else {
                kunit.info("fails under schedule %d; it alone again: --schedule=%s", found.schedules(),
                    found.failing());
                kunit.setFailure();
            }
            test.body().run(kunit);
        };
        return test.withBody(body);
    }

    private Explorer.Result search(TestSuite suite, TestCase test) {
        Explorer.Body body = policy -> {
            boolean[] failed = {false};
            new KunitExecutor(kernels.under(policy), options,
                event -> failed[0] |= event instanceof KunitEvent.CaseFinished finished
                && finished.result().status() == KunitStatus.FAILURE).run(List.of(suite.withCases(List.of(test))));
            if (failed[0]) {
                throw new IllegalStateException("the case failed");
            }
        };
        return plan.explore(body);
    }
}
