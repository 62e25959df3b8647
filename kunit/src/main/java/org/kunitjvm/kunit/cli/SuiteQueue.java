package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.run.KernelFactory;
import org.kunitjvm.kunit.run.KunitEvent;
import org.kunitjvm.kunit.run.KunitExecutor;
import org.kunitjvm.kunit.run.KunitOptions;
import org.kunitjvm.kunit.run.Stats;
import org.kunitjvm.kunit.run.TestCase;
import org.kunitjvm.kunit.run.TestSuite;

/**
 * Runs suites on several threads and tells of them in their order, as if they had run one after the other: since each
 * has a kernel of
 * its own, the events do not depend on the number of threads.
 */
final class SuiteQueue {
    private final KernelFactory kernels;
    private final KunitOptions options;
    private final BootRequest request;
    private final @Nullable ScheduleSearch search;
    private final RunListener listener;
    /** The names that the filters leave, of suites and of cases. */
    private final Set<String> names = new LinkedHashSet<>();
    private final Consumer<TimedEvent> to;
    /** The place of the first suite with a failure, as far as is known; what comes behind it need not run. */
    private final AtomicInteger firstFailed = new AtomicInteger(Integer.MAX_VALUE);

    SuiteQueue(KernelFactory kernels, KunitOptions options, BootRequest request, @Nullable ScheduleSearch search,
        RunListener listener, Consumer<TimedEvent> to) {
        this.kernels = kernels;
        this.options = options;
        this.request = request;
        this.search = search;
        this.listener = listener;
        this.to = to;
    }

    /** Run, or list, what the options select of {@code suites}. */
    void run(List<TestSuite> suites) {
        List<TestSuite> selected = options.enabled() && options.action() == null && options.autorun() ? select(suites)
            : null;
        if (selected == null) {
            new KunitExecutor(kernels, options.withShutdown(null), event -> to.accept(now(event))).run(suites);
        } else {
            runAll(selected);
        }
    }

    /**
     * The suites that the filters leave something of, or {@code null} if the executor has something to say about the
     * filters.
     */
    private @Nullable List<TestSuite> select(List<TestSuite> suites) {
        boolean[] trouble = {false};
        new KunitExecutor(kernels, options.withAction("list").withShutdown(null), event -> {
            switch (event) {
                case KunitEvent.Listed listed -> names.add(listed.line());
                case KunitEvent.Message _ -> trouble[0] = true;
                default -> {
                    // A list has no other events.
                }
            }
        }).run(suites);
        if (trouble[0]) {
            return null;
        }
        List<TestSuite> selected = new ArrayList<>(suites.stream().filter(suite -> names.contains(suite.name()))
            .toList());
        selected.sort((a, b) -> Boolean.compare(b.isInit(), a.isInit()));
        return selected;
    }

    private void runAll(List<TestSuite> suites) {
        to.accept(now(new KunitEvent.RunStarted(0, suites.size())));
        listener.total((int) suites.stream().flatMap(suite -> suite.cases().stream().filter(isSelected(suite)))
            .count());
        List<Track> tracks = new ArrayList<>();
        Stats status = Stats.NONE;
        Stats totals = Stats.NONE;
        try (ExecutorService pool = Executors.newFixedThreadPool(request.jobs(), Thread.ofPlatform().daemon()
            .name("kunit-job-", 1).factory())) {
            for (TestSuite suite : suites) {
                Track track = new Track(suite, tracks.size() + 1);
                tracks.add(track);
                pool.submit(track);
            }
            for (Track track : tracks) {
                KunitEvent.RunFinished finished = track.hand(to);
                status = status.plus(finished.status());
                totals = totals.plus(finished.totals());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        to.accept(now(new KunitEvent.RunFinished(0, status.status(), totals)));
    }

    private Predicate<TestCase> isSelected(TestSuite suite) {
        return test -> names.contains(suite.name() + "." + test.name());
    }

    private static TimedEvent now(KunitEvent event) {
        return new TimedEvent(event, System.nanoTime());
    }

    /** One suite and what it has said so far. */
    private final class Track implements Runnable {
        private final TestSuite suite;
        private final int number;
        private final LinkedBlockingQueue<Object> said = new LinkedBlockingQueue<>();

        Track(TestSuite suite, int number) {
            this.suite = suite;
            this.number = number;
        }

        @Override
        public void run() {
            try {
                TestSuite mine = search == null ? suite : search.search(suite, isSelected(suite));
                if (request.failFast()) {
                    mine = mine.withCases(mine.cases().stream().map(this::unlessFailed).toList());
                }
                execute(mine);
            } catch (RuntimeException | Error e) {
                said.add(e);
            }
        }

        private void execute(TestSuite mine) {
            FailureSnapshots snapshots = listener.snapshots();
            if (snapshots == null) {
                execute(mine, new KunitExecutor(kernels, options.withShutdown(null), this::say));
                return;
            }
            FailureSnapshots.Watch watch = snapshots.watch(kernels);
            execute(mine, new KunitExecutor(watch, options.withShutdown(null), event -> {
                watch.event(event);
                say(event);
            }));
        }

        private void execute(TestSuite mine, KunitExecutor executor) {
            executor.run(List.of(mine));
            String results = executor.debugfs().results(mine.name());
            if (results != null) {
                listener.debugfs(mine, results);
            }
        }

        private void say(KunitEvent event) {
            if (event instanceof KunitEvent.CaseFinished finished && finished.result()
                .status() == KunitStatus.FAILURE) {
                firstFailed.accumulateAndGet(number, Math::min);
            }
            listener.live(event);
            said.add(now(event));
        }

        /**
         * A case that is skipped if one before it failed. A suite behind a failed one may still run when jobs run side
         * by side.
         */
        private TestCase unlessFailed(TestCase test) {
            TestCase.Body body = kunit -> {
                if (firstFailed.get() <= number) {
                    kunit.skip("a test before it failed (--fail-fast)");
                }
                test.body().run(kunit);
            };
            return test.withBody(body);
        }

        /** Hand on everything up to the end of the suite. */
        KunitEvent.RunFinished hand(Consumer<TimedEvent> next) throws InterruptedException {
            while (true) {
                switch (said.take()) {
                    case TimedEvent(KunitEvent.RunFinished finished, _) -> {
                        return finished;
                    }
                    case TimedEvent(KunitEvent.RunStarted _, _) -> {
                        // The queue has one for all.
                    }
                    case TimedEvent(KunitEvent event, long nanos) ->
                        next.accept(new TimedEvent(numbered(event), nanos));
                    case Error error -> throw error;
                    case Object fault -> throw (RuntimeException) fault;
                }
            }
        }

        private KunitEvent numbered(KunitEvent event) {
            return switch (event) {
                case KunitEvent.SuiteStarted e -> new KunitEvent.SuiteStarted(e.timeNs(), e.suite(), number);
                case KunitEvent.SuiteReady e -> new KunitEvent.SuiteReady(e.timeNs(), e.suite(), number);
                case KunitEvent.SuiteFinished e -> new KunitEvent.SuiteFinished(e.timeNs(), e.suite(), number,
                    e.status(), e.cases(),
                    e.totals(), e.printCases(), e.printTotals());
                default -> event;
            };
        }
    }
}
