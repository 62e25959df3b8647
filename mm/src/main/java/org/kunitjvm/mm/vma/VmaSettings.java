package org.kunitjvm.mm.vma;

/**
 * What of its surroundings the VMA layer depends on: version, limits, privileges, layout.
 *
 * @param version the kernel to behave as
 * @param maxMapCount {@code vm.max_map_count}
 * @param taskSize first address that is not the task's
 * @param mmapBase where the top-down search starts
 * @param mmapMinAddr {@code vm.mmap_min_addr}
 * @param thp whether CONFIG_TRANSPARENT_HUGEPAGE is on
 * @param softDirty whether CONFIG_MEM_SOFT_DIRTY is on
 * @param capIpcLock whether the task may lock memory without limit
 * @param rlimits resource limits
 */
public record VmaSettings(KernelVersion version, int maxMapCount, long taskSize, long mmapBase, long mmapMinAddr,
    boolean thp, boolean softDirty, boolean capIpcLock, Rlimits rlimits) {
    /** {@code DEFAULT_MAX_MAP_COUNT}. */
    public static final int DEFAULT_MAX_MAP_COUNT = 65530;
    /** {@code TASK_SIZE} with 4-level page tables. */
    public static final long TASK_SIZE = (1L << 47) - Mman.PAGE_SIZE;
    /** Where a task without address randomisation and with an 8 MiB stack limit starts to map. */
    public static final long MMAP_BASE = 0x7fff_f7ff_f000L;

    /** The reference kernel with default limits and an unprivileged task. */
    public static final VmaSettings DEFAULT = new VmaSettings(KernelVersion.REFERENCE, DEFAULT_MAX_MAP_COUNT, TASK_SIZE,
        MMAP_BASE, 65536, true, true, false, Rlimits.DEFAULT);

    /**
     * Resource limits in bytes, and how much memory may be committed.
     *
     * @param as {@code RLIMIT_AS}
     * @param data {@code RLIMIT_DATA}
     * @param memlock {@code RLIMIT_MEMLOCK}
     * @param stack {@code RLIMIT_STACK}
     * @param commitPages pages that may be charged in one go (heuristic overcommit: memory plus swap)
     */
    public record Rlimits(long as, long data, long memlock, long stack, long commitPages) {
        /** {@code RLIM_INFINITY}. */
        public static final long INFINITY = Long.MAX_VALUE;
        /** What a login session has. */
        public static final Rlimits DEFAULT = new Rlimits(INFINITY, INFINITY, 8L << 20, 8L << 20, INFINITY);
    }

    /** Whether {@code rule} holds in the version. */
    public boolean has(VmaRule rule) {
        return VmaRule.of(version).contains(rule);
    }

    /** The same with another version. */
    public VmaSettings withVersion(KernelVersion newVersion) {
        return new VmaSettings(newVersion, maxMapCount, taskSize, mmapBase, mmapMinAddr, thp, softDirty, capIpcLock,
            rlimits);
    }

    /** The same with another {@code vm.max_map_count}. */
    public VmaSettings withMaxMapCount(int count) {
        return new VmaSettings(version, count, taskSize, mmapBase, mmapMinAddr, thp, softDirty, capIpcLock, rlimits);
    }

    /** The same with other limits. */
    public VmaSettings withRlimits(Rlimits newRlimits) {
        return new VmaSettings(version, maxMapCount, taskSize, mmapBase, mmapMinAddr, thp, softDirty, capIpcLock,
            newRlimits);
    }

    /** The same for a task that may or may not lock memory without limit. */
    public VmaSettings withCapIpcLock(boolean capable) {
        return new VmaSettings(version, maxMapCount, taskSize, mmapBase, mmapMinAddr, thp, softDirty, capable, rlimits);
    }

    /** The same with another start of the top-down search and lowest address. */
    public VmaSettings withLayout(long newMmapBase, long newMmapMinAddr) {
        return new VmaSettings(version, maxMapCount, taskSize, newMmapBase, newMmapMinAddr, thp, softDirty, capIpcLock,
            rlimits);
    }

    /** The same with CONFIG_TRANSPARENT_HUGEPAGE and CONFIG_MEM_SOFT_DIRTY as given. */
    public VmaSettings withConfig(boolean newThp, boolean newSoftDirty) {
        return new VmaSettings(version, maxMapCount, taskSize, mmapBase, mmapMinAddr, newThp, newSoftDirty, capIpcLock,
            rlimits);
    }
}
