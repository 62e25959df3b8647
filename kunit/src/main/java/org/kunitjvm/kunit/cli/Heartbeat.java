package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.Speed;
import org.kunitjvm.kunit.run.CaseLimits;
import org.kunitjvm.kunit.run.KunitEvent;

/**
 * Says on standard error that a run is alive when it has been silent for a while: one line that is redrawn on a
 * terminal, a line every half minute elsewhere. A case that has been running for longer than a case of its kind should
 * is named once, when that happens. A run that is over in a second never sees any of it.
 */
final class Heartbeat implements AutoCloseable {
    private static final long TICK_MILLIS = 200;
    private static final long TERMINAL_START_MILLIS = 1_000;
    private static final long PLAIN_EVERY_MILLIS = 30_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    /** When a case of no special speed is slow; others have as many times as much as for their limits. */
    private static final long SLOW_NANOS = 2 * NANOS_PER_SECOND;
    private static final int DEFAULT_COLUMNS = 80;
    private static final String ERASE = "\r\u001b[K";

    private final Host host;
    private final boolean terminal;
    private final long plainEveryMillis;
    private final int columns;
    /**
     * Held while something is printed, and not while something is counted: those who run cases must not wait for it.
     */
    private final Object screen = new Object();
    private final Map<String, Running> running = new LinkedHashMap<>();
    private int total;
    private int done;
    private int failed;
    private boolean drawn;
    private @Nullable Thread thread;

    /** A case that runs. */
    private static final class Running {
        private final long since;
        private final long slowNanos;
        private boolean said;

        Running(long since, Speed speed) {
            this.since = since;
            this.slowNanos = SLOW_NANOS * CaseLimits.factor(speed);
        }
    }

    Heartbeat(Host host) {
        this.host = host;
        terminal = host.errIsTerminal();
        plainEveryMillis = host.number("KUNIT_HEARTBEAT_MILLIS", (int) PLAIN_EVERY_MILLIS);
        columns = columns(host);
    }

    /** The width that a shell left in the environment, if it makes sense. */
    private static int columns(Host host) {
        String said = host.variable("COLUMNS");
        return said != null && said.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(said) : DEFAULT_COLUMNS;
    }

    void start() {
        thread = Thread.ofPlatform().daemon().name("kunit-heartbeat").start(this::beat);
    }

    private void beat() {
        long tick = Math.min(TICK_MILLIS, plainEveryMillis);
        try {
            for (long silent = tick;; silent += tick) {
                Thread.sleep(tick);
                sayWhatIsSlow(host.nanos().getAsLong());
                if (terminal ? silent >= TERMINAL_START_MILLIS : silent % plainEveryMillis < tick) {
                    draw();
                }
            }
        } catch (InterruptedException e) {
            // The run is over.
        }
    }

    private void draw() {
        String text = "kunit: " + text(host.nanos().getAsLong());
        synchronized (screen) {
            if (terminal) {
                // A line that wraps could not be erased.
                host.err().print(ERASE + text.substring(0, Math.min(text.length(), columns - 1)));
                drawn = true;
            } else {
                host.err().println(text);
            }
            host.err().flush();
        }
    }

    /** Name each case that has become slow since the last time. */
    void sayWhatIsSlow(long nanos) {
        for (String slow : slowSince(nanos)) {
            around(() -> host.err().println("kunit: slow: " + slow));
            host.err().flush();
        }
    }

    private synchronized List<String> slowSince(long nanos) {
        List<String> slow = new ArrayList<>();
        running.forEach((name, each) -> {
            if (!each.said && nanos - each.since >= each.slowNanos) {
                each.said = true;
                slow.add(name + " has been running for " + (nanos - each.since) / NANOS_PER_SECOND + " s");
            }
        });
        return slow;
    }

    /** What there is to say at a time. */
    synchronized String text(long nanos) {
        String cases = running.entrySet().stream()
            .map(entry -> entry.getKey() + " (" + (nanos - entry.getValue().since) / NANOS_PER_SECOND + " s"
                + (entry.getValue().said ? ", slow)" : ")"))
            .collect(Collectors.joining(", "));
        return done + " of " + total + " tests done" + (failed > 0 ? ", " + failed + " failed" : "")
            + (cases.isEmpty() ? "" : ", running " + cases);
    }

    /** Print something else without mixing it with the line on the terminal. */
    void around(Runnable printing) {
        synchronized (screen) {
            if (drawn) {
                host.err().print(ERASE);
                host.err().flush();
                drawn = false;
            }
            printing.run();
        }
    }

    synchronized void total(int cases) {
        total = cases;
    }

    /** Take in an event when it happens. */
    synchronized void live(KunitEvent event, long nanos) {
        if (event instanceof KunitEvent.CaseStarted e) {
            running.put(e.suite().name() + "." + e.testCase().name(), new Running(nanos,
                e.testCase().speed() != Speed.UNSET ? e.testCase().speed() : e.suite().speed()));
        } else if (event instanceof KunitEvent.CaseFinished e) {
            running.remove(e.suite().name() + "." + e.testCase().name());
            done++;
            failed += e.result().status() == KunitStatus.FAILURE ? 1 : 0;
        }
    }

    @Override
    public void close() {
        Thread beating = thread;
        if (beating != null) {
            beating.interrupt();
        }
        around(() -> { });
    }
}
