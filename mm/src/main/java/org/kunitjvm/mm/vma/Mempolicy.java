package org.kunitjvm.mm.vma;

import java.util.Set;
import java.util.TreeSet;

/** A NUMA policy; equal if mode and nodes are equal, as {@code mpol_equal()} says. */
public record Mempolicy(Mode mode, Set<Integer> nodes) {
    /** {@code MPOL_*}. */
    public enum Mode {
        PREFERRED,
        BIND,
        INTERLEAVE,
        LOCAL,
        PREFERRED_MANY,
        WEIGHTED_INTERLEAVE
    }

    /** A policy for {@code nodes}. */
    public Mempolicy {
        nodes = java.util.Collections.unmodifiableSet(new TreeSet<>(nodes));
    }
}
