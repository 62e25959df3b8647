package org.kunitjvm.kernel.sync;

import org.jspecify.annotations.Nullable;

/**
 * What lockdep knows a lock by: all locks made at one place are one class. There is one object per class and kernel;
 * {@link Locks#lockClass} finds it. Models {@code struct lock_class}.
 */
public final class LockClass {
    private final String name;
    private final int subclass;
    private final int index;

    /** What lockdep has learnt of the class. */
    Lockdep.@Nullable Node node;

    LockClass(String name, int subclass, int index) {
        this.name = name;
        this.subclass = subclass;
        this.index = index;
    }

    /** Name as reports print it, such as {@code &zone->lock}. */
    public String name() {
        return name;
    }

    /** Nesting level, 0 for the outermost. */
    public int subclass() {
        return subclass;
    }

    /** Number of the class in its kernel, from 0. */
    int index() {
        return index;
    }

    @Override
    public String toString() {
        return subclass == 0 ? name : name + "/" + subclass;
    }
}
