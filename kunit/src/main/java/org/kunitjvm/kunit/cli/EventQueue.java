package org.kunitjvm.kunit.cli;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.run.Debugger;

/** Carries events from the thread that runs suites to the one that prints; either may give up on the other. */
final class EventQueue {
    private static final int IDLE_MS = 100;
    /** What comes in bursts is not worth a look between any two of them. */
    private static final long LULL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Behind an event, or alone: the run is over, by itself or with a fault, or the user ended it. */
    private record Item(@Nullable TimedEvent event, @Nullable Throwable fault, boolean interrupted) {
    }

    private final LinkedBlockingQueue<Item> items = new LinkedBlockingQueue<>();

    /** Run {@code work}, whose events go into the queue, and close the queue behind it. */
    void fill(Consumer<Consumer<TimedEvent>> work) {
        Throwable fault = null;
        try {
            work.accept(event -> items.add(new Item(event, null, false)));
        } catch (RuntimeException | Error e) {
            fault = e;
        }
        items.add(new Item(null, fault, false));
    }

    /** Have {@link #drain} come back when it has handed on what is in the queue now. */
    void interrupt() {
        items.add(new Item(null, null, true));
    }

    /**
     * Hand on events, and call {@code idle} when there is none in a while or for {@value #IDLE_MS} ms was always one,
     * until the run is over, the user ends it, or the time is up; under a debugger it never is. A fault of the run is
     * thrown on.
     */
    Booter.End drain(Consumer<TimedEvent> to, Runnable idle, int timeoutSeconds) {
        long lastIdle = System.nanoTime();
        boolean handedOn = true;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
        try {
            while (true) {
                long now = System.nanoTime();
                if (handedOn && now - lastIdle > TimeUnit.MILLISECONDS.toNanos(IDLE_MS)) {
                    idle.run();
                    lastIdle = now;
                    handedOn = false;
                }
                Item item = items.poll(handedOn ? Math.min(LULL_NANOS, deadline - now) : deadline - now,
                    TimeUnit.NANOSECONDS);
                if (item == null && handedOn) {
                    idle.run();
                    lastIdle = System.nanoTime();
                    handedOn = false;
                } else if (item == null) {
                    if (!Debugger.isPresent()) {
                        return Booter.End.TIMED_OUT;
                    }
                    deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
                } else if (item.event != null) {
                    to.accept(item.event);
                    handedOn = true;
                } else if (item.fault != null) {
                    throw sneaky(item.fault);
                } else {
                    return item.interrupted ? Booter.End.INTERRUPTED : Booter.End.HALTED;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Booter.End.INTERRUPTED;
        }
    }

    private static RuntimeException sneaky(Throwable fault) {
        if (fault instanceof Error error) {
            throw error;
        }
        return (RuntimeException) fault;
    }
}
