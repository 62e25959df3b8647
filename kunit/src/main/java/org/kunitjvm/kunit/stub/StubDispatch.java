package org.kunitjvm.kunit.stub;

import org.jspecify.annotations.Nullable;

/**
 * What woven methods call before they do anything else. Public because they stand in other packages; nobody else calls
 * it.
 */
public final class StubDispatch {
    /** The result of a replacement; an object of its own, so that {@code null} can be a result. */
    public record Outcome(@Nullable Object value) {
    }

    private StubDispatch() {
    }

    /** Call the replacement that is in force for the running task; {@code null} if the method itself is to go on. */
    public static @Nullable Outcome enter(String owner, String name, String descriptor, @Nullable Object self,
        @Nullable Object[] args) throws Throwable {
        StubFn replacement = StaticStub.replacementOf(new MethodKey(owner, name, descriptor, null));
        return replacement == null ? null : new Outcome(replacement.invoke(withSelf(self, args)));
    }

    private static @Nullable Object[] withSelf(@Nullable Object self, @Nullable Object[] args) {
        if (self == null) {
            return args;
        }
        Object[] all = new Object[args.length + 1];
        all[0] = self;
        System.arraycopy(args, 0, all, 1, args.length);
        return all;
    }
}
