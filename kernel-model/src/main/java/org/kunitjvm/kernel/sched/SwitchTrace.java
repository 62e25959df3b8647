package org.kunitjvm.kernel.sched;

import org.jspecify.annotations.Nullable;

/**
 * The latest points at which another task came to run, and what a task did to others meanwhile. A ring: it costs the
 * same however long a test runs, and nothing at all in a kernel that has none.
 */
public final class SwitchTrace {
    private final int capacity;
    private final long[] times;
    private final DecisionPoint[] kinds;
    private final String[] labels;
    private final Task[] tasks;
    private final int[] cpus;
    private final @Nullable Task[] nexts;
    private long count;
    private long startNs;

    /** What happened at one point. */
    public interface Reader {
        /**
         * {@code task} was at a point.
         *
         * @param next who runs from here on; {@code null} if nobody else came
         */
        void at(long timeNs, DecisionPoint kind, String label, Task task, int cpu, @Nullable Task next);
    }

    SwitchTrace(int capacity) {
        this.capacity = capacity;
        this.times = new long[capacity];
        this.kinds = new DecisionPoint[capacity];
        this.labels = new String[capacity];
        this.tasks = new Task[capacity];
        this.cpus = new int[capacity];
        this.nexts = new Task[capacity];
    }

    /** Forget everything; a new test begins at {@code nowNs}. */
    void restart(long nowNs) {
        count = 0;
        startNs = nowNs;
    }

    void add(long timeNs, DecisionPoint kind, String label, Task task, @Nullable Task next) {
        int at = (int) (count++ % capacity);
        times[at] = timeNs;
        kinds[at] = kind;
        labels[at] = label;
        tasks[at] = task;
        cpus[at] = task.cpu;
        nexts[at] = next;
    }

    /** When the first point that is still known was reached by what came before it. */
    public long startNs() {
        return count <= capacity ? startNs : times[(int) (count % capacity)];
    }

    /** How many points were forgotten because the ring is full. */
    public long forgotten() {
        return Math.max(0, count - capacity);
    }

    /** Show all points that are known, oldest first. */
    public void read(Reader reader) {
        for (long i = forgotten(); i < count; i++) {
            int at = (int) (i % capacity);
            reader.at(times[at], kinds[at], labels[at], tasks[at], cpus[at], nexts[at]);
        }
    }
}
