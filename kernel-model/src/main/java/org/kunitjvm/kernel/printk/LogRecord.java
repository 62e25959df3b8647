package org.kunitjvm.kernel.printk;

/**
 * One record of the kernel log.
 *
 * @param seq number of the record since boot, from 0
 * @param timeNs virtual time
 * @param level level
 * @param text the text without the final newline; may hold inner newlines
 */
public record LogRecord(long seq, long timeNs, LogLevel level, String text) {
    /** The record as a console with time stamps prints its first line: {@code [    0.080000] text}. */
    public String withTimestamp() {
        long us = timeNs / 1_000;
        String sec = Long.toString(us / 1_000_000);
        String frac = Long.toString(us % 1_000_000);
        return "[" + " ".repeat(Math.max(0, 5 - sec.length())) + sec + "." + "0".repeat(6 - frac.length()) + frac + "] "
            + text;
    }
}
