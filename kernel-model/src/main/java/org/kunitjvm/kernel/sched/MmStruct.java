package org.kunitjvm.kernel.sched;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.bug.KernelBug;

/**
 * An address space. Models {@code struct mm_struct}: the two reference counts, and a place where other parts of the
 * kernel keep what they know of it (page tables, areas, mermap state).
 *
 * <p>{@code mm_users} counts users of the address space; when it reaches 0 the address space is torn down.
 * {@code mm_count} counts references to the struct; all users together hold one.
 */
public final class MmStruct {
    private final int id;
    private final String owner;
    private final MmTable table;
    private final Map<Class<?>, Object> parts = new LinkedHashMap<>();
    private int mmUsers = 1;
    private int mmCount = 1;

    MmStruct(int id, String owner, MmTable table) {
        this.id = id;
        this.owner = owner;
        this.table = table;
    }

    /** Number of this address space in its kernel, from 1. */
    public int id() {
        return id;
    }

    /** Who made it, for leak reports. */
    public String owner() {
        return owner;
    }

    /** Users of the address space. */
    public int mmUsers() {
        return mmUsers;
    }

    /** References to the struct. */
    public int mmCount() {
        return mmCount;
    }

    /** Take a reference to the address space ({@code mmget}). */
    public void mmget() {
        if (mmUsers <= 0) {
            throw new KernelBug("mmget of %s: the address space is gone", this);
        }
        mmUsers++;
    }

    /** Drop a reference to the address space ({@code mmput}); the last one tears it down. */
    public void mmput() {
        if (mmUsers <= 0) {
            throw new KernelBug("mmput of %s: no user left", this);
        }
        if (--mmUsers == 0) {
            table.exitMmap(this);
            mmdrop();
        }
    }

    /** Take a reference to the struct ({@code mmgrab}). */
    public void mmgrab() {
        if (mmCount <= 0) {
            throw new KernelBug("mmgrab of %s: the struct was freed", this);
        }
        mmCount++;
    }

    /** Drop a reference to the struct ({@code mmdrop}); the last one frees it. */
    public void mmdrop() {
        if (mmCount <= 0) {
            throw new KernelBug("mmdrop of %s: the struct was freed", this);
        }
        if (--mmCount == 0) {
            table.free(this);
        }
    }

    /** Attach what a part of the kernel knows of this address space. */
    public <T> void attach(Class<T> type, T part) {
        parts.put(type, part);
    }

    /** What was attached under {@code type}, or {@code null}. */
    public <T> @Nullable T part(Class<T> type) {
        return type.cast(parts.get(type));
    }

    /** Take away what was attached under {@code type}. */
    public void detach(Class<?> type) {
        parts.remove(type);
    }

    @Override
    public String toString() {
        return "mm#" + id + " of " + owner + " users=" + mmUsers + " count=" + mmCount;
    }
}
