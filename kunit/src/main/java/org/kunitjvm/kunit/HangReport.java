package org.kunitjvm.kunit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.SwitchTrace;
import org.kunitjvm.kernel.sched.Task;

/**
 * What somebody has to know of a kernel in which a test does not end: the last decision points, and every kthread with
 * what it waits for, the locks that it holds and its stack. Everything in it comes from the model, so the same hang
 * gives the same report; only a body that reaches no decision point at all is found at another place in every run.
 */
public final class HangReport {
    private static final int MAX_POINTS = 12;
    private static final int MAX_FRAMES = 8;
    private static final double NS_PER_SECOND = 1e9;

    private final Kernel kernel;
    private final List<String> points = new ArrayList<>();

    /** Report on a kernel. */
    public HangReport(Kernel kernel) {
        this.kernel = kernel;
    }

    /** A decision point that was reached. */
    void point(Task task, DecisionPoint kind, String label) {
        points.add(line(kernel.clock().ktimeNs(), kind, label, task, task.cpu(), null));
    }

    private static String line(long timeNs, DecisionPoint kind, String label, Task task, int cpu, @Nullable Task next) {
        return String.format(Locale.ROOT, "  [%14.9f] CPU %d %s/%d: %s %s%s", timeNs / NS_PER_SECOND, cpu, task.comm(),
            task.pid(), kind.name().toLowerCase(Locale.ROOT), label, next == null ? ""
            : " -> " + next.comm() + "/" + next.pid());
    }

    /** The report as it is now; from another thread only while the kernel makes no steps. */
    public String text() {
        StringBuilder out = new StringBuilder("last decision points:\n");
        List<String> known = points.isEmpty() ? switches() : points;
        known.subList(Math.max(0, known.size() - MAX_POINTS), known.size())
            .forEach(line -> out.append(line).append('\n'));
        out.append("kthreads:");
        for (Task task : kernel.sched().tasks()) {
            task(task, out);
        }
        return out.toString();
    }

    private List<String> switches() {
        List<String> lines = new ArrayList<>();
        SwitchTrace trace = kernel.sched().switchTrace();
        if (trace != null) {
            trace.read((timeNs, kind, label, task, cpu, next) -> lines.add(line(timeNs, kind, label, task, cpu, next)));
        }
        return lines;
    }

    private static void task(Task task, StringBuilder out) {
        out.append("\n  ").append(task.comm()).append('/').append(task.pid()).append(" state ")
            .append(task.state().letter()).append(" on CPU ").append(task.cpu());
        if (!task.waitingFor().isEmpty()) {
            out.append(", waiting for ").append(task.waitingFor());
        }
        for (Object lock : task.heldLocks()) {
            out.append("\n    holds ").append(lock);
        }
        int shown = 0;
        for (StackTraceElement frame : task.stackTrace()) {
            if (isOfTheTest(frame) && shown++ < MAX_FRAMES) {
                out.append("\n    at ").append(frame.getClassName()).append('.').append(frame.getMethodName())
                    .append('(').append(frame.getFileName()).append(':').append(frame.getLineNumber()).append(')');
            }
        }
    }

    /** Not of the machinery below every test, which is the same in all stacks. */
    private static boolean isOfTheTest(StackTraceElement frame) {
        String name = frame.getClassName();
        return !name.startsWith("java.") && !name.startsWith("jdk.") && !name.startsWith("org.kunitjvm.kernel.sched.")
            && !name.startsWith("org.kunitjvm.kunit.run.") && !name.equals(TryCatch.class.getName())
            && !name.equals(HangReport.class.getName()) && !name.startsWith(TryCatch.class.getName() + "$");
    }
}
