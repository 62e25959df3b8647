package org.kunitjvm.kunit.resource;

import org.jspecify.annotations.Nullable;

/**
 * One thing that a test owns. Its reference count starts at 1, which is the list's. Models {@code struct
 * kunit_resource}.
 */
public final class Resource {
    /** Sets a resource up when it is added. */
    @FunctionalInterface
    public interface Init {
        /** Set {@link Resource#data} from {@code context}; not 0 means that nothing is added. */
        int init(Resource resource, @Nullable Object context);
    }

    /** Gives back what a resource stands for; called when the last reference goes. */
    @FunctionalInterface
    public interface Free {
        /** Give it back. */
        void free(Resource resource);
    }

    /** Tells whether a resource is the wanted one. */
    @FunctionalInterface
    public interface Match {
        /** Whether {@code resource} is the one that {@code matchData} describes. */
        boolean matches(Resource resource, @Nullable Object matchData);
    }

    /** Matches by name ({@code kunit_resource_name_match}): both names are there and equal. */
    public static final Match BY_NAME = (resource, name) -> resource.name != null && resource.name.equals(name);

    private @Nullable Object data;
    private @Nullable String name;
    private @Nullable Free free;
    private int refcount;
    private boolean attached;
    private boolean quiet;

    /** A record that is not attached to any test yet. */
    public Resource() {
    }

    /** What it stands for. */
    public @Nullable Object data() {
        return data;
    }

    /** Set what it stands for; for {@link Init}. */
    public void setData(@Nullable Object newData) {
        data = newData;
    }

    /** Its name, or {@code null}. */
    public @Nullable String name() {
        return name;
    }

    /** Whether it is on a list. */
    public boolean isAttached() {
        return attached;
    }

    /** References to it; 0 once it was freed. */
    public int refcount() {
        return refcount;
    }

    /** Take a reference ({@code kunit_get_resource}). */
    public void get() {
        if (refcount <= 0) {
            throw new IllegalStateException("get of a resource that was freed: " + this);
        }
        refcount++;
    }

    /** Drop a reference ({@code kunit_put_resource}); the last one frees. */
    public void put() {
        if (refcount <= 0) {
            throw new IllegalStateException("put of a resource that was freed: " + this);
        }
        if (--refcount == 0 && free != null) {
            free.free(this);
        }
    }

    /**
     * Whether its free function belongs to the framework and prints nothing, so that it may run after cleanup was
     * aborted.
     */
    boolean isQuiet() {
        return quiet;
    }

    /** Say that the free function is the framework's own. */
    public Resource markQuiet() {
        quiet = true;
        return this;
    }

    void attach(@Nullable String newName, @Nullable Free newFree) {
        name = newName;
        free = newFree;
        refcount = 1;
        attached = true;
    }

    void detach() {
        attached = false;
    }

    @Override
    public String toString() {
        return "Resource[" + (name == null ? "" : name + ": ") + data + ", refs=" + refcount + "]";
    }
}
