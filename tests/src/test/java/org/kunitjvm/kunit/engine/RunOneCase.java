package org.kunitjvm.kunit.engine;

import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs {@code class#method} with the JUnit launcher, as an IDE does; the exit code tells whether it passed. */
final class RunOneCase {
    private RunOneCase() {
    }

    /** Run the method that the only argument names. */
    public static void main(String[] args) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
            .selectors(DiscoverySelectors.selectMethod(args[0]))
            .filters(EngineFilter.includeEngines(KunitTestEngine.ID)).build(), listener);
        TestExecutionSummary summary = listener.getSummary();
        System.out.println("ran " + summary.getTestsStartedCount() + ", passed " + summary.getTestsSucceededCount());
        System.exit(summary.getTestsStartedCount() == 1 && summary.getTestsSucceededCount() == 1 ? 0 : 1);
    }
}
