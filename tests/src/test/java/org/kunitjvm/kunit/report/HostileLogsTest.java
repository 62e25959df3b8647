package org.kunitjvm.kunit.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kunit.ktap.KtapParser;
import org.kunitjvm.kunit.ktap.KtapParser.KeepLogs;
import org.kunitjvm.kunit.ktap.KunitRelease;
import org.kunitjvm.kunit.ktap.TestLog;
import org.kunitjvm.kunit.report.KtapConsumer.Options;
import org.kunitjvm.kunit.report.KtapConsumer.Show;
import org.kunitjvm.kunit.report.Recorded.ParseCase;
import org.kunitjvm.kunit.report.PrettyPrinter.Screen;

/** Whatever the log, the tool comes to an end, says something sensible and holds only so much. */
class HostileLogsTest {
    /** Counts what is written and forgets it. */
    private static final class Counter extends Writer {
        private long chars;

        @Override
        public void write(char[] text, int from, int length) {
            chars += length;
        }

        @Override
        public void flush() {
        }

        @Override
        public void close() {
        }
    }

    private static Outcome feed(Options options, Iterable<String> lines, List<String> lastPrinted) {
        KtapConsumer consumer = new KtapConsumer(options, line -> {
            if (lastPrinted.size() == 3) {
                lastPrinted.removeFirst();
            }
            lastPrinted.add(line);
        }, () -> ToolRun.NOW);
        for (String line : lines) {
            consumer.accept(line);
        }
        return consumer.end();
    }

    @Test
    void hundredThousandNestedHeadersGiveACleanResult() throws IOException {
        List<String> log = new ArrayList<>(List.of("KTAP version 1"));
        for (int i = 0; i < 100_000; i++) {
            log.add("# Subtest: s" + i);
        }
        List<String> last = new ArrayList<>();

        Outcome outcome = feed(Options.PLAIN, log, last);

        assertEquals(1, outcome.parseExit());
        assertEquals("Ran 1 tests: crashed: 1, errors: 100001", outcome.root().counts().toString());
        assertEquals(ToolRun.STAMP + "Testing complete. Ran 1 tests: crashed: 1, errors: 100001", last.getLast());
        Counter json = new Counter();
        new JsonReport(KunitRelease.V6_12, RunMetadata.UNKNOWN).write(outcome.root(), json);
        assertTrue(json.chars > 10_000_000 && json.chars < 400_000_000, "JSON of " + json.chars + " characters");
        Counter xml = new Counter();
        new JunitXmlReport(CaseDetails.NONE).write(outcome.root(), xml);
        assertTrue(xml.chars > 50_000 && xml.chars < 10_000_000, "XML of " + xml.chars + " characters");
    }

    @Test
    void deepNestingThatClosesProperlyPasses() {
        List<String> log = new ArrayList<>(List.of("KTAP version 1", "1..1"));
        int depth = 50_000;
        for (int i = 0; i < depth; i++) {
            log.addAll(List.of("KTAP version 1", "# Subtest: s" + i, "1..1"));
        }
        log.add("ok 1 leaf");
        for (int i = depth - 1; i >= 0; i--) {
            log.add("ok 1 s" + i);
        }

        Outcome outcome = feed(Options.PLAIN, log, new ArrayList<>());

        assertEquals("Ran 1 tests: passed: 1", outcome.root().counts().toString());
        assertEquals(0, outcome.parseExit());
    }

    @Test
    void nestingBeyondTheLimitIsOneError() {
        List<String> log = new ArrayList<>(List.of("KTAP version 1"));
        for (int i = 0; i < KtapParser.MAX_DEPTH + 1000; i++) {
            log.add("# Subtest: s");
        }
        List<String> errors = new ArrayList<>();
        KtapConsumer consumer = new KtapConsumer(Options.PLAIN, line -> {
            if (line.contains("nested deeper")) {
                errors.add(line);
            }
        }, () -> ToolRun.NOW);
        log.forEach(consumer::accept);

        assertEquals(1, consumer.end().parseExit());
        assertEquals(1, errors.size(), errors.toString());
    }

    @Test
    void absurdPlanIsCountedNotPrintedForEver() {
        List<String> last = new ArrayList<>();
        Outcome outcome = assertTimeoutPreemptively(Duration.ofSeconds(30), () -> feed(Options.PLAIN,
                List.of("KTAP version 1", "1..99999999999999999999999", "# Subtest: s", "1..1000000000000", "ok 1 a",
                "ok 1 s"), last));

        assertEquals(1, outcome.parseExit());
        assertEquals(1, outcome.root().counts().passed());
        assertTrue(outcome.root().counts().crashed() > 1_000_000_000_000L);
        assertTrue(outcome.root().counts().errors() >= outcome.root().counts().crashed());
        assertTrue(outcome.root().subtests().size() <= KtapParser.MAX_FILLED + 1);
    }

    @Test
    void endlessLogOfOneTestIsCutAndCounted() {
        List<String> printed = new ArrayList<>();
        KtapConsumer consumer = new KtapConsumer(Options.PLAIN, printed::add, () -> ToolRun.NOW);
        consumer.accept("KTAP version 1");
        consumer.accept("1..1");
        String line = "x".repeat(1000);
        for (int i = 0; i < 50_000; i++) {
            consumer.accept(line);
        }
        consumer.accept("not ok 1 a");
        consumer.end();

        long kept = printed.stream().filter(text -> text.endsWith(line)).count();
        assertEquals(TestLog.MAX_UNITS / 1064, kept);
        assertTrue(printed.contains(ToolRun.STAMP + "(" + (50_000 - kept) + " more lines of this log were not kept)"));
    }

