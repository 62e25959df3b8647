package org.kunitjvm.kunit.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.platform.engine.CancellationToken;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.LauncherExecutionRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherExecutionRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.kunitjvm.kernel.bug.KernelBug;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.MultipleFailuresError;

/** What happens in a run reaches the launcher: every result, every failure, every line of the log. */
final class ExecutionTest {
    private static final String RED = "org.kunitjvm.kunit.engine.EngineSuites$Red";

    private static List<String> endings(Class<?> suite) {
        return EngineRuns.endings(EngineRuns.run(selectClass(suite)));
    }

    private static AssertionFailedError failure(String method, String name) {
        return assertInstanceOf(AssertionFailedError.class,
            EngineRuns.failureOf(EngineRuns.run(selectMethod(RED, method)), name));
    }

    private static List<String> frames(Throwable error) {
        return Arrays.stream(error.getStackTrace()).map(StackTraceElement::getMethodName).toList();
    }

    @Test
    void everyCaseOfAGreenSuitePasses() {
        assertEquals(List.of("zulu_comes_first SUCCESSFUL", "alpha_comes_second SUCCESSFUL", "renamed SUCCESSFUL"),
            endings(EngineSuites.Green.class));
    }

    @Test
    void everyFailureFailsItsCaseAndNoOther() {
        assertEquals(List.of("two_expectations FAILED", "assertion_in_helper FAILED", "crash FAILED",
            "never_ends FAILED", "fails_without_words FAILED", "leaves_lock_context FAILED", "passes SUCCESSFUL"),
            endings(EngineSuites.Red.class));
    }

    @Test
    void parametersAreChildrenWithResultsOfTheirOwn() {
        assertEquals(List.of("order 0 SUCCESSFUL", "order 3 SUCCESSFUL", "order 9 SUCCESSFUL", "every_order SUCCESSFUL",
            "order 0 ABORTED", "order 3 SUCCESSFUL", "order 9 FAILED", "only_small_orders SUCCESSFUL"),
            endings(EngineSuites.Params.class));
    }

    @Test
    void severalFailedExpectationsAreAllShown() {
        EngineExecutionResults results = EngineRuns.run(selectMethod(RED, "twoExpectations"));
        MultipleFailuresError error = assertInstanceOf(MultipleFailuresError.class,
            EngineRuns.failureOf(results, "two_expectations"));
        assertEquals(2, error.getFailures().size());
        AssertionFailedError first = (AssertionFailedError) error.getFailures().getFirst();
        assertEquals("4", first.getExpected().getStringRepresentation());
        assertEquals("3", first.getActual().getStringRepresentation());
        AssertionFailedError second = (AssertionFailedError) error.getFailures().getLast();
        assertEquals("abd", second.getExpected().getStringRepresentation());
        assertEquals("abc", second.getActual().getStringRepresentation());
        assertTrue(error.getMessage().contains("Expected order == 4, but"), error.getMessage());
        assertTrue(error.getMessage().contains("Expected \"abc\" == \"abd\", but"), error.getMessage());
    }

    @Test
    void messageIsKunitsTextWithFileAndLine() {
        AssertionFailedError error = failure("assertionInHelper", "assertion_in_helper");
        String[] lines = error.getMessage().split("\n");
        assertTrue(lines[0].matches("engine_red\\.assertion_in_helper: ASSERTION FAILED at "
            + ".*org/kunitjvm/kunit/engine/EngineSuites.java:[0-9]+"), lines[0]);
        assertEquals("    Expected pages == 8, but", lines[1]);
        assertEquals("        pages == 4 (0x4)", lines[2]);
    }

    @Test
    void stackTraceIsTheCaseAndTheCodeUnderTest() {
        AssertionFailedError error = failure("assertionInHelper", "assertion_in_helper");
        assertEquals(List.of("codeUnderTest", "assertionInHelper"), frames(error));
    }

    @Test
    void fullStackTraceOnRequest() {
        Throwable error = EngineRuns.failureOf(EngineRuns.kit().selectors(selectMethod(RED, "assertionInHelper"))
            .configurationParameter(EngineSettings.TRACE, "full")
            .configurationParameter("junit.platform.stacktrace.pruning.enabled", "false").execute(),
            "assertion_in_helper");
        assertTrue(frames(error).contains("KUNIT_ASSERT_EQ"), frames(error).toString());
        assertTrue(Arrays.stream(error.getStackTrace()).anyMatch(frame -> frame.getClassName().endsWith("CaseRunner")),
            Arrays.toString(error.getStackTrace()));
    }

    @Test
    void crashShowsItsCauseAndWhereItHappened() {
        AssertionFailedError error = failure("crash", "crash");
        assertTrue(error.getMessage().startsWith("engine_red.crash: "), error.getMessage());
        assertEquals("pfn 0x42 is on two lists", assertInstanceOf(KernelBug.class, error.getCause()).getMessage());
        assertEquals(List.of("crash"), frames(error));
    }

    @Test
    void caseThatNeverEndsTimesOutInVirtualTime() {
        AssertionFailedError error = failure("neverEnds", "never_ends");
        assertTrue(error.getMessage().contains("timed out"), error.getMessage());
    }

    @Test
    void failureWithoutWordsStillFails() {
        assertEquals("engine_red.fails_without_words failed without a word",
            failure("failsWithoutWords", "fails_without_words").getMessage());
    }

    @Test
    void skipKeepsItsReason() {
        EngineExecutionResults results = EngineRuns.run(selectClass(EngineSuites.Skips.class));
        assertEquals(List.of("skips_itself ABORTED", "runs SUCCESSFUL"), EngineRuns.endings(results));
        assertEquals("needs 2 nodes", EngineRuns.failureOf(results, "skips_itself").getMessage());
    }

