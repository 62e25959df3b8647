package org.kunitjvm.kunit.assertion;

import java.util.IdentityHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.hook.Pointer;

/**
 * Gives objects addresses to be shown: their own if they are a {@link Pointer}, else a made-up one from the order in
 * which they were first shown, so that the same run shows the same addresses.
 */
public final class ObjectAddresses {
    private static final long FIRST = 0xffff_8880_0010_0000L;
    private static final long STEP = 64;

    private final Map<Object, Long> addresses = new IdentityHashMap<>();

    /** The address of {@code object}; 0 for {@code null}. Boxed numbers are addresses themselves. */
    public synchronized long of(@Nullable Object object) {
        if (object == null) {
            return 0;
        }
        if (object instanceof Pointer pointer) {
            return pointer.pointer();
        }
        if (object instanceof Number number) {
            return number.longValue();
        }
        return addresses.computeIfAbsent(object, _ -> FIRST + STEP * addresses.size());
    }
}
