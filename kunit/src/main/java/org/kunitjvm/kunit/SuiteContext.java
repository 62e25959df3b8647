package org.kunitjvm.kunit;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.Printf;

/**
 * What the functions around a whole suite get. There is no test yet: nothing can be asserted here. Models {@code struct
 * kunit_suite}.
 */
public final class SuiteContext {
    private final KunitEnvironment env;
    private final String name;
    private final @Nullable KunitLog log;
    private @Nullable Object priv;

    /** The context of the suite called {@code name}. */
    public SuiteContext(KunitEnvironment env, String name, @Nullable KunitLog log) {
        this.env = env;
        this.name = name;
        this.log = log;
    }

    /** The kernel under test. */
    public Kernel kernel() {
        return env.kernel();
    }

    /** The suite's name. */
    public String name() {
        return name;
    }

    /** The suite's buffer, or {@code null} without debugfs. */
    public @Nullable KunitLog log() {
        return log;
    }

    /** What the suite keeps here. */
    public @Nullable Object priv() {
        return priv;
    }

    /** Keep something here. */
    public void setPriv(@Nullable Object value) {
        priv = value;
    }

    /** {@code kunit_info}. */
    public void info(String format, @Nullable Object... args) {
        printk(LogLevel.INFO, format, args);
    }

    /** {@code kunit_warn}. */
    public void warn(String format, @Nullable Object... args) {
        printk(LogLevel.WARNING, format, args);
    }

    /** {@code kunit_err}. */
    public void err(String format, @Nullable Object... args) {
        printk(LogLevel.ERR, format, args);
    }

    /** {@code kunit_printk}: log with the suite's prefix. */
    public void printk(LogLevel level, String format, @Nullable Object... args) {
        write(level, "    # " + name + ": " + Printf.format(format, args));
    }

    /** {@code kunit_log}: log without prefix. */
    public void log(LogLevel level, String format, @Nullable Object... args) {
        write(level, Printf.format(format, args));
    }

    private void write(LogLevel level, String text) {
        env.print(level, text);
        if (log != null) {
            log.append(text);
        }
    }

    @Override
    public String toString() {
        return "SuiteContext[" + name + "]";
    }
}