    @Test
    void failedInitFailsTheCase() {
        EngineExecutionResults results = EngineRuns.run(selectClass(EngineSuites.InitFails.class));
        assertEquals(List.of("never_starts FAILED"), EngineRuns.endings(results));
        assertEquals("engine_init.never_starts: failed to initialize: -12",
            EngineRuns.failureOf(results, "never_starts").getMessage());
    }

    @Test
    void failedSuiteInitFailsTheSuite() {
        EngineExecutionResults results = EngineRuns.run(selectClass(EngineSuites.SuiteInitFails.class));
        assertEquals(List.of(), EngineRuns.endings(results));
        String message = EngineRuns.failureOf(results, "engine_suite_init").getMessage();
        assertTrue(message.startsWith("engine_suite_init: "), message);
        assertTrue(message.contains("failed to initialize (-19)"), message);
    }

    @Test
    void brokenParameterSourceFailsTheCase() {
        EngineExecutionResults results = EngineRuns.run(selectClass(EngineSuites.BrokenParams.class));
        assertEquals(List.of("never_starts FAILED"), EngineRuns.endings(results));
        assertTrue(EngineRuns.failureOf(results, "never_starts").getMessage().contains("no parameters today"));
    }

    @Test
    void malformedSuiteFailsWithTheRemedy() {
        EngineExecutionResults results = EngineRuns.run(selectClass(EngineSuites.Malformed.class));
        assertTrue(EngineRuns.failureOf(results, "engine_malformed").getMessage()
            .contains("must be void returnsSomething"));
    }

    @Test
    void suiteThatIsNotConfiguredIsSkippedWithTheSymbol() {
        assertEquals(List.of("engine_off SKIPPED CONFIG_KUNIT_ENGINE_OFF is not set in the configuration"),
            endings(EngineSuites.Off.class));
    }

    @Test
    void logOfACaseIsItsOutput() {
        Map<String, String> entries = EngineRuns.run(selectClass(EngineSuites.Green.class)).allEvents()
            .reportingEntryPublished().stream()
            .collect(Collectors.toMap(event -> event.getTestDescriptor().getDisplayName(),
                event -> event.getRequiredPayload(ReportEntry.class).getKeyValuePairs().get("stdout")));
        assertEquals(Map.of("zulu_comes_first", "    # zulu_comes_first: a word from zulu\n"), entries);
    }

    @Test
    void logOfAParameterIsTheParametersOutput() {
        List<String> outputs = EngineRuns.run(selectMethod("org.kunitjvm.kunit.engine.EngineSuites$Params",
            "everyOrder")).allEvents().reportingEntryPublished().stream()
            .map(event -> event.getTestDescriptor().getDisplayName() + ": "
                + event.getRequiredPayload(ReportEntry.class).getKeyValuePairs().get("stdout").strip()).toList();
        assertEquals(List.of("order 0: # every_order: sees order 0", "order 3: # every_order: sees order 3",
            "order 9: # every_order: sees order 9"), outputs);
    }

    @Test
    void cancelledRunEndsWhatRunsAndSkipsTheRest() {
        assertEquals(List.of("zulu_comes_first SUCCESSFUL", "alpha_comes_second SKIPPED the run was cancelled",
            "renamed SKIPPED the run was cancelled", "engine_skips SKIPPED the run was cancelled"),
            cancelAfter("zulu_comes_first", selectClass(EngineSuites.Green.class),
            selectClass(EngineSuites.Skips.class)));
    }

    @Test
    void cancelledCaseRunsNoMoreParameters() {
        assertEquals(List.of("order 0 SUCCESSFUL", "every_order SUCCESSFUL",
            "only_small_orders SKIPPED the run was cancelled"),
            cancelAfter("order 0", selectClass(EngineSuites.Params.class)));
    }

    /** Run by a launcher, as IDEs do, and press stop when {@code name} begins. */
    private static List<String> cancelAfter(String name, DiscoverySelector... selectors) {
        CancellationToken token = CancellationToken.create();
        List<String> endings = new ArrayList<>();
        TestExecutionListener listener = new TestExecutionListener() {
            @Override
            public void executionStarted(TestIdentifier test) {
                if (test.getDisplayName().equals(name)) {
                    token.cancel();
                }
            }

            @Override
            public void executionSkipped(TestIdentifier test, String reason) {
                endings.add(test.getDisplayName() + " SKIPPED " + reason);
            }

            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.getUniqueIdObject().getSegments().size() > 2) {
                    endings.add(test.getDisplayName() + " " + result.getStatus());
                }
            }
        };
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request().selectors(selectors)
            .configurationParameter(EngineSettings.SRCTREE, EngineRuns.tree())
            .configurationParameter(EngineSettings.KUNITCONFIG, ".kunitconfig")
            .configurationParameter(EngineSettings.OUTPUT, "none")
            .filters(EngineFilter.includeEngines(KunitTestEngine.ID)).build();
        LauncherExecutionRequest execution = LauncherExecutionRequestBuilder.request(request).listeners(listener)
            .cancellationToken(token).build();
        LauncherFactory.create().execute(execution);
        return endings;
    }

    @Test
    void suitesRunInLinkOrderWhateverTheOrderOfSelection() {
        List<String> names = EngineRuns.run(selectClass(EngineSuites.Skips.class),
            selectClass(EngineSuites.Green.class)).containerEvents().started().stream()
            .map(event -> event.getTestDescriptor().getDisplayName()).toList();
        assertEquals(List.of("KUnit", "engine_green", "engine_skips"), names);
    }
}
