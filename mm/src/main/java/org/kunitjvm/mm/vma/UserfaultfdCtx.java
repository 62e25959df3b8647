package org.kunitjvm.mm.vma;

/** A userfaultfd that areas are registered with. Only identity matters. Models {@code struct userfaultfd_ctx}. */
public final class UserfaultfdCtx {
    private final String name;

    /** A context, named for messages. */
    public UserfaultfdCtx(String name) {
        this.name = name;
    }

    @Override
    public String toString() {
        return name;
    }
}
