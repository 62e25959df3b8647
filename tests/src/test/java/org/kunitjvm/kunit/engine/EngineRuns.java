package org.kunitjvm.kunit.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.EventType;

/** Runs the engine on {@link EngineSuites}, and tells what happened in one line per event. */
final class EngineRuns {
    private static final String TREE = "src/test/resources/kunit-engine";

    private EngineRuns() {
    }

    /** The Kconfig tree of the fixtures, from the module's folder or from the project's. */
    static String tree() {
        return Files.isDirectory(Path.of(TREE)) ? TREE : "tests/" + TREE;
    }

    static EngineTestKit.Builder kit() {
        return EngineTestKit.engine(KunitTestEngine.ID)
            .configurationParameter(EngineSettings.SRCTREE, tree())
            .configurationParameter(EngineSettings.KUNITCONFIG, ".kunitconfig")
            .configurationParameter(EngineSettings.OUTPUT, "none");
    }

    static EngineExecutionResults run(DiscoverySelector... selectors) {
        return kit().selectors(selectors).execute();
    }

    /** Cases and parameters that ended, with their status; skipped descriptors. */
    static List<String> endings(EngineExecutionResults results) {
        return results.allEvents().stream()
            .filter(event -> event.getType() == EventType.FINISHED && isInner(event)
            || event.getType() == EventType.SKIPPED).map(EngineRuns::ending).toList();
    }

    private static boolean isInner(Event event) {
        return event.getTestDescriptor().getUniqueId().getSegments().size() > 2;
    }

    private static String ending(Event event) {
        String name = event.getTestDescriptor().getDisplayName();
        if (event.getType() == EventType.SKIPPED) {
            return name + " SKIPPED " + event.getRequiredPayload(String.class);
        }
        return name + " " + event.getRequiredPayload(TestExecutionResult.class).getStatus();
    }

    static Throwable failureOf(EngineExecutionResults results, String name) {
        return results.allEvents().finished().stream()
            .filter(event -> event.getTestDescriptor().getDisplayName().equals(name))
            .map(event -> event.getRequiredPayload(TestExecutionResult.class))
            .findFirst().orElseThrow().getThrowable().orElseThrow();
    }

    static List<String> ids(EngineExecutionResults results) {
        return results.allEvents().started().stream().map(Event::getTestDescriptor).map(TestDescriptor::getUniqueId)
            .map(Object::toString).toList();
    }
}
