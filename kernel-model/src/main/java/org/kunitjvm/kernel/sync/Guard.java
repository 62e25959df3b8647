package org.kunitjvm.kernel.sync;

/** Undoes something when it is closed, for {@code try (var _ = …)}. Closing never fails with a checked exception. */
@FunctionalInterface
public interface Guard extends AutoCloseable {
    @Override
    void close();
}
