package org.kunitjvm.kunit.engine;

import java.util.Arrays;
import java.util.Set;

/**
 * Cuts a stack trace down to the case and the code under test: the machinery that checks stands above, that which calls
 * cases stands below.
 */
final class StackPruner {
    private static final String KUNIT = "org.kunitjvm.kunit.";
    private static final String CALLER = KUNIT + "run.SuiteInstance";
    private static final String SCHED = "org.kunitjvm.kernel.sched.";
    private static final Set<String> MACHINERY = Set.of("Check", "KunitAssert", "Kunit", "KunitEnvironment", "TryCatch",
        "CallSites", "engine.EventTranslator", "engine.Failures", "run.Calls", "run.CaseRunner", "run.KunitExecutor",
        "run.KunitRun", "run.MemberParams", "run.SuiteInstance", "run.SuiteLoader", "run.SuiteRunner");

    private StackPruner() {
    }

    /** The part of {@code trace} that a person wants to see; nothing if the code of the case is not in it. */
    static StackTraceElement[] prune(StackTraceElement[] trace) {
        int from = 0;
        while (from < trace.length && isMachinery(trace[from])) {
            from++;
        }
        int to = from;
        while (to < trace.length && !trace[to].getClassName().equals(CALLER)) {
            to++;
        }
        while (to > from && isMachinery(trace[to - 1])) {
            to--;
        }
        return Arrays.copyOfRange(trace, from, to);
    }

    private static boolean isMachinery(StackTraceElement frame) {
        String type = frame.getClassName();
        if (frame.getFileName() == null) {
            return true;
        }
        if (!type.startsWith(KUNIT)) {
            return type.startsWith("java.") || type.startsWith("jdk.") || type.startsWith(SCHED);
        }
        int nested = type.indexOf('$');
        return MACHINERY.contains(type.substring(KUNIT.length(), nested < 0 ? type.length() : nested));
    }
}
