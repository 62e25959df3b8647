package org.kunitjvm.kunit.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.EngineExecutionListener;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.run.KunitEvent;
import org.kunitjvm.kunit.run.TestCase;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * Tells a launcher what happens in the run of one suite.
 *
 * <p>The log that is written while something runs belongs to the innermost of parameter, case and suite. It is
 * published when that ends.
 */
final class EventTranslator implements Consumer<KunitEvent> {
    static final String CANCELLED = "the run was cancelled";

    private final SuiteDescriptor suite;
    private final EngineExecutionListener listener;
    private final EngineSettings settings;
    private final Runnable afterEach;
    private final List<CaseDescriptor> waiting = new ArrayList<>();
    private final StringBuilder messages = new StringBuilder();
    private @Nullable Running inSuite;
    private @Nullable Running inCase;
    private @Nullable Running inParam;
    private boolean somethingFailed;

    /** {@code afterEach} is called when a case or parameter has ended, before the next one begins. */
    EventTranslator(SuiteDescriptor suite, EngineExecutionListener listener, EngineSettings settings,
        Runnable afterEach) {
        this.suite = suite;
        this.listener = listener;
        this.settings = settings;
        this.afterEach = afterEach;
        for (TestDescriptor child : suite.getChildren()) {
            if (child instanceof CaseDescriptor testCase) {
                waiting.add(testCase);
            }
        }
    }

    /** A descriptor that has started and not ended, with what was heard since. */
    private static final class Running {
        private final TestDescriptor descriptor;
        private final StringBuilder log = new StringBuilder();
        private final StringBuilder errors = new StringBuilder();
        private final List<AssertionFailedError> failures = new ArrayList<>();

        Running(TestDescriptor descriptor) {
            this.descriptor = descriptor;
        }

        void hear(KunitEvent.LogLine line) {
            log.append(line.line().text()).append('\n');
            if (line.fromKunit() && line.line().level().compareTo(LogLevel.ERR) <= 0) {
                String prefix = "# " + descriptor.getDisplayName() + ": ";
                errors.append(line.line().text().strip().replaceFirst("^" + Pattern.quote(prefix) + " *(# )?", ""))
                    .append('\n');
            }
        }
    }

    @Override
    public void accept(KunitEvent event) {
        switch (event) {
            case KunitEvent.Message e -> messages.append(e.text()).append('\n');
            case KunitEvent.SuiteStarted _ -> inSuite = start(suite);
            case KunitEvent.LogLine e -> innermost(running -> running.hear(e));
            case KunitEvent.CaseStarted e -> caseStarted(e.testCase());
            case KunitEvent.ParamStarted e -> paramStarted(e);
            case KunitEvent.Failed e -> innermost(running -> running.failures.add(
                Failures.of(nameOf(running), e.failure(), settings.fullTraces())));
            case KunitEvent.ParamFinished e -> paramFinished(e);
            case KunitEvent.CaseFinished e -> caseFinished(e);
            case KunitEvent.SuiteFinished e -> suiteFinished(e.status());
            case KunitEvent.RunStarted _, KunitEvent.Listed _, KunitEvent.SuiteReady _, KunitEvent.ParamsStarted _,
                KunitEvent.RunFinished _ -> {
                // Nothing that a launcher asks for.
            }
        }
    }

    /**
     * The executor has returned: end what is still open, and say why what never began did not.
     *
     * @param fault what the executor threw, or {@code null}
     */
    void finish(@Nullable Throwable fault, boolean cancelled) {
        if (inSuite == null && fault == null) {
            listener.executionSkipped(suite, cancelled ? CANCELLED : whyNothingRan());
            return;
        }
        if (inSuite == null) {
            inSuite = start(suite);
        }
        abandon(inParam, fault);
        abandon(inCase, fault);
        String reason = cancelled ? CANCELLED : whyNothingRan();
        if (fault == null && inSuite.failures.isEmpty()) {
            waiting.forEach(testCase -> listener.executionSkipped(testCase, reason));
        }
        end(Objects.requireNonNull(inSuite), fault == null ? suiteResult() : TestExecutionResult.failed(fault));
    }

    private void abandon(@Nullable Running running, @Nullable Throwable fault) {
        if (running != null) {
            end(running, TestExecutionResult.failed(fault != null ? fault
                : new AssertionFailedError("it never ended")));
        }
    }

    private String whyNothingRan() {
        return messages.isEmpty() ? "not selected by the kernel's parameters" : messages.toString().strip();
    }

    private void innermost(Consumer<Running> action) {
        Running running = inParam != null ? inParam : inCase != null ? inCase : inSuite;
        if (running != null) {
            action.accept(running);
        }
    }

