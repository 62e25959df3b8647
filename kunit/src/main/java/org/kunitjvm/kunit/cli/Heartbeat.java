package org.kunitjvm.kunit.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.run.KunitEvent;

/**
 * Says on standard error that a run is alive when it has been silent for a while: one line that is redrawn on a
 * terminal, a line every
 * half minute elsewhere. A run that is over in a second never sees it.
 */
final class Heartbeat implements AutoCloseable {
    private static final long TERMINAL_START_MILLIS = 1_000;
    private static final long TERMINAL_EVERY_MILLIS = 200;
    private static final long PLAIN_EVERY_MILLIS = 30_000;
    private static final String ERASE = "\r\u001b[K";

    private final Host host;
    private final boolean terminal;
    private final long plainEveryMillis;
    private final Map<String, Long> running = new LinkedHashMap<>();
    private int total;
    private int done;
    private int failed;
    private boolean drawn;
    private @Nullable Thread thread;

    Heartbeat(Host host) {
        this.host = host;
        terminal = host.errIsTerminal();
        String wish = host.variable("KUNIT_HEARTBEAT_MILLIS");
        plainEveryMillis = wish != null && wish.matches("[1-9][0-9]{0,8}") ? Long.parseLong(wish) : PLAIN_EVERY_MILLIS;
    }

    void start() {
        thread = Thread.ofPlatform().daemon().name("kunit-heartbeat").start(this::beat);
    }

    private void beat() {
        try {
            Thread.sleep(terminal ? TERMINAL_START_MILLIS : plainEveryMillis);
            while (true) {
                draw();
                Thread.sleep(terminal ? TERMINAL_EVERY_MILLIS : plainEveryMillis);
            }
        } catch (InterruptedException e) {
            // The run is over.
        }
    }

    private synchronized void draw() {
        String text = "kunit: " + text(host.nanos().getAsLong());
        if (terminal) {
            host.err().print(ERASE + text);
            drawn = true;
        } else {
            host.err().println(text);
        }
        host.err().flush();
    }

    /** What there is to say at a time. */
    synchronized String text(long nanos) {
        String cases = running.entrySet().stream()
            .map(entry -> entry.getKey() + " (" + (nanos - entry.getValue()) / 1_000_000_000 + " s)")
                .collect(Collectors.joining(", "));
        return done + " of " + total + " tests done" + (failed > 0 ? ", " + failed + " failed" : "")
            + (cases.isEmpty() ? "" : ", running " + cases);
    }

    /** Print something else without mixing it with the line on the terminal. */
    synchronized void around(Runnable printing) {
        if (drawn) {
            host.err().print(ERASE);
            host.err().flush();
            drawn = false;
        }
        printing.run();
    }

    synchronized void total(int cases) {
        total = cases;
    }

    /** Take in an event when it happens. */
    synchronized void live(KunitEvent event, long nanos) {
        switch (event) {
            case KunitEvent.CaseStarted e -> running.put(e.suite().name() + "." + e.testCase().name(), nanos);
            case KunitEvent.CaseFinished e -> {
                running.remove(e.suite().name() + "." + e.testCase().name());
                done++;
                failed += e.result().status() == KunitStatus.FAILURE ? 1 : 0;
            }
            default -> {
                // Not about a case as a whole.
            }
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
