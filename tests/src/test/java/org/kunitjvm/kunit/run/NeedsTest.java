package org.kunitjvm.kunit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitNeeds;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.KunitSuiteInit;
import org.kunitjvm.kunit.Needs;
import org.kunitjvm.kunit.SuiteContext;

/** A test whose machine lacks something is skipped, with a reason that names both sides. */
final class NeedsTest {
    @KunitSuite(value = "needy", config = "KUNIT_PROBE_TEST")
    static final class Cases {
        private static final int[] TWO = {1, 2};

        @KunitCase
        @KunitNeeds(cpus = 1000)
        void wantsCpus(Kunit test) {
            test.info("never");
        }

        @KunitCase(params = "TWO")
        @KunitNeeds(memory = "1T")
        void wantsMemory(Kunit test, int value) {
            test.info("never %d", value);
        }

        @KunitCase
        @KunitNeeds(config = "KUNIT_NO_SUCH_THING")
        void wantsConfig(Kunit test) {
            test.info("never");
        }

        @KunitCase
        void findsOutLate(Kunit test) {
            test.info("before");
            test.need(Needs.NOTHING.withNodes(9));
            test.info("never");
        }

        @KunitCase
        @KunitNeeds(cpus = 1, nodes = 1, memory = "64M", config = "CONFIG_KUNIT")
        void hasEverything(Kunit test) {
            test.info("runs");
        }
    }

    @KunitSuite(value = "whole", config = "KUNIT_PROBE_TEST")
    @KunitNeeds(nodes = 2)
    static final class Whole {
        @KunitSuiteInit
        int init(SuiteContext suite) {
            suite.info("never");
            return -1;
        }

        @KunitCase
        void one(Kunit test) {
            test.info("never");
        }
    }

    @KunitSuite(value = "wrong", config = "KUNIT_PROBE_TEST")
    @KunitNeeds(memory = "much")
    static final class Wrong {
        @KunitCase
        void one(Kunit test) {
            test.info("never");
        }
    }

    @Test
    void caseIsSkippedWithTheReason() {
        Runs.Result run = Runs.of(Cases.class).config("KUNIT", "y").run();

        assertEquals("needs 1000 CPUs, the machine has " + run.kernels().getFirst().machine().cpus(),
            run.of("wants_cpus").comment());
        assertEquals("needs 1T of memory, the machine has 64M", run.of("wants_memory").comment());
        assertEquals("needs CONFIG_KUNIT_NO_SUCH_THING, the kernel is built without it",
            run.of("wants_config").comment());
        assertEquals("needs 9 nodes, the machine has 1", run.of("finds_out_late").comment());
        assertEquals(KunitStatus.SUCCESS, run.of("has_everything").status());
        assertTrue(run.text().contains("    ok 2 wants_memory # SKIP needs 1T of memory, the machine has 64M\n"),
            run.text());
        assertTrue(run.text().contains("runs") && run.text().contains("before"), run.text());
        assertFalse(run.text().contains("never"), run.text());
    }

    @Test
    void suiteIsSkippedWithoutBeingSetUp() {
        Runs.Result run = Runs.of(Whole.class).run();

        assertEquals(KunitStatus.SKIPPED, run.of("one").status());
        assertFalse(run.text().contains("never"), run.text());
        assertTrue(run.text().contains("    ok 1 one # SKIP needs 2 nodes, the machine has 1\n"), run.text());
    }

    @Test
    void needThatMakesNoSenseIsRefused() {
        assertTrue(assertThrows(SuiteLoadException.class, () -> Runs.of(Wrong.class)).getMessage()
            .contains("'much' is not a size"));
    }

    @Test
    void enoughIsEnough() {
        Kernel kernel = Kernel.builder().cpus(2).memory("1G").build();
        try {
            assertEquals(null, Needs.NOTHING.withCpus(2).withNodes(1).withMemory("1G").lackingOn(kernel));
            assertEquals("needs 3 CPUs, the machine has 2", Needs.NOTHING.withCpus(3).lackingOn(kernel));
        } finally {
            kernel.shutdown();
        }
    }
}
