package org.kunitjvm.kernel.printk;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

import org.kunitjvm.kernel.time.VirtualClock;

/**
 * The kernel log: a ring of the latest records, and the consoles that see each record as it is written.
 * Models kernel/printk/printk.c as far as it can be seen from outside.
 */
public final class Printk {
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

    /** Write {@code text} as it is; one final newline is dropped. */
    public void print(LogLevel level, String text) {
        String body = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        LogRecord logRecord = new LogRecord(nextSeq++, clock.ktimeNs(), level, body);
        if (ring.size() == capacity) {
            ring.removeFirst();
        }
        ring.addLast(logRecord);
        for (Consumer<LogRecord> console : consoles) {
            console.accept(logRecord);
        }
    }

    /** Format as {@link String#format} does and write. */
    public void printf(LogLevel level, String format, Object... args) {
        print(level, args.length == 0 ? format : String.format(Locale.ROOT, format, args));
    }

    /** {@code pr_err}. */
    public void err(String format, Object... args) {
        printf(LogLevel.ERR, format, args);
    }

    /** {@code pr_warn}. */
    public void warn(String format, Object... args) {
        printf(LogLevel.WARNING, format, args);
    }

    /** {@code pr_info}. */
    public void info(String format, Object... args) {
        printf(LogLevel.INFO, format, args);
    }

    /** {@code pr_debug}. */
    public void debug(String format, Object... args) {
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
