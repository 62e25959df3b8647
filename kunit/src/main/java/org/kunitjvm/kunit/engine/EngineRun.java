package org.kunitjvm.kunit.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.CancellationToken;
import org.junit.platform.engine.EngineExecutionListener;
import org.junit.platform.engine.ExecutionRequest;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.kunit.run.KunitExecutor;
import org.kunitjvm.kunit.run.TestCase;
import org.kunitjvm.kunit.run.TestSuite;

/**
 * Runs what was selected: suite after suite in link order, each by an executor of its own, so that one that cannot be
 * run takes nothing else along.
 */
final class EngineRun {
    private static final Comparator<SuiteDescriptor> LINK_ORDER = Comparator
        .comparing((SuiteDescriptor suite) -> !suite.suite().suite().isInit())
        .thenComparing(suite -> suite.suite().suite().link())
        .thenComparing(suite -> suite.suite().type().getName());

    private final ExecutionRequest request;
    private final TestDescriptor engine;
    private final EngineExecutionListener listener;
    private final CancellationToken cancellation;

    EngineRun(ExecutionRequest request) {
        this.request = request;
        this.engine = request.getRootTestDescriptor();
        this.listener = request.getEngineExecutionListener();
        this.cancellation = request.getCancellationToken();
    }

    void run() {
        listener.executionStarted(engine);
        List<SuiteDescriptor> suites = suites();
        if (!suites.isEmpty()) {
            runAll(suites);
        }
        listener.executionFinished(engine, TestExecutionResult.successful());
    }

    private List<SuiteDescriptor> suites() {
        List<SuiteDescriptor> suites = new ArrayList<>();
        for (TestDescriptor child : engine.getChildren()) {
            if (child instanceof SuiteDescriptor suite) {
                suites.add(suite);
            }
        }
        suites.sort(LINK_ORDER);
        return suites;
    }

    private void runAll(List<SuiteDescriptor> suites) {
        EngineSettings settings;
        try {
            settings = EngineSettings.of(request.getConfigurationParameters());
        } catch (EngineSettingsException e) {
            // A failed engine is easily overlooked; a failed suite is not.
            suites.forEach(suite -> fail(suite, e));
            return;
        }
        suites.forEach(suite -> run(suite, settings));
    }

    private void run(SuiteDescriptor suite, EngineSettings settings) {
        Throwable broken = suite.suite().broken();
        if (broken != null) {
            fail(suite, broken);
            return;
        }
        String reason = whyNot(suite, settings);
        if (reason != null) {
            listener.executionSkipped(suite, reason);
        } else {
            execute(suite, settings);
        }
    }

    private @Nullable String whyNot(SuiteDescriptor suite, EngineSettings settings) {
        if (cancellation.isCancellationRequested()) {
            return EventTranslator.CANCELLED;
        }
        return settings.whyNotBuilt(suite.suite().suite().config());
    }

    private void execute(SuiteDescriptor suite, EngineSettings settings) {
        KunitExecutor[] executor = new KunitExecutor[1];
        EventTranslator translator = new EventTranslator(suite, listener, settings, () -> {
            if (cancellation.isCancellationRequested()) {
                executor[0].stop();
            }
        });
        executor[0] = new KunitExecutor(settings.boot(), settings.options(), translator);
        Throwable fault = null;
        try {
            executor[0].run(List.of(selected(suite)));
        } catch (RuntimeException | Error e) {
            fault = e.getCause() instanceof KernelParamException wrong ? wrong : e;
        }
        translator.finish(fault, cancellation.isCancellationRequested());
    }

    private static TestSuite selected(SuiteDescriptor suite) {
        List<TestCase> cases = new ArrayList<>();
        for (CaseCode code : suite.suite().cases()) {
            for (TestDescriptor child : suite.getChildren()) {
                if (child instanceof CaseDescriptor found && found.code() == code) {
                    cases.add(found.testCase());
                }
            }
        }
        return suite.suite().suite().withCases(cases);
    }

    private void fail(TestDescriptor descriptor, Throwable cause) {
        listener.executionStarted(descriptor);
        listener.executionFinished(descriptor, TestExecutionResult.failed(cause));
    }
}
