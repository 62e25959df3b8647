package org.kunitjvm.kunit.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kunit.ktap.LineSource;
import org.kunitjvm.kunit.report.KtapConsumer.Options;

/** A result is printed before the next line is asked for: a person watches the kernel run. */
class StreamingTest {
    private final List<String> printed = new ArrayList<>();
    private final KtapConsumer consumer = new KtapConsumer(Options.PLAIN, printed::add, () -> ToolRun.NOW);

    private String after(String line) {
        consumer.accept(line);
        return printed.isEmpty() ? "" : printed.getLast().substring(ToolRun.STAMP.length());
    }

    @Test
    void eachLineIsAnsweredAtOnce() {
        assertEquals(ToolRun.DIVIDER, after("[ 0.1] KTAP version 1"));
        assertEquals(ToolRun.DIVIDER, after("[ 0.1] 1..1"));
        assertEquals(ToolRun.DIVIDER, after("[ 0.1] KTAP version 1"));
        assertEquals(ToolRun.DIVIDER, after("[ 0.1] # Subtest: s"));
        assertEquals("====================== s (2 subtests) ======================", after("[ 0.1] 1..2"));
        assertEquals("[PASSED] a", after("[ 0.1] ok 1 a"));
        assertEquals("[PASSED] a", after("[ 0.1] # b: log"));
        assertEquals("[FAILED] b", after("[ 0.1] not ok 2 b"));
        assertEquals("Testing complete. Ran 2 tests: passed: 1, failed: 1", after("[ 0.1] not ok 1 s"));
        assertFalse(consumer.accept("[ 0.1] ok 2 t"), "nothing more can matter");
        int lines = printed.size();
        assertEquals(1, consumer.end().parseExit());
        assertEquals(lines, printed.size(), "the end adds nothing");
    }

    @Test
    void startPrintsTheDividerOnceSoThatTheCommandStandsBelowIt() {
        consumer.start();
        consumer.printer().plain("Running tests with:");
        consumer.accept("KTAP version 1");
        consumer.end();

        assertEquals(ToolRun.STAMP + ToolRun.DIVIDER, printed.getFirst());
        assertEquals("Running tests with:", printed.get(1));
        assertEquals(2, printed.stream().filter(line -> line.endsWith(ToolRun.DIVIDER)).count());
    }

    @Test
    void drainStopsAskingWhenThePlanIsFulfilled() throws IOException {
        Iterator<String> lines = List.of("KTAP version 1", "1..1", "ok 1 a", "never read").iterator();

        Outcome outcome = consumer.drain(LineSource.of(lines));

        assertEquals(0, outcome.parseExit());
        assertEquals("never read", lines.next());
    }

    @Test
    void textWithLineEndsInsideCountsAsSeveralLines() {
        consumer.accept("KTAP version 1\n1..2\nok 1 a");
        consumer.accept("two\nlines\nnot ok 2 b");

        assertEquals(List.of("[PASSED] a", "two", "lines", "[FAILED] b", ToolRun.DIVIDER),
                printed.stream().map(line -> line.substring(ToolRun.STAMP.length())).toList().subList(1, 6));
    }
}
