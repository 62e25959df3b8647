package org.kunitjvm.mm.mermap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kernel.sched.RandomPolicy;

/** Which of the posted cases notices which difference between versions of the mermap. */
final class MermapVariantsTest {
    private static final List<String> POSTED_CASES = List.of("test_basic_alloc", "test_size", "test_multiple_allocs", "test_tlb_flushed");
    private static final int SEEDS = 50;

    @ParameterizedTest
    @Tag("M-142")
    @Tag("M-143")
    @Tag("M-144")
    @CsvSource(delimiter = '|', value = {
        "latest                        | ",
        "posted                        | ",
        "v2                            | ",
        "v1                            | test_multiple_allocs",
        "draft                         | test_multiple_allocs",
        "latest,four-slots             | test_multiple_allocs",
        "latest,sentinel-pte           | ",
        "latest,no-reserve-page        | test_size",
        "latest,no-flush-on-reuse      | ",
        "latest,ptes-kept-on-put       | ",
        "latest,pfn-plus-one           | test_multiple_allocs",
        "latest,flush-before-fit       | test_size",
    })
    void postedCasesNotice(String variant, String failing) {
        SuiteRun run = SuiteRun.of(MermapKunit.class, "mermap.variant=" + variant);
        assertEquals(POSTED_CASES, List.copyOf(run.results().keySet()), run.output());
        assertEquals(failing == null ? "" : failing, String.join(" ", run.failures()), run.output());
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
