package org.kunitjvm.mm.vma;

/** A userfaultfd that areas are registered with. Only identity matters. Models {@code struct userfaultfd_ctx}. */
public final class UserfaultfdCtx {
    private final String name;
    private final boolean eventRemap;

    /** A context, named for messages, that does not follow areas that move. */
    public UserfaultfdCtx(String name) {
        this(name, false);
    }

    /** A context, with or without {@code UFFD_FEATURE_EVENT_REMAP}. */
    public UserfaultfdCtx(String name, boolean eventRemap) {
        this.name = name;
        this.eventRemap = eventRemap;
    }

    /** Whether it wants to be told of areas that move, and stays with them ({@code UFFD_FEATURE_EVENT_REMAP}). */
    public boolean followsMoves() {
        return eventRemap;
    }

    @Override
    public String toString() {
        return name;
    }
}
