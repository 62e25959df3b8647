package org.kunitjvm.kernel.sched;

import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * A {@link Switcher} on host threads that park: virtual ones by default, platform ones for debuggers that hide virtual
 * threads.
 *
 * <p>The baton is a flag in the task's carrier. It is volatile, so everything that the old holder did is visible to the
 * new one. This is the only class of the model that makes threads.
 */
final class ThreadSwitcher implements Switcher {
    private final Thread.Builder builder;
    private final Scheduler scheduler;

    ThreadSwitcher(Scheduler scheduler, boolean platformThreads) {
        this.scheduler = scheduler;
        this.builder = platformThreads ? Thread.ofPlatform().daemon() : Thread.ofVirtual();
    }

    /** The host thread of one task and its share of the baton. */
    static final class Carrier {
        private @Nullable Thread thread;
        private volatile boolean hasBaton;

        @Nullable Thread thread() {
            return thread;
        }

        private void await() {
            while (!hasBaton) {
                LockSupport.park(this);
                // The model knows no host interrupts. Left pending, one would turn this wait into a busy loop.
                Thread.interrupted();
            }
        }

        private void give() {
            hasBaton = true;
            LockSupport.unpark(thread);
        }
    }

    /**
     * Run {@code body} on a virtual thread and wait: an init task there changes places with kthreads much faster than
     * on others.
     */
    static void runToEnd(Runnable body) {
        Thread thread = Thread.ofVirtual().name("explorer").start(body);
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
                thread.interrupt();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void adopt(Task task) {
        task.carrier().thread = Thread.currentThread();
        task.carrier().hasBaton = true;
    }

    @Override
    public void create(Task task, Runnable body) {
        Carrier carrier = task.carrier();
        carrier.thread = builder.name(task.comm() + "/" + task.pid()).unstarted(() -> {
            carrier.await();
            ScopedValue.where(Scheduler.CURRENT, scheduler).run(body);
        });
    }

    @Override
    public void switchTo(Task from, Task to) {
        Carrier mine = from.carrier();
        mine.hasBaton = false;
        handOver(to);
        mine.await();
    }

    @Override
    public void exitTo(Task to) {
        handOver(to);
    }

    private static void handOver(Task to) {
        Carrier carrier = to.carrier();
        Thread thread = carrier.thread;
        if (thread != null && thread.getState() == Thread.State.NEW) {
            carrier.hasBaton = true;
            thread.start();
            return;
        }
        carrier.give();
    }
}
