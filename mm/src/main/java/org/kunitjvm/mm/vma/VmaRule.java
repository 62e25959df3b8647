package org.kunitjvm.mm.vma;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** A difference between kernel versions that user space can see, and the version that brought it. */
public enum VmaRule {
    /**
     * {@code MADV_GUARD_INSTALL} and {@code MADV_GUARD_REMOVE} exist, for anonymous private memory that is or may
     * become writable.
     */
    GUARD_REGIONS(6, 13, "madvise installs guard regions"),
    /** Guard regions may also lie in files and in memory that cannot become writable. */
    GUARD_REGIONS_IN_FILES(6, 15, "guard regions in files and in read-only memory"),
    /**
     * A locked area that is moved with MREMAP_DONTUNMAP is counted as locked where it goes and where it was, though
     * only one is.
     */
    MREMAP_DONTUNMAP_COUNTS_LOCKED_TWICE(6, 15, "mremap with DONTUNMAP counts locked pages twice"),
    /**
     * A range with an anon_vma may merge with a neighbour that has none, unless the owner of the anon_vma came by fork.
     */
    MERGE_FAULTED_WITH_UNFAULTED(6, 16, "a faulted range merges with an unfaulted neighbour"),
    /** mremap looks at all its parameters before it looks for the area, and an absurd new length is EINVAL. */
    MREMAP_CHECKS_PARAMETERS_FIRST(6, 17, "mremap checks its parameters before it looks up the area"),
    /** A FIXED mremap that keeps the length moves every area in the range. */
    MREMAP_MOVES_MANY(6, 17, "mremap moves many areas at once when the length stays"),
    /** What a flag in VM_STICKY says of one range holds for all that it merges with. */
    MERGE_KEEPS_STICKY_FLAGS(6, 19, "a merge keeps the sticky flags of all that take part");

    private final int major;
    private final int minor;
    private final String text;

    VmaRule(int major, int minor, String text) {
        this.major = major;
        this.minor = minor;
        this.text = text;
    }

    /** The rules that hold in {@code version}. */
    public static Set<VmaRule> of(KernelVersion version) {
        Set<VmaRule> rules = EnumSet.noneOf(VmaRule.class);
        for (VmaRule rule : values()) {
            if (version.isAtLeast(rule.major, rule.minor)) {
                rules.add(rule);
            }
        }
        return Collections.unmodifiableSet(rules);
    }

    /** The first version with the rule, and what it says. */
    public String describe() {
        return "since " + major + "." + minor + ": " + text;
    }
}
