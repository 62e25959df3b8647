package org.kunitjvm.kunit.run;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.LogRecord;
import org.kunitjvm.kunit.HangReport;
import org.kunitjvm.kunit.KunitAbandoned;
import org.kunitjvm.kunit.KunitFailure;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.assertion.SourceFinder;

/**
 * One run: host threads, kernels, and what to do when one of them is lost.
 *
 * <p>Suites run on a thread of their own, which is the init task of their kernels; the calling thread waits and
 * watches. If a step keeps the host busy for too long, or a test thread cannot be ended, that thread and its kernel are
 * left behind: their events no longer count, the case has failed, and a new thread with a new kernel goes on after it.
 */
final class KunitRun {
    private final KernelFactory kernels;
    private final KunitOptions options;
    private final SourceFinder sources;
    private final Consumer<KunitEvent> listener;
    private final BooleanSupplier stopped;
    private final List<SuiteProgress> work;
    private volatile int nextSuite;
    private @Nullable Worker worker;
    private boolean platformThreads;
    private Stats suites = Stats.NONE;
    private Stats totals = Stats.NONE;

    KunitRun(KernelFactory kernels, KunitOptions options, SourceFinder sources, Consumer<KunitEvent> listener,
        BooleanSupplier stopped, List<SuiteProgress> work) {
        this.kernels = kernels;
        this.options = options;
        this.sources = sources;
        this.listener = listener;
        this.stopped = stopped;
        this.work = work;
    }

    /** Results of the suites. */
    Stats suites() {
        return suites;
    }

    /** Results of all cases and parameters. */
    Stats totals() {
        return totals;
    }

    void run() {
        while (hasMore()) {
            Worker mine = new Worker();
            synchronized (this) {
                worker = mine;
            }
            Thread thread = startHost(mine);
            if (!awaitEnd(thread, mine) || mine.lost != null) {
                takeOver(mine);
                // Now that nobody listens to it any more: a body that waits for the host may be woken by this and end.
                thread.interrupt();
            } else if (mine.broken != null) {
                throw new IllegalStateException("the runner failed in suite " + mine.progress().suite.name(),
                    mine.broken);
            }
        }
    }

    private boolean hasMore() {
        return nextSuite < work.size() && !stopped.getAsBoolean();
    }

    private Thread startHost(Worker mine) {
        Thread.Builder builder = platformThreads ? Thread.ofPlatform().daemon() : Thread.ofVirtual();
        return builder.name("kunit-init").start(mine);
    }

