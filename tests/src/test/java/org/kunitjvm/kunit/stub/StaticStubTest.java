package org.kunitjvm.kunit.stub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.run.BootOptions;
import org.kunitjvm.kunit.run.KtapWriter;
import org.kunitjvm.kunit.run.KunitEvent;
import org.kunitjvm.kunit.run.KunitExecutor;
import org.kunitjvm.kunit.run.KunitOptions;
import org.kunitjvm.kunit.run.Runs;
import org.kunitjvm.kunit.run.StubReach;
import org.kunitjvm.kunit.run.SuiteLoader;
import org.kunitjvm.kunit.run.SuiteScanner;
import org.kunitjvm.kunit.run.TestSuite;

/** Stubs hold for one test and one thread, and misuse is told in the kernel's words. */
final class StaticStubTest {
    @Test
    @Tag("K-031")
    void stubsDoWhatTheyPromise() {
        Runs.Result result = Runs.of(StubSuites.Working.class, StubSuites.Indirect.class).run();
        assertEquals(9, result.only(KunitEvent.CaseFinished.class).size());
        result.only(KunitEvent.CaseFinished.class)
            .forEach(e -> assertEquals(KunitStatus.SUCCESS, e.result().status(), result.text()));
    }

    /** Defines the suites of this package itself, with their stubs woven in, as the classes of an archive have them. */
    private static final class WovenBefore extends ClassLoader {
        WovenBefore() {
            super(StaticStubTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            Class<?> known = findLoadedClass(name);
            if (known != null || !name.startsWith(StubSuites.class.getName())) {
                return known == null ? super.loadClass(name, resolve) : known;
            }
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = Objects.requireNonNull(in).readAllBytes();
                byte[] code = WeavingLoader.isMarked(bytes) ? WeavingLoader.weave(name, bytes, getParent()) : bytes;
                return defineClass(name, code, 0, code.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Test
    @Tag("K-031")
    void suitesThatWereWovenBeforeNeedNoLoaderOfTheirOwn() throws Exception {
        ClassLoader loader = new WovenBefore();
        String name = StubSuites.Working.class.getName();
        TestSuite suite = SuiteLoader.loadFound(loader, List.of(), List.of(
            new SuiteScanner.Found(name, "", "", false, 1000, StubReach.NONE, ""))).getFirst();

        assertSame(loader, suite.loader());
        Runs.Result result = Runs.of(suite).run();
        result.only(KunitEvent.CaseFinished.class)
            .forEach(e -> assertEquals(KunitStatus.SUCCESS, e.result().status(), result.text()));
        assertEquals(suite.cases().size(), result.only(KunitEvent.CaseFinished.class).size());
    }

    @Test
    @Tag("K-031")
    void methodsOfTheMemoryManagerCanBeReplaced() {
        StringBuilder out = new StringBuilder();
        BootOptions boot = new BootOptions(KernelConfig.defconfig(), "", Machine.pc(1, 64L << 20), null, null);
        KunitStatus status = new KunitExecutor(boot, KunitOptions.DEFAULT, KtapWriter.to(out))
            .run(SuiteLoader.loadAll(List.of(StubSuites.OfMm.class)));
        assertEquals(KunitStatus.SUCCESS, status, out.toString());
    }

    @Test
    @Tag("K-031")
    void misuseFailsTheCase() {
        String text = Runs.of(StubSuites.Wrong.class).run().text();
        assertTrue(text.contains("    # null_target: ASSERTION FAILED at tests/src/test/java/org/kunitjvm/kunit/stub/"
            + "StubSuites.java:"), text);
        assertTrue(text.contains("\nTried to activate a stub for function NULL\n"), text);
        assertTrue(text.contains("\nTried to deactivate a NULL stub.\n"), text);
        assertTrue(text.contains("\nTried to deactivate a nonexistent stub.\n"), text);
        assertTrue(text.contains("StubSuites$Target.plain cannot be stubbed: mark it @KunitStubbable"), text);
    }
}
