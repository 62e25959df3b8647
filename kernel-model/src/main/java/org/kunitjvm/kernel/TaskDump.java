package org.kunitjvm.kernel;

import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.sched.TaskState;

/** Writes the task list as sysrq-t does: a line per task, its locks, its stack. */
final class TaskDump {
    private TaskDump() {
    }

    static String of(Kernel kernel) {
        StringBuilder out = new StringBuilder();
        for (Task task : kernel.sched().tasks()) {
            out.append(String.format("task:%-15s state:%c stack:%-5d pid:%-5d cpu:%d%n", task.comm(),
                task.state().letter(), 0, task.pid(), task.cpu()).replace("\r\n", "\n"));
            if (task.state() == TaskState.BLOCKED) {
                out.append("  waiting for ").append(task.waitingFor()).append('\n');
            }
            for (Object lock : task.heldLocks()) {
                out.append("  holds ").append(lock).append('\n');
            }
            out.append("Call Trace:\n");
            for (StackTraceElement frame : task.stackTrace()) {
                if (frame.getClassName().startsWith("java.") || frame.getClassName().startsWith("jdk.")) {
                    continue;
                }
                out.append("  ").append(frame).append('\n');
            }
        }
        return out.toString();
    }
}
