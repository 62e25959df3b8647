package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalTime;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.Speed;
import org.kunitjvm.kunit.run.KunitEvent;
import org.kunitjvm.kunit.run.Stats;
import org.kunitjvm.kunit.run.TestCase;
import org.kunitjvm.kunit.run.TestSuite;

/** What a run says while it says nothing. */
class HeartbeatTest {
    private static final long SECOND = 1_000_000_000L;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final TestSuite suite = TestSuite.named("s").cases();

    private Host host(String terminals, Map<String, String> environment, long nanos) {
        PrintStream out = new PrintStream(err, true, StandardCharsets.UTF_8);
        return new Host(Path.of("."), Path.of("."), environment, InputStream.nullInputStream(), out, out, terminals,
            "kunit", () -> nanos, () -> LocalTime.NOON, new Interrupt());
    }

    private static TestCase named(String name, Speed speed) {
        return TestCase.of(name, test -> { }).withSpeed(speed);
    }

    private void start(Heartbeat beat, TestCase test, long nanos) {
        beat.live(new KunitEvent.CaseStarted(0, suite, test, 1), nanos);
    }

    private void finish(Heartbeat beat, TestCase test, KunitStatus status) {
        beat.live(new KunitEvent.CaseFinished(0, suite, test, 1, new KunitEvent.Result(status, "", 0), Stats.NONE,
            false), 0);
    }

    @Test
    void lineCountsAndNamesWhatRunsWithItsAge() {
        try (Heartbeat beat = new Heartbeat(host("", Map.of(), 0))) {
            beat.total(5);
            start(beat, named("one", Speed.UNSET), 0);
            finish(beat, named("one", Speed.UNSET), KunitStatus.FAILURE);
            start(beat, named("two", Speed.UNSET), SECOND);
            start(beat, named("three", Speed.UNSET), 2 * SECOND);

            assertEquals("1 of 5 tests done, 1 failed, running s.two (3 s), s.three (2 s)", beat.text(4 * SECOND));
        }
    }

    @Test
    void slowCaseIsMarkedOnceWhenItPassesItsThreshold() {
        try (Heartbeat beat = new Heartbeat(host("", Map.of(), 0))) {
            start(beat, named("usual", Speed.UNSET), 0);
            start(beat, named("slow", Speed.SLOW), 0);

            beat.sayWhatIsSlow(2 * SECOND - 1);
            assertEquals("", err.toString(StandardCharsets.UTF_8));
            beat.sayWhatIsSlow(2 * SECOND);
            beat.sayWhatIsSlow(3 * SECOND);
            assertEquals("kunit: slow: s.usual has been running for 2 s\n", err.toString(StandardCharsets.UTF_8));
            beat.sayWhatIsSlow(6 * SECOND);
            assertTrue(err.toString(StandardCharsets.UTF_8)
                .endsWith("\nkunit: slow: s.slow has been running for 6 s\n"));
            assertTrue(beat.text(6 * SECOND).contains("s.usual (6 s, slow)"));
        }
    }

    @Test
    @Timeout(20)
    void lineOnATerminalIsRedrawnAndNeverWraps() throws InterruptedException {
        try (Heartbeat beat = new Heartbeat(host("2", Map.of("COLUMNS", "30"), 0))) {
            start(beat, named("a_case_with_a_rather_long_name", Speed.UNSET), 0);
            beat.start();
            while (err.size() < 70) {
                Thread.sleep(20);
            }
        }
        String line = "\r\u001b[Kkunit: 0 of 0 tests done, run";
        assertTrue(err.toString(StandardCharsets.UTF_8).startsWith(line + line), err.toString(StandardCharsets.UTF_8));
        assertTrue(err.toString(StandardCharsets.UTF_8).endsWith("\r\u001b[K"), "erased at the end");
    }
}