    @Test
    void logsOfManyFailedTestsDoNotAddUp() {
        KtapConsumer consumer = new KtapConsumer(new Options(KunitRelease.V6_12, Screen.NONE, Show.ALL, KeepLogs.ALL),
            line -> { },
                () -> ToolRun.NOW);
        consumer.accept("KTAP version 1");
        String line = "y".repeat(4000);
        for (int test = 1; test <= 400; test++) {
            for (int i = 0; i < 100; i++) {
                consumer.accept(line);
            }
            consumer.accept("not ok " + test + " t");
        }
        long kept = consumer.end().root().subtests().stream().mapToLong(test -> test.log().lines().size()).sum();

        assertTrue(kept * 4064 <= KtapParser.LOG_UNITS, kept + " lines kept");
        assertTrue(kept * 4064 > KtapParser.LOG_UNITS / 2, kept + " lines kept");
    }

    @Test
    void treeStopsGrowingAndCountingGoesOn() {
        KtapConsumer consumer = new KtapConsumer(Options.PLAIN, line -> { }, () -> ToolRun.NOW);
        consumer.accept("KTAP version 1");
        String name = "n".repeat(1_000_000);
        for (int i = 1; i <= 300; i++) {
            consumer.accept("ok " + i + " " + name);
        }
        Outcome outcome = consumer.end();

        assertEquals(300, outcome.root().counts().passed());
        assertEquals(300, outcome.root().subtests().size() + outcome.root().omittedSubtests());
        assertEquals(KtapParser.TREE_UNITS / 1_000_128, outcome.root().subtests().size());
    }

    /** 100,000 recorded logs, each damaged in a few places: no exception, no hang, nothing a terminal would obey. */
    @Test
    void damagedLogsNeverBreakTheTool() {
        long seed = Long.getLong("kunit.fuzz.seed", 20_260_101L);
        System.out.println("parser fuzz: seed " + seed + ", 100000 logs");
        SplittableRandom random = new SplittableRandom(seed);
        List<List<String>> logs = Recorded.parseCases().stream().map(ParseCase::input).filter(log -> log.length() < 600)
                .map(log -> log.lines().toList()).toList();
        assertTrue(logs.size() > 50, "too few short logs");
        KunitRelease[] releases = KunitRelease.values();
        long[] lines = {0};
        for (int i = 0; i < 100_000; i++) {
            List<String> log = damaged(logs.get(random.nextInt(logs.size())), random);
            int round = i;
            KtapConsumer consumer = new KtapConsumer(
                    new Options(releases[random.nextInt(releases.length)], Screen.COLOUR, Show.ALL, KeepLogs.FAILED),
                    line -> {
                        lines[0]++;
                        assertFalse(obeyed(line), () -> "seed " + seed + " log " + round + ": " + line + "\n"
                            + String.join("\n", log));
                    }, () -> ToolRun.NOW);
            try {
                log.forEach(consumer::accept);
                Outcome outcome = consumer.end();
                assertTrue(outcome.abort() == null || outcome.parseExit() == 1, "an aborted parse failed");
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " log " + round + ":\n" + String.join("\n", log), e);
            }
        }
        assertTrue(lines[0] > 500_000, "seed " + seed + ": only " + lines[0] + " lines printed");
    }

    private static List<String> damaged(List<String> log, SplittableRandom random) {
        List<String> lines = new ArrayList<>(log);
        for (int n = random.nextInt(1, 6); n > 0 && !lines.isEmpty(); n--) {
            int at = random.nextInt(lines.size());
            switch (random.nextInt(7)) {
                case 0 -> lines.remove(at);
                case 1 -> lines.add(at, lines.get(random.nextInt(lines.size())));
                case 2 -> lines.subList(at, lines.size()).clear();
                case 3 -> lines.add(at, "1.." + random.nextInt(5));
                case 4 -> lines.add(at, random.nextBoolean() ? "KTAP version 1"
                    : "    # Subtest: suite" + random.nextInt(3));
                case 5 -> lines.set(at, withOneCharacter(lines.get(at), (char) random.nextInt(0x100), random));
                default -> lines.set(at, withOneCharacter(lines.get(at),
                    "# \t-1\u001b\u009b\r\u2028\ud800\u0007o".charAt(random.nextInt(12)),
                        random));
            }
        }
        return lines;
    }

    private static String withOneCharacter(String line, char c, SplittableRandom random) {
        int at = random.nextInt(line.length() + 1);
        return line.substring(0, at) + c + line.substring(at);
    }

    private static boolean obeyed(String line) {
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\033' && isOwnColour(line, i)) {
                continue;
            }
            boolean ownHint = c == '\n' && line.endsWith("to see any log messages.");
            if ((c < ' ' && c != '\t' && !ownHint) || (c >= 0x7f && c <= 0x9f)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOwnColour(String line, int at) {
        return line.startsWith("[0;0m", at + 1) || line.startsWith("[1;31m", at + 1)
            || line.startsWith("[1;32m", at + 1)
                || line.startsWith("[1;33m", at + 1);
    }
}
