package org.kunitjvm.kernel.bug;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.Printk;

/**
 * {@code WARN} and its relatives: report with the place, taint the kernel, go on.
 *
 * <p>A call site is the Java file and line of the caller; {@code …Once} forms report one site once per kernel.
 * Models kernel/panic.c: __warn.
 */
public final class Warnings {
    private static final StackWalker WALKER = StackWalker.getInstance();
    private static final int MAX_FRAMES = 16;

    private final Printk log;
    private final Taint taint;
    private final Supplier<String> where;
    private final Set<String> warnedOnce = new HashSet<>();
    private @Nullable Predicate<String> suppressor;
    private long count;

    /**
     * @param where text that names CPU, pid and task of whoever runs now, {@code CPU: 0 UID: 0 PID: 1 Comm: swapper}
     */
    public Warnings(Printk log, Taint taint, Supplier<String> where) {
        this.log = log;
        this.taint = taint;
        this.where = where;
    }

    /** Warn if {@code condition} holds; returns it, so that it can stand in an {@code if} as {@code WARN_ON} does. */
    public boolean warnOn(boolean condition) {
        if (condition) {
            report(callSite(), "");
        }
        return condition;
    }

    /** As {@link #warnOn}, but each call site reports once. */
    public boolean warnOnOnce(boolean condition) {
        if (condition) {
            StackWalker.StackFrame site = callSite();
            reportOnce(site, "");
        }
        return condition;
    }

    /** Warn with a message. */
    public void warn(String format, Object... args) {
        report(callSite(), String.format(Locale.ROOT, format, args));
    }

    /** Warn with a message, once per call site. */
    public void warnOnce(String format, Object... args) {
        StackWalker.StackFrame site = callSite();
        reportOnce(site, String.format(Locale.ROOT, format, args));
    }

    /** How many warnings were reported since boot (suppressed ones not counted). */
    public long count() {
        return count;
    }

    /**
     * Let {@code suppressor} swallow warnings: it gets the first line and returns true to drop the report. {@code null}
     * ends it.
     */
    public void setSuppressor(@Nullable Predicate<String> suppressor) {
        this.suppressor = suppressor;
    }

    /** A warning that is suppressed does not use the site up. */
    private void reportOnce(StackWalker.StackFrame site, String message) {
        String key = siteKey(site);
        if (!warnedOnce.contains(key) && report(site, message)) {
            warnedOnce.add(key);
        }
    }

    /** Print; returns false if the report was suppressed. */
    private boolean report(StackWalker.StackFrame site, String message) {
        String first = "WARNING: " + where.get() + " at " + site.getFileName() + ":" + site.getLineNumber() + " "
            + simpleName(site.getClassName()) + "." + site.getMethodName();
        if (suppressor != null && suppressor.test(message.isEmpty() ? first : message)) {
            return false;
        }
        count++;
        taint.add(TaintFlag.WARN);
        log.print(LogLevel.WARNING, "------------[ cut here ]------------");
        if (!message.isEmpty()) {
            log.print(LogLevel.WARNING, message);
        }
        log.print(LogLevel.WARNING, first);
        printTrace();
        log.print(LogLevel.WARNING, "---[ end trace 0000000000000000 ]---");
        return true;
    }

    /** Print who runs and its stack ({@code dump_stack}). */
    public void dumpStack() {
        log.print(LogLevel.WARNING, where.get() + " " + taint.describe());
        printTrace();
    }

    private void printTrace() {
        log.print(LogLevel.WARNING, "Call Trace:");
        WALKER.walk(frames -> {
            frames.filter(Warnings::isOutside).limit(MAX_FRAMES).forEach(frame -> log.print(LogLevel.WARNING,
                " " + simpleName(frame.getClassName()) + "." + frame.getMethodName() + " (" + frame.getFileName() + ":"
                    + frame.getLineNumber() + ")"));
            return 0;
        });
    }

    private static StackWalker.StackFrame callSite() {
        return WALKER.walk(frames -> frames.filter(Warnings::isOutside).findFirst()).orElseThrow();
    }

    private static boolean isOutside(StackWalker.StackFrame frame) {
        return !frame.getClassName().startsWith(Warnings.class.getName());
    }

    private static String siteKey(StackWalker.StackFrame site) {
        return site.getClassName() + ":" + site.getLineNumber();
    }

    private static String simpleName(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }
}