    private Running start(TestDescriptor descriptor) {
        listener.executionStarted(descriptor);
        return new Running(descriptor);
    }

    private void caseStarted(TestCase testCase) {
        CaseDescriptor started = waiting.stream()
            .filter(candidate -> candidate.code().testCase().name().equals(testCase.name())).findFirst().orElseThrow();
        waiting.remove(started);
        inCase = start(started);
    }

    private void paramStarted(KunitEvent.ParamStarted e) {
        CaseDescriptor parent = (CaseDescriptor) Objects.requireNonNull(inCase).descriptor;
        ParamDescriptor param = new ParamDescriptor(parent, e.number(), e.name());
        parent.addChild(param);
        listener.dynamicTestRegistered(param);
        inParam = start(param);
    }

    private void paramFinished(KunitEvent.ParamFinished e) {
        Running running = Objects.requireNonNull(inParam);
        end(running, result(running, e.result()));
        inParam = null;
        afterEach.run();
    }

    private void caseFinished(KunitEvent.CaseFinished e) {
        Running running = Objects.requireNonNull(inCase);
        CaseDescriptor testCase = (CaseDescriptor) running.descriptor;
        end(running, testCase.getType().isTest() ? result(running, e.result()) : containerResult(running, e.result()));
        inCase = null;
        afterEach.run();
    }

    private TestExecutionResult result(Running running, KunitEvent.Result result) {
        return switch (result.status()) {
            case SUCCESS -> TestExecutionResult.successful();
            case SKIPPED -> skipped(result.comment());
            case FAILURE -> failed(running);
        };
    }

    /** A case with parameters: its parameters have results of their own, so only what happened around them counts. */
    private TestExecutionResult containerResult(Running running, KunitEvent.Result result) {
        boolean noneRan = running.descriptor.getChildren().isEmpty();
        if (!running.failures.isEmpty() || noneRan && result.status() == KunitStatus.FAILURE) {
            return failed(running);
        }
        List<Integer> missing = ((CaseDescriptor) running.descriptor).selectedButMissing();
        if (!missing.isEmpty()) {
            return TestExecutionResult.failed(new AssertionFailedError(running.descriptor.getDisplayName()
                + ": there is no parameter " + missing));
        }
        return noneRan && result.status() == KunitStatus.SKIPPED
            ? skipped(result.comment()) : TestExecutionResult.successful();
    }

    private static TestExecutionResult skipped(String reason) {
        TestAbortedException skip = new TestAbortedException(reason);
        skip.setStackTrace(new StackTraceElement[0]);
        return TestExecutionResult.aborted(skip);
    }

    private TestExecutionResult failed(Running running) {
        somethingFailed = true;
        return TestExecutionResult.failed(Failures.combined(nameOf(running) + " failed without a word",
            running.failures));
    }

    /** {@code suite.case}, and the description of the parameter in parentheses. */
    private String nameOf(Running running) {
        TestDescriptor descriptor = running.descriptor;
        if (descriptor instanceof ParamDescriptor) {
            String testCase = descriptor.getParent().orElseThrow().getDisplayName();
            return suite.getDisplayName() + "." + testCase + " (" + descriptor.getDisplayName() + ")";
        }
        return descriptor == suite ? suite.getDisplayName()
            : suite.getDisplayName() + "." + descriptor.getDisplayName();
    }

    private void suiteFinished(KunitStatus status) {
        if (status == KunitStatus.FAILURE && !somethingFailed) {
            Running running = Objects.requireNonNull(inSuite);
            String text = running.errors.toString().strip();
            running.failures.add(Failures.of(suite.getDisplayName() + ": "
                + (text.isEmpty() ? "the suite failed" : text)));
        }
    }

    private TestExecutionResult suiteResult() {
        List<AssertionFailedError> failures = Objects.requireNonNull(inSuite).failures;
        return failures.isEmpty() ? TestExecutionResult.successful()
            : TestExecutionResult.failed(Failures.combined("", failures));
    }

    private void end(Running running, TestExecutionResult result) {
        boolean failed = result.getStatus() == TestExecutionResult.Status.FAILED;
        somethingFailed |= failed;
        if (!running.log.isEmpty()) {
            String log = running.log.toString();
            listener.reportingEntryPublished(running.descriptor, ReportEntry.from("stdout", log));
            boolean print = switch (settings.output()) {
                case ALL -> true;
                case FAILED -> failed;
                case NONE -> false;
            };
            if (print) {
                StandardOutput.print(log);
            }
        }
        listener.executionFinished(running.descriptor, result);
    }
}
