package org.kunitjvm.mm.vma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kunit.run.KtapWriter;
import org.kunitjvm.kunit.run.KunitExecutor;
import org.kunitjvm.kunit.run.KunitOptions;
import org.kunitjvm.kunit.run.SuiteLoader;

/** The KUnit suites of the VMA core pass, and hold every case of the posted suites under its name. */
final class VmaSuitesTest {
    static String run(Class<?> suite) {
        StringBuilder out = new StringBuilder();
        KunitExecutor executor = new KunitExecutor(
            (console, platform) -> Kernel.builder().memory("64M").initcalls(List.of(new VmaInitcall())).console(console)
                .platformThreads(platform).build(),
            KunitOptions.DEFAULT.withShutdown("halt"), KtapWriter.to(out));
        executor.run(SuiteLoader.loadAll(List.of(suite)));
        return out.toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "VmaMergeKunit|simple_merge merge_new merge_special_flags merge_with_close merge_new_with_close merge_existing"
            + " anon_vma_non_mergeable dup_anon_vma vmi_prealloc_fail merge_extend copy_vma expand_only_mode",
        "VmaModifyKunit|simple_modify simple_expand simple_shrink",
        "VmaSplitKunit|may_split_can_refuse",
        "VmaMmapKunit|mmap_region_basic",
        "VmaFlagsKunit|vma_flags_unchanged vma_flags_cleared vma_flags_word vma_flags_test vma_flags_test_any vma_flags_clear"
            + " vma_flags_empty vma_flags_diff vma_flags_and"})
    @Tag("M-160")
    @Tag("M-161")
    @Tag("M-162")
    @Tag("M-163")
    @Tag("M-164")
    @Tag("M-165")
    @Tag("M-167")
    @Tag("M-175")
    @Tag("M-176")
    void everyCasePassesUnderItsPostedName(String suite, String postedCases) throws ClassNotFoundException {
        String ktap = run(Class.forName("org.kunitjvm.mm.vma." + suite));
        assertFalse(ktap.contains("not ok"), ktap);
        for (String name : postedCases.split(" ")) {
            assertTrue(ktap.lines().anyMatch(line -> line.strip().matches("ok \\d+ " + name)), name + " in\n" + ktap);
        }
        assertEquals(1, ktap.lines().filter(line -> line.startsWith("ok ")).count(), ktap);
    }
}
