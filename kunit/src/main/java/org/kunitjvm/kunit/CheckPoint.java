package org.kunitjvm.kunit;

import org.jspecify.annotations.Nullable;

/**
 * A check that was passed, kept in case the thread dies behind it. Never thrown: the JVM notes the frames of a
 * throwable without running any Java, and nobody works out a line unless it is asked for. A stack walk makes an object
 * for each frame by reflection, which is most of what the checks of a short run cost.
 */
final class CheckPoint extends Throwable {
    private static final long serialVersionUID = 1;

    CheckPoint() {
        super(null, null, false, true);
    }

    /** The frame of whoever called the macro, or {@code null} if the JVM does not know. */
    @Nullable StackTraceElement caller() {
        for (StackTraceElement frame : getStackTrace()) {
            if (!CallSites.isOwn(frame.getClassName())) {
                return frame;
            }
        }
        return null;
    }
}
