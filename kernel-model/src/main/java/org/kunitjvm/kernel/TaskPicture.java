package org.kunitjvm.kernel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.sched.DecisionPoint;
import org.kunitjvm.kernel.sched.SwitchTrace;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.sched.TaskState;
import org.kunitjvm.kernel.snapshot.Exhibit;
import org.kunitjvm.kernel.snapshot.SnapshotSource;

/** Shows the kthreads: who ran when, as far as the scheduler remembered it, and what each is doing now. */
final class TaskPicture implements SnapshotSource {
    /** Lanes of a timeline; whoever comes later shares the last one. */
    private static final int MAX_LANES = 24;
    private static final int MAX_MARKS = 6;
    private static final int MAX_FRAMES = 12;
    private static final int MAX_TASKS = 64;

    private final Kernel kernel;

    TaskPicture(Kernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public List<Exhibit> exhibits() {
        List<Exhibit> exhibits = new ArrayList<>();
        SwitchTrace trace = kernel.sched().switchTrace();
        if (trace != null) {
            exhibits.add(new Drawing().timeline(trace));
        }
        exhibits.add(tasks());
        return exhibits;
    }

    private Exhibit tasks() {
        List<String> lines = new ArrayList<>();
        List<Task> tasks = kernel.sched().tasks();
        for (Task task : tasks.subList(0, Math.min(MAX_TASKS, tasks.size()))) {
            lines.add(String.format(Locale.ROOT, "%s/%d state %c cpu %d%s", task.comm(), task.pid(),
                task.state().letter(), task.cpu(), task == kernel.current() ? " (running)" : ""));
            if (task.state() == TaskState.BLOCKED) {
                lines.add("  waits for " + task.waitingFor());
            }
            task.heldLocks().forEach(lock -> lines.add("  holds " + lock));
            int frames = 0;
            for (StackTraceElement frame : task.stackTrace()) {
                if (frame.getClassName().startsWith("org.kunitjvm.") && !isPlumbing(frame) && frames < MAX_FRAMES) {
                    lines.add("  " + simpleName(frame.getClassName()) + "." + frame.getMethodName() + " ("
                        + frame.getFileName() + ":" + frame.getLineNumber() + ")");
                    frames++;
                }
            }
        }
        if (tasks.size() > MAX_TASKS) {
            lines.add("and " + (tasks.size() - MAX_TASKS) + " more tasks");
        }
        return new Exhibit.Text("Tasks", false, lines);
    }

    /** How the picture came to be taken, and how threads are carried, is nothing that a reader wants to see. */
    private static boolean isPlumbing(StackTraceElement frame) {
        String name = frame.getClassName();
        return name.startsWith("org.kunitjvm.kernel.sched.") || name.startsWith("org.kunitjvm.kernel.snapshot.")
            || name.startsWith("org.kunitjvm.kunit.run.") || name.equals(TaskPicture.class.getName())
            || name.equals(Kernel.class.getName());
    }

    private static String simpleName(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    /** Turns points into stretches of time. */
    private final class Drawing {
        private final Map<Task, Integer> lanes = new LinkedHashMap<>();
        private final List<Exhibit.Stretch> stretches = new ArrayList<>();
        private final List<String> marks = new ArrayList<>();
        private long fromNs;
        private boolean idle;

        Exhibit timeline(SwitchTrace trace) {
            fromNs = trace.startNs();
            trace.read(this::point);
            Task me = kernel.current();
            end(kernel.clock().ktimeNs(), me, me.cpu(), "");
            String note = trace.forgotten() == 0 ? "since the case began"
                : "the latest part; " + trace.forgotten() + " points before it are not shown";
            return new Exhibit.Timeline("Who ran when", true, note, describeLanes(), stretches);
        }

        private void point(long timeNs, DecisionPoint kind, String label, Task task, int cpu, @Nullable Task next) {
            if (next == null && kind.isBlocking()) {
                end(timeNs, task, cpu, kind == DecisionPoint.EXIT ? "ends" : "waits for " + label);
                idle = true;
            } else if (idle) {
                // Nobody ran until the next task could.
                fromNs = timeNs;
                idle = false;
            } else if (next == null) {
                if (marks.size() < MAX_MARKS) {
                    marks.add((kind == DecisionPoint.SPAWN ? "makes " : "wakes ") + label);
                }
            } else {
                end(timeNs, task, cpu, kind.name().toLowerCase(Locale.ROOT) + " " + label);
            }
        }

        private void end(long timeNs, Task task, int cpu, String why) {
            stretches.add(new Exhibit.Stretch(lane(task), cpu, fromNs, timeNs, why, marks));
            marks.clear();
            fromNs = timeNs;
        }

        private int lane(Task task) {
            Integer known = lanes.get(task);
            if (known != null) {
                return Math.min(known, MAX_LANES - 1);
            }
            lanes.put(task, lanes.size());
            return Math.min(lanes.size() - 1, MAX_LANES - 1);
        }

        private List<Exhibit.Lane> describeLanes() {
            List<Exhibit.Lane> described = new ArrayList<>();
            for (Task task : lanes.keySet()) {
                if (described.size() == MAX_LANES - 1 && lanes.size() > MAX_LANES) {
                    described.add(new Exhibit.Lane((lanes.size() - described.size()) + " others", task.cpu(), ""));
                    break;
                }
                described.add(new Exhibit.Lane(task.comm() + "/" + task.pid(), task.cpu(),
                    task.state().name().toLowerCase(Locale.ROOT)));
            }
            return described;
        }
    }
}
