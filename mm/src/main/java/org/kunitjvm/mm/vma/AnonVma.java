package org.kunitjvm.mm.vma;

import org.jspecify.annotations.Nullable;

/**
 * The object through which the pages of a faulted private area find the areas that may map them. Only identity, the
 * tree of forks and the counts matter here. Models {@code struct anon_vma}, mm/rmap.c.
 */
public final class AnonVma {
    private final String label;
    private final @Nullable AnonVma parent;
    private int numChildren;
    private int numActiveVmas;
    private int links;
    private int clones;
    private int unlinks;

    AnonVma(String label, @Nullable AnonVma parent) {
        this.label = label;
        this.parent = parent;
        if (parent != null) {
            parent.numChildren++;
        }
    }

    /** The anon_vma of the area that this one's area was forked from, or {@code null}. */
    public @Nullable AnonVma parent() {
        return parent;
    }

    /** Areas whose {@code vm_area_struct.anon_vma} is this object. */
    public int numActiveVmas() {
        return numActiveVmas;
    }

    /** Chain entries that link an area to this object. */
    public int links() {
        return links;
    }

    /** How often an area got a link by cloning another area's chain; for tests. */
    public int clones() {
        return clones;
    }

    /** How often a link was taken away; for tests. */
    public int unlinks() {
        return unlinks;
    }

    int numChildren() {
        return numChildren;
    }

    void activate() {
        numActiveVmas++;
    }

    void deactivate() {
        numActiveVmas--;
    }

    void linked(boolean byClone) {
        links++;
        if (byClone) {
            clones++;
        }
    }

    void unlinked() {
        unlinks++;
        if (--links == 0 && parent != null) {
            parent.numChildren--;
        }
    }

    @Override
    public String toString() {
        return "anon_vma#" + label;
    }
}
