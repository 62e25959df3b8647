package org.kunitjvm.kunit.kconfig;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Runs something with a large stack: symbols may depend on each other through tens of thousands of steps, and each step
 * is a few calls deep. The memory is reserved, not used, until it is needed.
 */
final class DeepStack {
    private static final long STACK_BYTES = 128L << 20;
    private static final String TOO_DEEP = "symbols depend on each other through too many steps";

    /** What is run. */
    @FunctionalInterface
    interface Task<T> {
        T run();
    }

    private DeepStack() {
    }

    /**
     * Run the task to its end and return its result, or throw what it throws.
     *
     * @throws KconfigException also if even the large stack does not suffice
     */
    static <T> T call(Task<T> task) {
        AtomicReference<@Nullable T> result = new AtomicReference<>();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(null, new Body<>(task, result, failure), "kconfig", STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KconfigException.of("interrupted");
        }
        Throwable thrown = failure.get();
        if (thrown instanceof StackOverflowError) {
            throw KconfigException.of(TOO_DEEP);
        }
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
        T value = result.get();
        if (value == null) {
            throw new IllegalStateException("no result");
        }
        return value;
    }

    /**
     * The thread's body; a class because this is on the way to every run, and the first lambda costs more than the
     * thread.
     */
    private record Body<T>(Task<T> task, AtomicReference<@Nullable T> result,
        AtomicReference<@Nullable Throwable> failure)
            implements Runnable {
        @Override
        public void run() {
            try {
                result.set(task.run());
            } catch (RuntimeException | Error e) {
                failure.set(e);
            }
        }
    }
}
