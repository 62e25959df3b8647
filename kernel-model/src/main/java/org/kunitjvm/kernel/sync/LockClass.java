package org.kunitjvm.kernel.sync;

/**
 * What lockdep knows a lock by: all locks made at one place are one class.
 *
 * @param name as reports print it, such as {@code &zone->lock}
 * @param subclass nesting level, 0 for the outermost
 */
public record LockClass(String name, int subclass) {
    /** A class without nesting levels. */
    public LockClass(String name) {
        this(name, 0);
    }

    @Override
    public String toString() {
        return subclass == 0 ? name : name + "/" + subclass;
    }
}
