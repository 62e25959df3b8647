package org.kunitjvm.kunit.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.report.ControlText;
import org.kunitjvm.kunit.report.PrettyPrinter;

/**
 * Everything outside that a command may touch, so that a test can run any command without a process.
 *
 * @param root the project: source folders, Kconfig files and, unless told otherwise, {@code .kunit} are below it
 * @param directory where the user stands
 * @param environment environment variables
 * @param in standard input
 * @param out standard output; the only road to it
 * @param err standard error
 * @param terminals which of the standard streams 0, 1 and 2 are terminals, such as {@code 012}; empty for none
 * @param command the command's own name as the user wrote it, for lines that tell what to type
 * @param nanos a clock for durations
 * @param timeOfDay a clock for time stamps
 * @param interrupt what a Ctrl-C does
 */
public record Host(Path root, Path directory, Map<String, String> environment, InputStream in, PrintStream out,
    PrintStream err,
        String terminals, String command, LongSupplier nanos, Supplier<LocalTime> timeOfDay, Interrupt interrupt) {

    /** Whether colours may be used on standard output: it is a terminal, and the user has nothing against colours. */
    public boolean colour() {
        return outIsTerminal() && environment.getOrDefault("NO_COLOR", "").isEmpty();
    }

    /** How standard output is to be treated. */
    PrettyPrinter.Screen screen() {
        return colour() ? PrettyPrinter.Screen.COLOUR : outIsTerminal() ? PrettyPrinter.Screen.PLAIN
            : PrettyPrinter.Screen.NONE;
    }

    /** Text from a log, fit for standard output: it cannot drive a terminal. */
    String safe(String text) {
        return outIsTerminal() ? ControlText.escape(text) : text;
    }

    /** Whether standard output is a terminal. */
    public boolean outIsTerminal() {
        return terminals.contains("1");
    }

    /** Whether standard error is a terminal that can redraw a line. */
    public boolean errIsTerminal() {
        return terminals.contains("2") && !"dumb".equals(environment.get("TERM"));
    }

    /** The value of an environment variable, or {@code null} if it is not set or empty. */
    public @Nullable String variable(String name) {
        String value = environment.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /** The value of a variable that is a number from 1; anything else is said once and means {@code fallback}. */
    int number(String name, int fallback) {
        String value = variable(name);
        if (value == null) {
            return fallback;
        }
        if (!value.matches("[0-9]{1,9}") || Integer.parseInt(value) == 0) {
            err.println("kunit: note: " + name + "=" + value + " is no number from 1 to 999999999; it does not count");
            return fallback;
        }
        return Integer.parseInt(value);
    }

    /** Seconds since {@code startNanos}. */
    public double secondsSince(long startNanos) {
        return (nanos.getAsLong() - startNanos) / 1e9;
    }

    /**
     * A path that the user wrote: below where they stand if it is there, else below {@link #root}, as kunit.py has it.
     */
    public Path resolve(String path) {
        Path here = directory.resolve(path);
        return Files.exists(here) ? here : root.resolve(path);
    }
}
