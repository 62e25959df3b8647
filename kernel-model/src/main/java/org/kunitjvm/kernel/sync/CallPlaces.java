package org.kunitjvm.kernel.sync;

/** Finds who called into the locking code. */
final class CallPlaces {
    private static final StackWalker WALKER = StackWalker.getInstance();

    private CallPlaces() {
    }

    /** The first frame outside of this package: {@code Mermap.mmPrepare (Mermap.java:114)}. */
    static String caller() {
        return WALKER.walk(frames -> frames.filter(frame -> !isLocking(frame.getClassName())).findFirst())
            .map(CallPlaces::text).orElse("unknown");
    }

    private static boolean isLocking(String className) {
        int dot = className.lastIndexOf('.');
        String name = className.substring(dot + 1);
        boolean here = dot >= 0 && className.startsWith("org.kunitjvm.kernel.sync.");
        return here && !name.endsWith("Test") && !name.contains("Kunit");
    }

    private static String text(StackWalker.StackFrame frame) {
        String name = frame.getClassName();
        return name.substring(name.lastIndexOf('.') + 1) + "." + frame.getMethodName() + " (" + frame.getFileName() + ":"
            + frame.getLineNumber() + ")";
    }
}
