package org.kunitjvm.kunit.engine;

import java.util.Optional;

import org.junit.platform.engine.EngineDiscoveryRequest;
import org.junit.platform.engine.ExecutionRequest;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestEngine;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.discovery.UniqueIdSelector;
import org.junit.platform.engine.support.descriptor.EngineDescriptor;
import org.junit.platform.engine.support.discovery.EngineDiscoveryRequestResolver;
import org.kunitjvm.kunit.KunitSuite;

/**
 * The JUnit Platform engine for KUnit suites.
 *
 * <p>Unique ids are {@code [engine:kunit]/[suite:CLASS]/[case:METHOD]/[param:NUMBER]}: they hold what is needed to find
 * the code again, so that no index is kept. Classes are always loaded by name, because IDEs may pass class objects of
 * another loader.
 */
public final class KunitTestEngine implements TestEngine {
    /** The id of this engine. */
    public static final String ID = "kunit";

    private static final EngineDiscoveryRequestResolver<EngineDescriptor> RESOLVER =
        EngineDiscoveryRequestResolver.<EngineDescriptor>builder()
            .addClassContainerSelectorResolver(type -> type.isAnnotationPresent(KunitSuite.class))
            .addSelectorResolver(context -> new SuiteResolver(context.getClassNameFilter()))
            .addTestDescriptorVisitor(_ -> TestDescriptor::prune)
            .build();

    /** Made by the service loader. */
    public KunitTestEngine() {
    }

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public Optional<String> getGroupId() {
        return Optional.of("org.kunitjvm");
    }

    @Override
    public Optional<String> getArtifactId() {
        return Optional.of("kunit");
    }

    @Override
    public TestDescriptor discover(EngineDiscoveryRequest request, UniqueId uniqueId) {
        EngineDescriptor engine = new EngineDescriptor(uniqueId, "KUnit");
        RESOLVER.resolve(request, engine);
        selectWholeCases(request, engine);
        return engine;
    }

    /**
     * A case whose id was given runs with all of its parameters, even if one of them was selected before: the platform
     * does not ask the resolver again for a descriptor that it knows.
     */
    private static void selectWholeCases(EngineDiscoveryRequest request, EngineDescriptor engine) {
        for (UniqueIdSelector selector : request.getSelectorsByType(UniqueIdSelector.class)) {
            engine.findByUniqueId(selector.getUniqueId()).ifPresent(found -> found.accept(descriptor -> {
                if (descriptor instanceof CaseDescriptor testCase) {
                    testCase.selectAll();
                }
            }));
        }
    }

    @Override
    public void execute(ExecutionRequest request) {
        new EngineRun(request).run();
    }
}
