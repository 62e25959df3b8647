package org.kunitjvm.mm.trace;

/** The text of {@code /sys/kernel/tracing/trace}. Models kernel/trace/trace_output.c: trace_print_context. */
public final class TraceFile {
    private TraceFile() {
    }

    /**
     * Append the lines in front of the events.
     *
     * @param kept events that are shown
     * @param written events that were ever written
     */
    public static void appendHeader(long kept, long written, int cpus, StringBuilder out) {
        out.append("# tracer: nop\n#\n# entries-in-buffer/entries-written: ").append(kept).append('/').append(written)
            .append("   #P:").append(cpus).append("\n#\n")
            .append("#                                _-----=> irqs-off/BH-disabled\n")
            .append("#                               / _----=> need-resched\n")
            .append("#                              | / _---=> hardirq/softirq\n")
            .append("#                              || / _--=> preempt-depth\n")
            .append("#                              ||| / _-=> migrate-disable\n")
            .append("#                              |||| /     delay\n")
            .append("#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n")
            .append("#              | |         |   |||||     |         |\n");
    }

    /**
     * Append what stands in front of an event.
     *
     * @param flags five characters: interrupts, rescheduling, interrupt kind, preemption depth, migration
     * @param timeUs microseconds since boot
     */
    public static void appendContext(String comm, int pid, int cpu, String flags, long timeUs, StringBuilder out) {
        out.append(String.format("%16s-%-7d [%03d] %s %5d.%06d: ", comm, pid, cpu, flags, timeUs / 1_000_000,
            timeUs % 1_000_000));
    }
}
