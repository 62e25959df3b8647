package org.kunitjvm.kunit.resource;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;

/**
 * The resources of one test context. They are freed last in, first out, the newest being taken anew at each step, so
 * that a free function may add, remove and destroy others.
 */
public final class ResourceList {
    private final List<Resource> resources = new ArrayList<>();

    /**
     * Attach {@code resource} ({@code kunit_add_resource}).
     *
     * @return 0, or what {@code init} returned: then nothing was attached
     */
    public int add(Resource.@Nullable Init init, Resource.@Nullable Free free, Resource resource,
        @Nullable Object data) {
        return attach(null, init, free, resource, data);
    }

    /**
     * Attach {@code resource} under a name ({@code kunit_add_named_resource}).
     *
     * @return 0, {@code -EINVAL} without a name, {@code -EEXIST} if the name is taken, or what {@code init} returned
     */
    public int addNamed(Resource.@Nullable Init init, Resource.@Nullable Free free, Resource resource,
        @Nullable String name,
        @Nullable Object data) {
        if (name == null) {
            return -Errno.EINVAL.number();
        }
        if (newest(Resource.BY_NAME, name) != null) {
            return -Errno.EEXIST.number();
        }
        return attach(name, init, free, resource, data);
    }

    private int attach(@Nullable String name, Resource.@Nullable Init init, Resource.@Nullable Free free,
        Resource resource,
        @Nullable Object data) {
        if (resource.isAttached()) {
            throw new IllegalStateException("added twice: " + resource);
        }
        if (init == null) {
            resource.setData(data);
        } else {
            int error = init.init(resource, data);
            if (error != 0) {
                return error;
            }
        }
        resource.attach(name, free);
        resources.add(resource);
        return 0;
    }

    /** The newest match with a reference taken, which the caller must put; {@code null} if there is none. */
    public @Nullable Resource find(Resource.Match match, @Nullable Object matchData) {
        Resource found = newest(match, matchData);
        if (found != null) {
            found.get();
        }
        return found;
    }

    /** The newest match, without a reference; {@code null} if there is none. */
    public @Nullable Resource peek(Resource.Match match, @Nullable Object matchData) {
        return newest(match, matchData);
    }

    /**
     * Detach and drop the list's reference ({@code kunit_remove_resource}); nothing happens if it is not attached here.
     */
    public void remove(Resource resource) {
        for (int i = resources.size() - 1; i >= 0; i--) {
            if (resources.get(i) == resource) {
                resources.remove(i);
                resource.detach();
                resource.put();
                return;
            }
        }
    }

    /** Remove the newest match ({@code kunit_destroy_resource}); 0, or {@code -ENOENT} if there is none. */
    public int destroy(Resource.Match match, @Nullable Object matchData) {
        Resource found = newest(match, matchData);
        if (found == null) {
            return -Errno.ENOENT.number();
        }
        remove(found);
        return 0;
    }

    /** Remove the newest match without freeing what it stands for; returns it, or {@code null} if there is none. */
    public @Nullable Resource cancel(Resource.Match match, @Nullable Object matchData) {
        Resource found = newest(match, matchData);
        if (found != null) {
            resources.remove(found);
            found.detach();
        }
        return found;
    }

    /** Free everything, newest first ({@code kunit_cleanup}). */
    public void cleanup() {
        while (!resources.isEmpty()) {
            remove(resources.getLast());
        }
    }

    /**
     * After a cleanup that was aborted: free what the framework itself handed out, drop the rest unfreed. The kernel
     * leaks all of it; what prints nothing can be given back without the log showing any difference.
     */
    public void abandon() {
        while (!resources.isEmpty()) {
            Resource last = resources.getLast();
            if (last.isQuiet()) {
                remove(last);
            } else {
                resources.removeLast();
                last.detach();
            }
        }
    }

    /** How many are attached. */
    public int size() {
        return resources.size();
    }

    private @Nullable Resource newest(Resource.Match match, @Nullable Object matchData) {
        for (int i = resources.size() - 1; i >= 0; i--) {
            if (match.matches(resources.get(i), matchData)) {
                return resources.get(i);
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return resources.toString();
    }
}
