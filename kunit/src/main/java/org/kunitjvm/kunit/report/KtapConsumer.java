package org.kunitjvm.kunit.report;

import java.io.IOException;
import java.time.LocalTime;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.kunitjvm.kunit.ktap.KtapFilter;
import org.kunitjvm.kunit.ktap.KtapParser;
import org.kunitjvm.kunit.ktap.KtapParser.KeepLogs;
import org.kunitjvm.kunit.ktap.KtapParser.KeepTests;
import org.kunitjvm.kunit.ktap.KunitRelease;
import org.kunitjvm.kunit.ktap.LineSource;
import org.kunitjvm.kunit.ktap.ParseListener;
import org.kunitjvm.kunit.report.PrettyPrinter.Screen;

/**
 * The whole tool side of one kernel run: console lines in, pretty text out at once, results at the end.
 *
 * <p>Push lines with {@link #accept} as they are produced, or let {@link #drain} pull them; then call {@link #end}. No
 * thread is used. {@link #start} prints the first divider; call it before anything that is to appear below the divider,
 * as the echo of the kernel's command line does.
 */
public final class KtapConsumer {
    /** How much to print. */
    public enum Show {
        /** Everything as it happens, and the summary. */
        ALL,
        /** {@code --failed}: what failed, when all is over, and the summary. */
        FAILED,
        /** {@code --summary}: the summary line alone. */
        SUMMARY
    }

    /** What to parse as, what to print and what to remember. */
    public record Options(KunitRelease release, Screen screen, Show show, KeepTests keepTests, KeepLogs keepLogs) {
        /** Options of a plain {@code kunit.py parse} whose output is no terminal. */
        public static final Options PLAIN = new Options(KunitRelease.V6_12, Screen.NONE, Show.ALL, KeepLogs.NONE);

        public Options {
            if (show == Show.FAILED && keepLogs == KeepLogs.NONE) {
                keepLogs = KeepLogs.FAILED;
            }
        }

        /** Options of a parse that keeps every test. */
        public Options(KunitRelease release, Screen screen, Show show, KeepLogs keepLogs) {
            this(release, screen, show, KeepTests.ALL, keepLogs);
        }
    }

    private final Show show;
    private final PrettyPrinter printer;
    private final ParseListener live;
    private final KtapFilter filter = new KtapFilter();
    private final KtapParser parser;
    private boolean started;
    private boolean summarised;

    /**
     * Create a consumer for one run.
     *
     * @param out   takes lines without line end
     * @param clock the time of day for the time stamps
     */
    public KtapConsumer(Options options, Consumer<String> out, Supplier<LocalTime> clock) {
        show = options.show();
        printer = new PrettyPrinter(options.release(), out, clock, options.screen());
        live = show == Show.ALL ? printer : ParseListener.NONE;
        parser = new KtapParser(options.release(), live, options.keepTests(), options.keepLogs());
    }

    /** Return the printer, for the lines that a command prints around the results. */
    public PrettyPrinter printer() {
        return printer;
    }

    /** Print the first divider, once. */
    public void start() {
        if (!started) {
            started = true;
            live.start();
        }
    }

    /**
     * Take in one console line. A line with line ends inside counts as several.
     *
     * @return false when no later line can matter
     */
    public boolean accept(String line) {
        start();
        int end = line.indexOf('\n');
        if (end < 0) {
            return acceptOne(line);
        }
        int from = 0;
        while (end >= 0) {
            acceptOne(line.substring(from, end));
            from = end + 1;
            end = line.indexOf('\n', from);
        }
        return acceptOne(line.substring(from));
    }

    private boolean acceptOne(String line) {
        String ktap = filter.accept(line);
        if (ktap != null) {
            parser.accept(ktap);
        }
        if (parser.done()) {
            summarise();
        }
        return !parser.done() && !filter.ended();
    }

    /** Take in all lines of {@code lines} that can matter, then {@link #end}. */
    public Outcome drain(LineSource lines) throws IOException {
        start();
        for (String line = lines.next(); line != null && accept(line); line = lines.next()) {
            // accept() has done it all.
        }
        return end();
    }

    /** Say that the console is closed; prints what is still to be printed. */
    public Outcome end() {
        start();
        parser.end();
        summarise();
        String abort = parser.abort();
        return new Outcome(parser.root(), abort == null ? null : ControlText.escape(abort), parser.parentNotOk());
    }

    private void summarise() {
        if (summarised || parser.abort() != null) {
            return;
        }
        summarised = true;
        if (show == Show.FAILED) {
            printer.failedOnly(parser.root());
        }
        printer.summary(parser.root());
    }
}