    /** Wait for the worker; false if a step is late. */
    private boolean awaitEnd(Thread thread, Worker mine) {
        long limit = options.hostLimit().toNanos();
        try {
            while (true) {
                long left = limit == 0 ? Long.MAX_VALUE : limit - mine.watch.busyNanos();
                if (left <= 0) {
                    if (!Debugger.isPresent()) {
                        return false;
                    }
                    left = limit;
                }
                if (thread.join(Duration.ofNanos(left))) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The worker is lost: say so for the step that it was in, and leave the rest to a successor. */
    private void takeOver(Worker mine) {
        synchronized (this) {
            worker = null;
        }
        platformThreads = true;
        SuiteProgress suite = mine.progress();
        switch (suite.stage) {
            case SETUP -> giveUpSuite(suite, "suite_init");
            case CASES -> giveUpCase(suite, hang(mine));
            case TEARDOWN -> giveUpSuite(suite, "suite_exit");
            case DONE -> {
                // It was lost after the suite: nothing is missing.
            }
        }
    }

    private void giveUpSuite(SuiteProgress suite, String step) {
        log("    # " + suite.suite.name() + ": " + step + " does not end; its kernel was abandoned");
        finishSuite(suite, KunitStatus.FAILURE);
    }

    /** What the kernel of a lost thread was doing, for a run that has limits of its own; else empty. */
    private String hang(Worker mine) {
        Kernel kernel = mine.kernel;
        if (kernel == null || options.limits().maxSteps() == 0) {
            return "";
        }
        try {
            return ": no end after " + options.hostLimit().toSeconds() + " s of the host's time\n"
                + new HangReport(kernel).text();
        } catch (RuntimeException e) {
            // The thread went on after all, and changed what was being read.
            return "";
        }
    }

    private void giveUpCase(SuiteProgress lost, String hang) {
        SuiteProgress suite = lost.successor();
        TestCase testCase = suite.currentCase();
        log("    # " + testCase.name() + ": try timed out");
        report(suite, testCase, "test case timed out" + hang);
        KunitEvent.Result result = new KunitEvent.Result(KunitStatus.FAILURE, "", 0);
        suite.startCase();
        suite.params = lost.params.plus(KunitStatus.FAILURE);
        if (lost.paramName != null) {
            tell(new KunitEvent.ParamFinished(0, suite.suite, testCase, lost.paramNumber, lost.paramName, result));
        }
        int number = suite.nextCase + 1;
        Stats params = suite.params;
        suite.finishCase(KunitStatus.FAILURE);
        tell(new KunitEvent.CaseFinished(0, suite.suite, testCase, number, result, params,
            options.stats().prints(params.total())));
        work.set(nextSuite, suite);
    }

    private void finishSuite(SuiteProgress suite, KunitStatus status) {
        suite.stage = SuiteProgress.Stage.DONE;
        suite.results.setStatus(status);
        boolean printCases = suite.ready && options.stats().prints(suite.suite.cases().size());
        boolean printTotals = suite.ready && options.stats().prints(suite.totals.total());
        tell(new KunitEvent.SuiteFinished(0, suite.suite, suite.number, status, suite.cases, suite.totals, printCases,
            printTotals));
        account(status, suite);
    }

    private void account(KunitStatus status, SuiteProgress suite) {
        suites = suites.plus(status);
        totals = totals.plus(suite.totals);
        nextSuite++;
    }

    private void report(SuiteProgress suite, TestCase testCase, String text) {
        String line = "    # " + testCase.name() + ": " + text;
        line.lines().forEach(this::log);
        tell(new KunitEvent.Failed(0, suite.suite, testCase, KunitFailure.of(KunitFailure.Kind.TIMEOUT, line)));
    }

    private void log(String line) {
        tell(new KunitEvent.LogLine(new LogRecord(0, 0, LogLevel.ERR, line), true, false));
    }

    private synchronized void tell(KunitEvent event) {
        listener.accept(event);
    }

    /** Events of a worker count as long as it is the current one. */
    private synchronized void tell(Worker from, KunitEvent event) {
        if (worker != from) {
            throw new LostException();
        }
        listener.accept(event);
        if (event instanceof KunitEvent.SuiteFinished finished) {
            account(finished.status(), work.get(nextSuite));
        }
    }

    /** Runs suites on kernels of its own, until all are done or it is lost. */
    private final class Worker implements Runnable {
        private final HostWatch watch = new HostWatch();
        private volatile @Nullable Throwable lost;
        private volatile @Nullable Throwable broken;
        private volatile @Nullable SuiteProgress progress;
        private @Nullable SuiteRunner runner;
        private volatile @Nullable Kernel kernel;

        SuiteProgress progress() {
            SuiteProgress known = progress;
            return known == null ? work.get(nextSuite) : known;
        }

        @Override
        public void run() {
            try {
                Kernel kernel = null;
                while (hasMore()) {
                    SuiteProgress suite = work.get(nextSuite);
                    progress = suite;
                    if (kernel == null) {
                        kernel = boot(suite.suite.loader());
                    }
                    runSuite(kernel, suite);
                    if (!options.oneKernel() || nextLoader() != suite.suite.loader()) {
                        shutDown(kernel);
                        kernel = null;
                    }
                }
                if (kernel != null) {
                    shutDown(kernel);
                }
            } catch (KunitAbandoned e) {
                lost = e;
            } catch (LostException e) {
                // Nobody waits for this thread any more.
            } catch (Throwable e) {
                broken = e;
            }
        }

        /** Every suite has its results by now: what a test did to the kernel's tables must not take the run down. */
        private void shutDown(Kernel kernel) {
            try {
                kernel.shutdown();
            } catch (KernelBug | IndexOutOfBoundsException | IllegalStateException e) {
                tell(this, new KunitEvent.LogLine(new LogRecord(0, 0, LogLevel.ERR,
                    "# " + progress().suite.name() + ": its kernel cannot be shut down: " + e), true, false));
            }
        }

        private @Nullable ClassLoader nextLoader() {
            return nextSuite < work.size() ? work.get(nextSuite).suite.loader() : null;
        }

        /** Boot a kernel whose parts come from the same loader as the suite. */
        private Kernel boot(@Nullable ClassLoader loader) {
            if (loader != null) {
                Thread.currentThread().setContextClassLoader(loader);
            }
            boolean[] booting = {true};
            Kernel kernel = kernels.boot(line -> {
                SuiteRunner talking = runner;
                boolean fromKunit = talking != null && talking.environment().isPrinting();
                tell(this, new KunitEvent.LogLine(line, fromKunit, booting[0]));
            }, platformThreads);
            booting[0] = false;
            this.kernel = kernel;
            return kernel;
        }

        private void runSuite(Kernel kernel, SuiteProgress suite) {
            SuiteRunner mine = new SuiteRunner(kernel, suite, options, sources, watch, stopped,
                event -> tell(this, event));
            runner = mine;
            kernel.sched().asCallingThread(mine::run);
            runner = null;
        }
    }
}
