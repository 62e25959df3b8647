package org.kunitjvm.kunit.run;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.assertion.SourceFinder;

/**
 * Runs or lists suites and tells a listener what happens. The one core behind the command line, the JUnit engine and
 * every other front end. Models lib/kunit/executor.c.
 *
 * <p>Suites run one after the other, each on a fresh kernel unless the options say otherwise. A run never hangs on a
 * body that keeps the host busy: its kernel is abandoned, and the suite goes on with its next case on another one.
 */
public final class KunitExecutor {
    private static final String FILTER_ERROR = "kunit executor: error filtering suites: ";
    private static final String MODULE_FILTER_ERROR = "kunit module: error filtering suites: ";

    private final KernelFactory kernels;
    private final KunitOptions options;
    private final Consumer<KunitEvent> listener;
    private final SourceFinder sources;
    private final KunitDebugfs debugfs;
    private final ReentrantLock runLock = new ReentrantLock();
    private volatile boolean stopped;

    /** Where the suites of a run come from; it decides what is printed around them. */
    private enum Origin { BOOT, MODULE, DEBUGFS }

    /** Make an executor. {@code listener} is called on whatever thread something happens on, one at a time. */
    public KunitExecutor(KernelFactory kernels, KunitOptions options, Consumer<KunitEvent> listener) {
        this.kernels = kernels;
        this.options = options;
        this.listener = listener;
        this.sources = new SourceFinder(options.sourceRoots());
        this.debugfs = new KunitDebugfs(this);
    }

    /** Results of earlier runs, and running again ({@code /sys/kernel/debug/kunit}). */
    public KunitDebugfs debugfs() {
        return debugfs;
    }

    /**
     * End the run early: what is running comes to its end, and nothing that is planned behind it begins. May be called
     * by any thread, also by the listener.
     */
    public void stop() {
        stopped = true;
    }

    /** What {@code kunit.*} parameters and the host said. */
    public KunitOptions options() {
        return options;
    }

    /**
     * Do what a booting kernel does with the suites built into it: filter, list or run, shut down.
     *
     * @return the status of the run; {@code SKIPPED} if nothing ran
     * @throws IllegalArgumentException if two suites have one name
     */
    public KunitStatus run(List<TestSuite> suites) {
        List<TestSuite> ordered = initFirst(suites);
        refuseDuplicates(ordered);
        KunitStatus status = KunitStatus.SKIPPED;
        if (!options.enabled()) {
            say(LogLevel.INFO, "kunit: disabled");
        } else {
            List<TestSuite> selected = select(ordered);
            if (selected != null) {
                status = act(selected, "kunit executor");
            } else {
                status = KunitStatus.FAILURE;
            }
        }
        shutdown();
        return status;
    }

    /** Do what loading a module does with the suites in it. Nothing is printed if no suite is left. */
    public KunitStatus loadModule(List<TestSuite> suites) {
        refuseDuplicates(suites);
        if (!options.enabled()) {
            say(LogLevel.INFO, "kunit: disabled");
            return KunitStatus.SKIPPED;
        }
        List<TestSuite> selected;
        try {
            selected = filter().apply(suites);
        } catch (FilterException e) {
            say(LogLevel.ERR, e.getMessage());
            say(LogLevel.ERR, MODULE_FILTER_ERROR + -Errno.EINVAL.number());
            selected = List.of();
        }
        return selected.isEmpty() ? KunitStatus.SKIPPED : act(selected, "kunit");
    }

    /** Forget a module's suites: their results go away. */
    public void unloadModule(List<TestSuite> suites) {
        suites.forEach(suite -> debugfs.forget(suite.name()));
    }

    private SuiteFilter filter() throws FilterException {
        return SuiteFilter.of(options.filterGlob(), options.filter(), options.filterAction());
    }

