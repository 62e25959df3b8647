package org.kunitjvm.kernel.sched;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.time.VirtualClock;

/**
 * What each task did in which order, as a table: a row per step, a column per task. Register it with
 * {@link Scheduler#addPointListener}. A step stands in the column of the task that made it, so a switch is a change of
 * column.
 * <pre>
 *      time ns  mlock2-tests/2 cpu0       neighbour/3 cpu0
 *         120  LOCK mlock_fbatch.lock
 *         130                             PER_CPU mlock_fbatch
 * </pre>
 */
public final class ScheduleTable implements Scheduler.PointListener {
    private static final int MIN_WIDTH = 12;

    private final Scheduler scheduler;
    private final VirtualClock clock;
    private final List<Task> columns = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();

    private record Row(long timeNs, int column, String text) {
    }

    /** A table of what happens from now on. */
    public ScheduleTable(Scheduler scheduler, VirtualClock clock) {
        this.scheduler = scheduler;
        this.clock = clock;
    }

    @Override
    public void at(Task task, DecisionPoint kind, String label) {
        note(task, kind + " " + label);
    }

    /** Write a line of its own into the running task's column. */
    public void note(String text) {
        note(scheduler.current(), "* " + text);
    }

    private void note(Task task, String text) {
        int column = columns.indexOf(task);
        if (column < 0) {
            column = columns.size();
            columns.add(task);
        }
        rows.add(new Row(clock.ktimeNs(), column, text));
    }

    /** The table as text. */
    @Override
    public String toString() {
        int[] widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(MIN_WIDTH, heading(i).length());
        }
        rows.forEach(row -> widths[row.column] = Math.max(widths[row.column], row.text.length()));
        StringBuilder out = new StringBuilder(String.format("%10s", "time ns"));
        for (int i = 0; i < widths.length; i++) {
            out.append("  ").append(pad(heading(i), i == widths.length - 1 ? 0 : widths[i]));
        }
        out.append('\n');
        for (Row row : rows) {
            out.append(String.format("%10d", row.timeNs));
            for (int i = 0; i < row.column; i++) {
                out.append("  ").append(" ".repeat(widths[i]));
            }
            out.append("  ").append(row.text).append('\n');
        }
        return out.toString();
    }

    private String heading(int column) {
        Task task = columns.get(column);
        return task.comm() + "/" + task.pid() + " cpu" + task.cpu();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
