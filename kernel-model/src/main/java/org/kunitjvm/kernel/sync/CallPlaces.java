package org.kunitjvm.kernel.sync;

import org.jspecify.annotations.Nullable;

/** Finds who called into the locking code. */
final class CallPlaces {
    private static final StackWalker WALKER = StackWalker.getInstance();

    private CallPlaces() {
    }

    /** The first frame outside of this package: {@code Mermap.mmPrepare (Mermap.java:114)}. */
    static String caller() {
        StackWalker.StackFrame frame = callerFrame();
        return frame == null ? "unknown" : text(frame);
    }

    /** As {@link #caller}, without the cost of the text; {@code null} if there is nobody outside. */
    static StackWalker.@Nullable StackFrame callerFrame() {
        return WALKER.walk(frames -> frames.filter(frame -> !isLocking(frame.getClassName())).findFirst()).orElse(null);
    }

    /** A place as reports print it, or what the kernel prints for an address that it does not know. */
    static String textOrUnknown(StackWalker.@Nullable StackFrame frame) {
        return frame == null ? "0x0" : text(frame);
    }

    private static boolean isLocking(String className) {
        int dot = className.lastIndexOf('.');
        String name = className.substring(dot + 1);
        boolean here = dot >= 0 && className.startsWith("org.kunitjvm.kernel.sync.");
        return here && !name.endsWith("Test") && !name.contains("Kunit");
    }

    private static String text(StackWalker.StackFrame frame) {
        String name = frame.getClassName();
        return name.substring(name.lastIndexOf('.') + 1) + "." + frame.getMethodName() + " (" + frame.getFileName()
            + ":" + frame.getLineNumber() + ")";
    }
}