    private @Nullable List<TestSuite> select(List<TestSuite> suites) {
        if (options.filterGlob() == null && options.filter() == null) {
            return suites;
        }
        try {
            return filter().apply(suites);
        } catch (FilterException e) {
            say(LogLevel.ERR, e.getMessage());
            say(LogLevel.ERR, FILTER_ERROR + -Errno.EINVAL.number());
            return null;
        }
    }

    private KunitStatus act(List<TestSuite> suites, String who) {
        String action = options.action();
        if (action == null) {
            suites.forEach(debugfs::register);
            return options.autorun() ? runAll(suites, who.equals("kunit") ? Origin.MODULE : Origin.BOOT)
                : KunitStatus.SKIPPED;
        }
        return switch (action) {
            case "list" -> list(suites, false);
            case "list_attr" -> list(suites, true);
            default -> {
                say(LogLevel.ERR, who + ": unknown action '" + action + "'");
                yield KunitStatus.SKIPPED;
            }
        };
    }

    private KunitStatus list(List<TestSuite> suites, boolean attributes) {
        listed(KtapLines.VERSION);
        for (TestSuite suite : suites) {
            listed(suite.name());
            if (attributes) {
                KtapLines.attributes(suite).forEach(this::listed);
            }
            for (TestCase testCase : suite.cases()) {
                listed(suite.name() + "." + testCase.name());
                if (attributes) {
                    KtapLines.attributes(testCase).forEach(this::listed);
                }
            }
        }
        return KunitStatus.SUCCESS;
    }

    private void listed(String line) {
        listener.accept(new KunitEvent.Listed(0, line));
    }

    /**
     * Run one suite again, as writing to its {@code run} file does: number 1, no run header, filters do not apply
     * again.
     */
    KunitStatus rerun(TestSuite suite) {
        return runAll(List.of(suite), Origin.DEBUGFS);
    }

    private KunitStatus runAll(List<TestSuite> suites, Origin origin) {
        try {
            runLock.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            say(LogLevel.ERR, "kunit: test interrupted");
            return KunitStatus.FAILURE;
        }
        try {
            if (origin != Origin.DEBUGFS) {
                listener.accept(new KunitEvent.RunStarted(0, suites.size()));
            }
            List<SuiteProgress> work = new ArrayList<>();
            for (TestSuite suite : suites) {
                work.add(new SuiteProgress(suite, work.size() + 1, debugfs.register(suite)));
            }
            KunitRun run = new KunitRun(kernels, options, sources, listener, () -> stopped, work);
            run.run();
            listener.accept(new KunitEvent.RunFinished(0, run.suites().status(), run.totals()));
            return run.suites().status();
        } finally {
            runLock.unlock();
        }
    }

    private void say(LogLevel level, String text) {
        listener.accept(new KunitEvent.Message(0, level, text));
    }

    private void shutdown() {
        String farewell = farewell(options.shutdown());
        if (farewell != null) {
            say(LogLevel.EMERG, farewell);
        }
    }

    /** What a kernel says that {@code kunit_shutdown=} ends; {@code null} if it stays up. */
    public static @Nullable String farewell(@Nullable String shutdown) {
        if (shutdown == null) {
            return null;
        }
        return switch (shutdown) {
            case "poweroff" -> "reboot: Power down";
            case "halt" -> "reboot: System halted";
            case "reboot" -> "reboot: Restarting system";
            default -> null;
        };
    }

    private static List<TestSuite> initFirst(List<TestSuite> suites) {
        List<TestSuite> ordered = new ArrayList<>(suites.stream().filter(TestSuite::isInit).toList());
        suites.stream().filter(suite -> !suite.isInit()).forEach(ordered::add);
        return ordered;
    }

    private static void refuseDuplicates(List<TestSuite> suites) {
        Set<String> names = new HashSet<>();
        for (TestSuite suite : suites) {
            if (!names.add(suite.name())) {
                throw new IllegalArgumentException("two suites are called " + suite.name()
                    + ": filters and results cannot tell them apart; rename " + suite.className());
            }
        }
    }
}
