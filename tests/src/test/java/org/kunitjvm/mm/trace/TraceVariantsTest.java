package org.kunitjvm.mm.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.mm.alloc.FallbackVariant;

/** The format of recordings permits more than the recordings here have; made from these, each variant is replayed. */
final class TraceVariantsTest {
    private static final Pattern POINTER = Pattern.compile("page=([0-9a-f]{16}) pfn=0x([0-9a-f]+)");

    private static String text(String name) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(
                Path.of("src/test/resources/org/kunitjvm/mm/trace", name + ".trace.gz")))) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static TraceResult replay(String text, TraceReplay.Options options) throws IOException {
        return TraceReplay.replay(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)), options);
    }

    private static void assertExact(String text) throws IOException {
        TraceResult result = replay(text, new TraceReplay.Options());
        assertEquals("", result.details());
        assertTrue(result.operations() > 10, "only " + result.operations() + " operations");
    }

    private static String replaceOnce(String text, String from, String to) {
        assertTrue(text.contains(from), "there is no '" + from + "'");
        return text.replaceFirst(Pattern.quote(from), Matcher.quoteReplacement(to));
    }

    @Test
    void linesMayEndAsOnOtherSystems() throws IOException {
        assertExact(text("PCs.seedA").replace("\n", "\r\n"));
    }

    // ---------------------------------------------------------------- pointers

    private static String withPointers(String text, LongFunction<String> pointer) {
        return POINTER.matcher(text).replaceAll(hit -> {
            long pfn = Long.parseLong(hit.group(2), 16);
            return "page=" + (pfn == 0 ? hit.group(1) : pointer.apply(pfn)) + " pfn=0x" + hit.group(2);
        });
    }

    private static String hash(long pfn) {
        return String.format("%016x", pfn * 0x9e3779b1L & 0xffff_ffffL);
    }

    @Test
    @Tag("M-225")
    void hashedPointersAreTheSameForAPageAndForNoOther() throws IOException {
        String hashed = withPointers(text("E7s.seedA"), TraceVariantsTest::hash);
        assertExact(hashed);
        Matcher hit = POINTER.matcher(hashed);
        assertTrue(hit.find());
        String pfn = hit.group(2);
        int second = hashed.indexOf(" pfn=0x" + pfn + " ", hit.end());
        String changed = hashed.substring(0, second - 1) + (hashed.charAt(second - 1) == '0' ? '1' : '0')
            + hashed.substring(second);
        assertEquals(1, replay(changed, new TraceReplay.Options()).mismatches());
        TraceResult same = replay(withPointers(hashed, any -> hash(1)), new TraceReplay.Options());
        assertTrue(same.details().contains("(hash never seen)"), same.details());
    }

    @Test
    @Tag("M-225")
    void addressesMayBeginAnywhereInTheUpperHalf() throws IOException {
        assertExact(withPointers(text("E7s.seedA"), pfn -> String.format("%016x", 0xffffea0000000000L + pfn * 64)));
    }

    @Test
    void hashedPointersOfTheTraceFile() throws IOException {
        assertExact(withPointers(text("ECATn.seedA"), TraceVariantsTest::hash));
    }

    @Test
    void traceFileWhoseBufferOverflowedHasTheLatestEvents() throws IOException {
        String recorded = text("ECATn.seedA");
        int first = recorded.indexOf("\n|", recorded.indexOf("|#              | |"));
        int second = recorded.indexOf("\n|", first + 1);
        String shorter = recorded.substring(0, first) + recorded.substring(second);
        Matcher counts = Pattern.compile("entries-written: (\\d+)/(\\d+)").matcher(shorter);
        assertTrue(counts.find());
        int kept = Integer.parseInt(counts.group(1)) - 1;
        assertExact(replaceOnce(shorter, counts.group(), "entries-written: " + kept + "/" + counts.group(2)));
    }

    // ---------------------------------------------------------------- machines

    private static String withIdleCpu(String line) {
        if (line.startsWith("!CONST")) {
            return line.replace("nr_cpu_ids 2 online_cpus 2", "nr_cpu_ids 3 online_cpus 3");
        }
        if (Character.isDigit(line.charAt(0))) {
            int end = line.lastIndexOf('|');
            return line.substring(0, end) + "| 0 210 0 0 2 0 0 " + line.substring(end);
        }
        return line;
    }

    @Test
    @Tag("M-083")
    void machineMayHaveThreeCpus() throws IOException {
        String idle = """
            !CPU 2 node 0 diff 0 expire 0 stat_threshold 4
            !PCP count 0 high 210 high_min 210 high_max 3968 batch 7 flags 2 alloc_factor 0 free_count 0
            !PCPLISTS 0 0 0 0 0 0 0 0 0 0 0 0 0 0
            !BUDDYINFO""";
        String recorded = text("S2s-b.seedA").lines().map(TraceVariantsTest::withIdleCpu)
            .collect(Collectors.joining("\n", "", "\n")).replace("!BUDDYINFO", idle);
        assertExact(recorded);
        String column = "| 0 210 0 0 2 0 0 |";
        int last = recorded.lastIndexOf(column);
        TraceResult result = replay(recorded.substring(0, last) + column.replace("210", "211")
            + recorded.substring(last + column.length()), new TraceReplay.Options());
        assertEquals(1, result.mismatches(), result.details());
    }

    @Test
    @Tag("M-002")
    void kernelMayHaveCma() throws IOException {
        String recorded = replaceOnce(text("PCs.seedA"), "migrate_types 5", "migrate_types 6");
        TraceResult result = replay(recorded, new TraceReplay.Options());
        assertTrue(result.details().contains("pagetypeinfo"), "the text has lines for CMA then: " + result.details());
        assertExact(replaceOnce(text("E7s.seedA"), "migrate_types 5", "migrate_types 6"));
    }

    @Test
    void kernelOfAnotherShapeIsRefused() throws IOException {
        TraceFormatException e = assertThrows(TraceFormatException.class,
            () -> replay(replaceOnce(text("E7s.seedA"), "pageblock_order 9", "pageblock_order 10"),
                new TraceReplay.Options()));
        assertTrue(e.getMessage().startsWith("pageblock_order is 10; only kernels where it is 9 are modelled: !CONST"),
            e.getMessage());
    }

    // ---------------------------------------------------------------- fallback rules

    @Test
    @Tag("M-042")
    void releaseDecidesOnTheFallbackRulesUnlessTheyAreGiven() throws IOException {
        String later = text("T5s.seedA");
        String early = replaceOnce(later, " trace, 6.12.117 ", " trace, 6.12.0 ");
        assertExact(later);
        TraceResult asEarly = replay(early, new TraceReplay.Options());
        assertTrue(asEarly.mismatches() > 0, "F0 takes other pages than were recorded with F1");
        assertEquals(asEarly.details(), replay(later, new TraceReplay.Options().fallback(FallbackVariant.F0))
            .details());
        assertEquals("", replay(early, new TraceReplay.Options().fallback(FallbackVariant.F1)).details());
    }

    // ---------------------------------------------------------------- dumps

    @Test
    void dumpThatContradictsItselfIsRefused() throws IOException {
        String recorded = text("E7s.seedA");
        int list = recorded.indexOf("!P ");
        int blank = recorded.indexOf(' ', list + 3);
        String once = recorded.substring(0, list + 3) + recorded.substring(blank + 1);
        assertRefused(once, " frames, not ");
        String pfn = recorded.substring(list + 3, blank);
        assertRefused(recorded.substring(0, list + 3) + pfn + " " + pfn
            + recorded.substring(recorded.indexOf(' ', blank + 1)), "has page " + pfn + " on a list of order 10");
        assertRefused(recorded.substring(0, list + 3) + (Long.parseLong(pfn) + 1) + recorded.substring(blank),
            "where it cannot be");
        assertRefused(recorded.replaceFirst("!STAT op 0 free_exact \\d+", "!STAT op 0 free_exact 1"),
            "contradicts itself: free_exact: recorded 1, model ");
    }

    private static void assertRefused(String text, String message) {
        TraceFormatException e =
            assertThrows(TraceFormatException.class, () -> replay(text, new TraceReplay.Options()));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void operationOnAPageOfNoZoneIsRefused() throws IOException {
        String recorded = text("T6n-order10");
        Matcher line = Pattern.compile("\n7 A 10 \\S+ \\S+").matcher(recorded);
        assertTrue(line.find());
        assertRefused(line.replaceFirst("\n7 F 10 - 5"), "names page 5, which is in none of the recorded zones");
        assertRefused(line.replaceFirst("\n7 I - - 1050624"), "operation 7 is about -1 pages");
        assertRefused(line.replaceFirst("\n7 K 99999999 cc0 1050624"), "operation 7 is about 99999999 pages");
    }
}
