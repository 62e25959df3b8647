package org.kunitjvm.kunit.cli;

import org.jspecify.annotations.Nullable;

/**
 * A request to stop, from Ctrl-C. Commands that run for long ask {@link #requested} or say what to do with {@link
 * #onRequest}.
 */
public final class Interrupt {
    private boolean requested;
    private @Nullable Runnable action;

    /** Whether the user asked to stop. */
    public synchronized boolean requested() {
        return requested;
    }

    /** Have {@code newAction} run, on another thread, when the user asks to stop; at once if they have already. */
    public void onRequest(@Nullable Runnable newAction) {
        synchronized (this) {
            action = newAction;
            if (!requested) {
                return;
            }
        }
        if (newAction != null) {
            newAction.run();
        }
    }

    /** Ask to stop. */
    public void request() {
        Runnable now;
        synchronized (this) {
            if (requested) {
                return;
            }
            requested = true;
            now = action;
        }
        if (now != null) {
            now.run();
        }
    }
}
