package org.kunitjvm.kernel.config;

import java.util.Map;
import java.util.TreeMap;

/**
 * The values behind {@link KernelConfig#defconfig()}; a test keeps them equal to what the project's Kconfig files give.
 */
final class DefaultConfig {
    static final KernelConfig CONFIG = KernelConfig.of(values());

    private DefaultConfig() {
    }

    private static Map<String, String> values() {
        Map<String, String> values = new TreeMap<>();
        for (String symbol : new String[] {
            "ARCH_SUPPORTS_MERMAP", "COMPACTION", "CONTIG_ALLOC", "DEBUG_ATOMIC_SLEEP", "DEBUG_PAGEALLOC",
            "DEBUG_PREEMPT", "FAILSLAB", "FAIL_PAGE_ALLOC", "FAULT_INJECTION", "KUNIT", "KUNIT_ALL_TESTS",
            "KUNIT_AUTORUN_ENABLED", "KUNIT_DEFAULT_ENABLED", "KUNIT_DEBUGFS", "LOCKDEP", "MEMORY_HOTPLUG",
            "MEMORY_HOTREMOVE", "MEMORY_ISOLATION", "MERMAP", "MIGRATION", "NUMA", "PAGE_ALLOC_UNMAPPED",
            "PAGE_POISONING", "PAGECACHE_NO_DIRECT_MAP", "PREEMPT", "PROVE_LOCKING", "SECRETMEM", "SMP",
            "TRANSPARENT_HUGEPAGE", "ZONE_DMA", "ZONE_DMA32"}) {
            values.put(symbol, "y");
        }
        values.put("HZ", "1000");
        values.put("NODES_SHIFT", "6");
        values.put("NR_CPUS", "64");
        return values;
    }
}
