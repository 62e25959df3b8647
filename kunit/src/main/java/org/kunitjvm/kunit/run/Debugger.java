package org.kunitjvm.kunit.run;

import java.lang.management.ManagementFactory;

/** Knows whether a person is looking at this JVM with a debugger. */
public final class Debugger {
    private Debugger() {
    }

    /**
     * Whether this JVM was started for a debugger. Then a step may take as long as the person wants, and limits of wall
     * time do not hold; limits of virtual time go on to hold, because that time stands still at a breakpoint. Not for
     * hot paths: it loads the management classes.
     */
    public static boolean isPresent() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .anyMatch(arg -> arg.startsWith("-agentlib:jdwp") || arg.startsWith("-Xrunjdwp"));
    }
}
