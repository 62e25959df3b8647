package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ConcurrentModificationException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kunit.run.KernelFactory;

/**
 * Shows the kthreads of the kernels that run, as sysrq-t does, when the user presses {@code t} at the terminal or sends
 * SIGQUIT to the process.
 *
 * <p>A run that is over soon pays nothing: the first look is taken after a second. Java cannot handle SIGQUIT, which
 * belongs to the JVM; but the JVM's dispatcher of signals does nothing else than to wait for one, so that the time it
 * has used tells of each. The dump that the JVM itself would print then is turned off by the launcher.
 */
final class TaskDumps implements AutoCloseable {
    private static final long FIRST_LOOK_MILLIS = 1_000;
    private static final long PAUSE_MILLIS = 200;
    private static final int ATTEMPTS = 20;

    private final Host host;
    private final Map<Thread, Kernel> running = new ConcurrentHashMap<>();
    private final Thread watcher;

    TaskDumps(Host host) {
        this.host = host;
        this.watcher = Thread.ofPlatform().daemon().name("kunit-task-dumps").start(this::watch);
    }

    /** The same factory; each host thread's latest kernel is one that runs. */
    KernelFactory remembering(KernelFactory kernels) {
        return (console, platformThreads) -> {
            Kernel kernel = kernels.boot(console, platformThreads);
            running.put(Thread.currentThread(), kernel);
            return kernel;
        };
    }

    private void watch() {
        try {
            Thread.sleep(FIRST_LOOK_MILLIS);
            BooleanSupplier signal = signalWatch();
            try (TerminalKeys keys = TerminalKeys.open(host)) {
                while (true) {
                    if (signal.getAsBoolean() | keys.pressed('t')) {
                        show();
                    }
                    Thread.sleep(PAUSE_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            // The run is over.
        } catch (IOException e) {
            // No terminal, no keys.
        }
    }

    /** Whether a signal came since the last question. */
    private static BooleanSupplier signalWatch() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (ThreadInfo info : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (info != null && info.getThreadName().equals("Signal Dispatcher")
                && threads.isThreadCpuTimeSupported()) {
                long[] seen = {threads.getThreadCpuTime(info.getThreadId())};
                return () -> {
                    long now = threads.getThreadCpuTime(info.getThreadId());
                    boolean came = now != seen[0];
                    seen[0] = now;
                    return came;
                };
            }
        }
        return () -> false;
    }

    private void show() {
        running.keySet().removeIf(thread -> !thread.isAlive());
        StringBuilder out = new StringBuilder();
        for (Kernel kernel : running.values()) {
            String dump = dump(kernel);
            out.append("kunit: ").append(kernel).append('\n').append(dump == null ? "  too busy to be read\n" : dump);
        }
        // The heartbeat may have left a line that is not ended.
        host.err().print(host.errIsTerminal() ? "\r\033[K" : "");
        host.err().print(out.isEmpty() ? "kunit: no kernel is running\n" : out.toString());
        host.err().flush();
    }

    /** Tasks come and go while they are read, so that it may take more than one attempt. */
    private static @Nullable String dump(Kernel kernel) {
        for (int i = 0; i < ATTEMPTS; i++) {
            try {
                return kernel.dump();
            } catch (ConcurrentModificationException e) {
                Thread.yield();
            }
        }
        return null;
    }

    @Override
    public void close() {
        watcher.interrupt();
        try {
            // The terminal must be as it was before anything else is done with it.
            watcher.join(FIRST_LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
