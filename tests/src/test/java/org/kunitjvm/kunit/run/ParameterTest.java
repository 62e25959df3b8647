package org.kunitjvm.kunit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;

import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.printk.Printf;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitMode;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.Speed;

/** Parameters from every kind of source, under the rules of both modes. */
final class ParameterTest {
    @KunitSuite(value = "params", module = "mod", config = "KUNIT_PROBE_TEST")
    static final class Sources {
        private static final int[] INTS = {7, 8};
        private final List<String> words = List.of("a", "");

        Stream<Character> letters() {
            return Stream.of('x');
        }

        @Nullable Object count(@Nullable Object previous, StringBuilder desc) {
            int next = previous == null ? 1 : (Integer) previous + 1;
            desc.append("number ").append(next);
            return next > 2 ? null : next;
        }

        static String twice(int value) {
            return value + "" + value;
        }

        @KunitCase(params = "INTS")
        void ints(Kunit test, int value) {
            KUNIT_EXPECT_EQ(test, value, test.paramIndex() + (test.parent() == null ? 7 : 6));
        }

        @KunitCase(params = "INTS", desc = "twice", speed = Speed.SLOW)
        void described(Kunit test, int value) {
            test.info("%d", value);
        }

        @KunitCase(params = "INTS", desc = KunitCase.NO_DESC)
        void nameless(Kunit test) {
        }

        @KunitCase(params = "words")
        void strings(Kunit test, String word) {
        }

        @KunitCase(params = "letters")
        void streamed(Kunit test, char letter) {
        }

        @KunitCase(params = "count")
        void generated(Kunit test, int value) {
            test.addAction(t -> t.info("freed"), test);
        }
    }

    @Test
    @Tag("K-001")
    @Tag("K-002")
    @Tag("K-036")
    void linux612() {
        assertEquals(List.of(
            "    1..6",
            "        KTAP version 1", "        # Subtest: ints", "        ok 1 7", "        ok 2 8",
            "    # ints: pass:2 fail:0 skip:0 total:2", "    ok 1 ints",
            "        KTAP version 1", "        # Subtest: described", "    # described: 7", "        ok 1 77",
                "    # described: 8",
            "        ok 2 88", "    # described.speed: slow", "    # described: pass:2 fail:0 skip:0 total:2",
                "    ok 2 described",
            "        KTAP version 1", "        # Subtest: nameless", "        ok 1 param-0", "        ok 2 param-1",
            "    # nameless: pass:2 fail:0 skip:0 total:2", "    ok 3 nameless",
            "        KTAP version 1", "        # Subtest: strings", "        ok 1 a", "        ok 2 param-1",
            "    # strings: pass:2 fail:0 skip:0 total:2", "    ok 4 strings",
            "        KTAP version 1", "        # Subtest: streamed", "        ok 1 x", "    ok 5 streamed",
            "        KTAP version 1", "        # Subtest: generated", "    # generated: freed", "        ok 1 number 1",
            "    # generated: freed", "        ok 2 number 2", "    # generated: pass:2 fail:0 skip:0 total:2",
                "    ok 6 generated",
            "# params: pass:6 fail:0 skip:0 total:6", "# Totals: pass:11 fail:0 skip:0 total:11", "ok 1 params"),
            Runs.of(Sources.class).run().lines().stream().skip(5).toList());
    }

    @Test
    @Tag("K-036")
    @Tag("K-037")
    void linux7PlansArraysAndCountsFromOne() {
        List<String> lines = Runs.of(Sources.class).with(o -> o.withMode(KunitMode.V7)).run().lines();
        int nameless = lines.indexOf("        # Subtest: nameless");
        assertEquals(List.of("        1..2", "        ok 1 param-1", "        ok 2 param-2"), lines.subList(nameless
            + 1, nameless + 4));
        int generated = lines.indexOf("        # Subtest: generated");
        assertEquals("    # generated: freed", lines.get(generated + 1));
        assertTrue(lines.contains("ok 1 params"), String.join("\n", lines));
    }

    @KunitSuite(value = "parents", module = "mod", config = "KUNIT_PROBE_TEST")
    static final class Parents {
        int open(Kunit parent) {
            parent.info("open %d", parent.parent() == null ? 1 : 0);
            parent.addAction(t -> t.info("parent freed"), parent);
            parent.registerParams(new int[] {5});
            return 0;
        }

        void close(Kunit parent) {
            parent.info("close");
        }

        int refuse(Kunit parent) {
            return -Errno.ENOMEM.number();
        }

        @KunitCase(params = KunitCase.REGISTERED, paramInit = "open", paramExit = "close")
        void registered(Kunit test, int value) {
            test.info("value %d of %s", value, test.parent().name());
            test.addAction(t -> t.info("child freed"), test);
        }

        @KunitCase(params = KunitCase.REGISTERED, paramInit = "refuse")
        void refused(Kunit test, int value) {
        }
    }

    @Test
    @Tag("K-003")
    @Tag("K-038")
    void parentLivesAsLongAsTheCase() {
        Runs.Result result = Runs.of(Parents.class).with(o -> o.withMode(KunitMode.V7)).run();
        assertEquals(List.of(
            "    # registered: open 1",
            "        KTAP version 1", "        # Subtest: registered", "        1..1",
            "    # registered: value 5 of registered", "    # registered: child freed", "        ok 1 5",
            "    # registered: close", "    # registered: parent freed", "    ok 1 registered",
            "        # failed to initialize parent parameter test (-12)", "    not ok 2 refused"),
            result.lines().subList(6, 18));
    }

    @Test
    @Tag("K-003")
    void parentsAreRefusedIn612() {
        Runs.Result result = Runs.of(Parents.class).run();
        assertTrue(result.text().contains("paramInit and paramExit need a 7.x kernel"), result.text());
        assertTrue(result.lines().contains("    not ok 1 registered"), result.text());
    }

    @KunitSuite(value = "broken", module = "mod", config = "KUNIT_PROBE_TEST")
    static final class Broken {
        Object fails(@Nullable Object previous, StringBuilder desc) {
            if (previous != null) {
                throw new IllegalStateException("no more");
            }
            return 1;
        }

        Object none(@Nullable Object previous, StringBuilder desc) {
            return null;
        }

        @KunitCase(params = "fails")
        void dies(Kunit test) {
        }

        @KunitCase(params = "none")
        void empty(Kunit test) {
        }
    }

    @Test
    @Tag("K-039")
    void generatorThatDiesFailsItsCaseAndAnEmptyOneSkips() {
        Runs.Result result = Runs.of(Broken.class).run();
        assertTrue(result.lines()
            .contains("    # dies: parameter function died: java.lang.IllegalStateException: no more"), result.text());
        assertTrue(result.lines().contains("    not ok 1 dies"), result.text());
        assertTrue(result.lines().contains("    ok 2 empty # SKIP"), result.text());
        assertFalse(result.text().contains("Totals"), "one result is not worth a line: " + result.text());
    }

    @Test
    void descriptionIsCutTo127Bytes() {
        assertEquals("d".repeat(127), Printf.truncate("d".repeat(300), 127));
    }
}
