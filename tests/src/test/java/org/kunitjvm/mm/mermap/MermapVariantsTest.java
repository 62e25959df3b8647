package org.kunitjvm.mm.mermap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.sched.RandomPolicy;

/**
 * Which case notices which difference between versions of the mermap: exactly what the table of {@code docs/mermap.md}
 * says. The table is written by hand from what each rule does; this runs every row.
 */
final class MermapVariantsTest {
    private static final Path TABLE = Path.of("..", "docs", "mermap.md");
    private static final List<String> POSTED_CASES = List.of("test_basic_alloc", "test_size", "test_multiple_allocs",
        "test_tlb_flushed");
    private static final String WITHOUT_THP = " (without THP)";
    private static final int COLUMNS = 4;
    private static final int SEEDS = 50;

    /**
     * One line of the table.
     *
     * @param variant what {@code mermap.variant} takes
     * @param thp whether the kernel has CONFIG_TRANSPARENT_HUGEPAGE
     * @param posted cases of the suite mermap that fail
     * @param own cases of the other suites that fail, {@code suite.case}
     */
    record Row(String variant, boolean thp, List<String> posted, List<String> own) {
        @Override
        public String toString() {
            return variant + (thp ? "" : WITHOUT_THP);
        }
    }

    static Stream<Row> rows() throws IOException {
        return Files.readAllLines(TABLE).stream().filter(line -> line.startsWith("| `")).map(MermapVariantsTest::row);
    }

    private static Row row(String line) {
        String[] cells = line.substring(1, line.lastIndexOf('|')).split("\\|", -1);
        assertEquals(COLUMNS, cells.length, line);
        String variant = cells[0].replace("`", "").strip();
        boolean thp = !variant.endsWith(WITHOUT_THP);
        return new Row(thp ? variant : variant.substring(0, variant.length() - WITHOUT_THP.length()), thp,
            cases(cells[2]), cases(cells[3]));
    }

    private static List<String> cases(String cell) {
        return cell.isBlank() ? List.of() : Stream.of(cell.split(",")).map(String::strip).toList();
    }

    @ParameterizedTest
    @MethodSource("rows")
    @Tag("M-142")
    @Tag("M-143")
    @Tag("M-144")
    void everyCaseSaysWhatTheTableSays(Row row) {
        KernelConfig config = KernelConfig.defconfig();
        KernelConfig used = row.thp() ? config : config.with("TRANSPARENT_HUGEPAGE", "n");
        String cmdline = "mermap.variant=" + row.variant();
        SuiteRun posted = SuiteRun.of(MermapKunit.class, cmdline, used);
        assertEquals(POSTED_CASES, List.copyOf(posted.results().keySet()), posted.output());
        assertEquals(row.posted(), posted.failures(), posted.output());
        List<String> failing = new ArrayList<>();
        StringBuilder output = new StringBuilder();
        addFailures("mermap_tlb", SuiteRun.of(MermapTlbKunit.class, cmdline, used), failing, output);
        addFailures("mermap_concurrency", SuiteRun.of(MermapConcurrencyKunit.class, cmdline, used), failing, output);
        addFailures("mermap_lifetime", SuiteRun.of(MermapLifetimeKunit.class, cmdline, used), failing, output);
        assertEquals(String.join(", ", row.own()), String.join(", ", failing), output.toString());
    }

    private static void addFailures(String suite, SuiteRun run, List<String> failing, StringBuilder output) {
        assertFalse(run.results().isEmpty(), run.output());
        run.failures().forEach(name -> failing.add(suite + "." + name));
        output.append(run.output());
    }

    @Test
    void tableHasEveryVersionAndEveryRuleAndEachRuleIsNoticed() throws IOException {
        List<Row> rows = rows().toList();
        List<String> variants = rows.stream().map(Row::variant).toList();
        MermapVariant.NAMED.forEach(version -> assertTrue(variants.contains(version.name()), version.name()));
        for (MermapRule rule : MermapRule.values()) {
            List<Row> alone = rows.stream().filter(row -> row.variant().equals("latest," + rule.text())).toList();
            assertFalse(alone.isEmpty(), rule.text());
            assertTrue(alone.stream().anyMatch(row -> !row.posted().isEmpty() || !row.own().isEmpty()),
                rule.text() + " is not noticed");
        }
    }

    @Test
    void passUnderRandomSchedulesAndSayTheSameForTheSameSeed() {
        for (long seed = 0; seed < SEEDS; seed++) {
            long policySeed = seed;
            SuiteRun run = SuiteRun.of(MermapKunit.class, "", "*", () -> new RandomPolicy(policySeed));
            assertEquals(List.of(), run.failures(), "seed " + seed + "\n" + run.output());
            assertFalse(run.output().contains("WARNING"), "seed " + seed + "\n" + run.output());
        }
        assertEquals(SuiteRun.of(MermapKunit.class, "", "*", () -> new RandomPolicy(1)).output(),
            SuiteRun.of(MermapKunit.class, "", "*", () -> new RandomPolicy(1)).output());
    }
}
