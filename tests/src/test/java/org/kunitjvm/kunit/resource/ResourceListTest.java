package org.kunitjvm.kunit.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.errno.Errno;

/** Resources are freed once, newest first, when nobody holds them any more. */
final class ResourceListTest {
    private static final Resource.Match BY_DATA = (resource, data) -> resource.data() == data;

    private final ResourceList list = new ResourceList();
    private final List<Object> freed = new ArrayList<>();

    private Resource add(Object data) {
        Resource resource = new Resource();
        assertEquals(0, list.add(null, r -> freed.add(r.data()), resource, data));
        return resource;
    }

    @Test
    @Tag("K-023")
    void cleanupFreesNewestFirst() {
        add("a");
        add("b");
        add("c");
        list.cleanup();
        assertEquals(List.of("c", "b", "a"), freed);
        assertEquals(0, list.size());
    }

    @Test
    @Tag("K-023")
    void freeFunctionsMayAddRemoveAndDestroyOthers() {
        add("oldest");
        Resource removed = add("removed");
        add("destroyed");
        list.add(null, r -> {
            freed.add("first");
            list.remove(removed);
            list.destroy(BY_DATA, "destroyed");
            add("added");
        }, new Resource(), null);
        list.cleanup();
        assertEquals(List.of("first", "removed", "destroyed", "added", "oldest"), freed);
    }

    @Test
    @Tag("K-021")
    void referencesKeepAResourceUntilTheLastIsPut() {
        Resource resource = add("a");
        Resource found = list.find(BY_DATA, "a");
        assertSame(resource, found);
        assertEquals(2, resource.refcount());
        list.remove(resource);
        list.remove(resource);
        assertEquals(List.of(), freed);
        assertFalse(resource.isAttached());
        found.put();
        assertEquals(List.of("a"), freed);
        assertThrows(IllegalStateException.class, resource::put);
        assertThrows(IllegalStateException.class, resource::get);
    }

    @Test
    @Tag("K-021")
    void initDecidesWhetherAResourceIsAdded() {
        Resource resource = new Resource();
        assertEquals(-5, list.add((r, context) -> -5, r -> freed.add("never"), resource, "context"));
        assertEquals(0, list.size());
        assertEquals(0, list.add((r, context) -> {
            r.setData(context + "!");
            return 0;
        }, r -> freed.add(r.data()), resource, "context"));
        list.cleanup();
        assertEquals(List.of("context!"), freed);
        assertEquals(0, list.add(null, null, new Resource(), "nothing to free"));
        list.cleanup();
        assertEquals(1, freed.size());
    }

    @Test
    @Tag("K-021")
    void namesAreUniqueAndFindTheNewestMatchFirst() {
        Resource named = new Resource();
        assertEquals(-Errno.EINVAL.number(), list.addNamed(null, null, named, null, "x"));
        assertEquals(0, list.addNamed(null, null, named, "name", "x"));
        assertEquals(-Errno.EEXIST.number(), list.addNamed(null, null, new Resource(), "name", "y"));
        assertSame(named, list.peek(Resource.BY_NAME, "name"));
        assertNull(list.peek(Resource.BY_NAME, "other"));
        add("twin");
        Resource newer = add("twin");
        assertSame(newer, list.peek(BY_DATA, "twin"));
        assertEquals(0, list.destroy(Resource.BY_NAME, "name"));
        assertEquals(-Errno.ENOENT.number(), list.destroy(Resource.BY_NAME, "name"));
    }

    @Test
    void recordCannotBeOnTwoPlaces() {
        Resource resource = add("a");
        assertThrows(IllegalStateException.class, () -> list.add(null, null, resource, "b"));
    }

    @Test
    void abandonFreesOnlyWhatPrintsNothing() {
        add("user's");
        Resource own = add("framework's").markQuiet();
        list.abandon();
        assertEquals(List.of("framework's"), freed);
        assertEquals(0, own.refcount());
        assertEquals(0, list.size());
    }
}
