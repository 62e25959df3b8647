package org.kunitjvm.kernel.printk;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.time.VirtualClock;

/**
 * The kernel log: a ring of the latest records, and the consoles that see each record as it is written.
 * Models kernel/printk/printk.c as far as it can be seen from outside.
 */
public final class Printk {
    /**
     * Bytes of text in one record: {@code PRINTKRB_RECORD_MAX} (1,024) less the NUL and the two bytes in which the
     * level travels. What is longer is cut off, as in the kernel.
     */
    public static final int TEXT_MAX = 1_021;

    private final VirtualClock clock;
    private final int capacity;
    private final ArrayDeque<LogRecord> ring = new ArrayDeque<>();
    private final List<Consumer<LogRecord>> consoles = new ArrayList<>();
    private long nextSeq;

    /** A log that keeps the latest {@code capacity} records. */
    public Printk(VirtualClock clock, int capacity) {
        this.clock = clock;
        this.capacity = capacity;
    }

    /** Write the first {@link #TEXT_MAX} bytes of {@code text} as they are; one final newline is dropped. */
    public void print(LogLevel level, String text) {
        String kept = Printf.truncate(text, TEXT_MAX);
        String body = kept.endsWith("\n") ? kept.substring(0, kept.length() - 1) : kept;
        LogRecord logRecord = new LogRecord(nextSeq++, clock.ktimeNs(), level, body);
        if (ring.size() == capacity) {
            ring.removeFirst();
        }
        ring.addLast(logRecord);
        for (Consumer<LogRecord> console : consoles) {
            console.accept(logRecord);
        }
    }

    /** Format as C does, see {@link Printf}, and write. */
    public void printf(LogLevel level, String format, @Nullable Object... args) {
        print(level, Printf.format(format, args));
    }

    /** {@code pr_err}. */
    public void err(String format, @Nullable Object... args) {
        printf(LogLevel.ERR, format, args);
    }

    /** {@code pr_warn}. */
    public void warn(String format, @Nullable Object... args) {
        printf(LogLevel.WARNING, format, args);
    }

    /** {@code pr_info}. */
    public void info(String format, @Nullable Object... args) {
        printf(LogLevel.INFO, format, args);
    }

    /** {@code pr_debug}. */
    public void debug(String format, @Nullable Object... args) {
        printf(LogLevel.DEBUG, format, args);
    }

    /** Send every record from now on to {@code console} too. */
    public void registerConsole(Consumer<LogRecord> console) {
        consoles.add(console);
    }

    /** Stop sending records to {@code console}. */
    public void unregisterConsole(Consumer<LogRecord> console) {
        consoles.remove(console);
    }

    /** The records still in the ring, oldest first. */
    public List<LogRecord> records() {
        return List.copyOf(ring);
    }
}
