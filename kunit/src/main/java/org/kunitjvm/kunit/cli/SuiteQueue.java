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
 * has a kernel of its own, the events do not depend on the number of threads.
 */
final class SuiteQueue {
    private static final String AFTER_FAILURE = "a test before it failed (--fail-fast)";

    private final KernelFactory kernels;
    private final KunitOptions options;
    private final BootRequest request;
    private final @Nullable ScheduleSearch search;
    private final RunListener listener;
    /** The names that the filters leave, of suites and of cases. */
    private final Set<String> names = new LinkedHashSet<>();
    private final Consumer<TimedEvent> to;
    private final AtomicInteger workers = new AtomicInteger();
    /** The place of the first track with a failure, as far as is known; what comes behind it need not run. */
    private final AtomicInteger firstFailed = new AtomicInteger(Integer.MAX_VALUE);
    /** Whether a failure was handed on: by the thread that hands on, so in order. */
    private boolean handedFailure;
    private int trackCount;

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
            if (event instanceof KunitEvent.Listed listed) {
                names.add(listed.line());
            } else if (event instanceof KunitEvent.Message) {
                trouble[0] = true;
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
        Stats status = Stats.NONE;
        Stats totals = Stats.NONE;
        ExecutorService pool = Executors.newFixedThreadPool(request.jobs(), this::worker);
        try {
            List<List<Track>> queue = new ArrayList<>();
            for (TestSuite suite : suites) {
                queue.add(tracks(suite));
                queue.getLast().forEach(pool::submit);
            }
            for (int i = 0; i < suites.size(); i++) {
                JoinedSuite joined = new JoinedSuite(selected(suites.get(i)), i + 1, queue.get(i).size(),
                    options.stats(), this::handOn);
                for (Track track : queue.get(i)) {
                    if (!joined.isOver()) {
                        track.hand(joined);
                    }
                }
                status = status.plus(joined.status());
                totals = totals.plus(joined.totals());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } finally {
            pool.shutdownNow();
        }
        to.accept(now(new KunitEvent.RunFinished(0, status.status(), totals)));
    }

    /** The JDK's own factory of numbered threads links code at run time. */
    private Thread worker(Runnable work) {
        return Thread.ofPlatform().daemon().name("kunit-job-" + workers.incrementAndGet()).unstarted(work);
    }

    private void handOn(TimedEvent event) {
        handedFailure |= isFailure(event.event());
        to.accept(event);
    }

    private static boolean isFailure(KunitEvent event) {
        return event instanceof KunitEvent.CaseFinished finished && finished.result().status() == KunitStatus.FAILURE;
    }

    /**
     * What runs on one kernel of its own: a suite, or each case of a suite that allows it, however many jobs there are.
     */
    private List<Track> tracks(TestSuite suite) {
        List<TestSuite> parts = new ArrayList<>();
        List<TestCase> wanted = selected(suite).cases();
        if (suite.isParallel() && wanted.size() > 1) {
            wanted.forEach(test -> parts.add(suite.withCases(List.of(test))));
        } else {
            parts.add(suite);
        }
        return parts.stream().map(part -> new Track(part, trackCount++)).toList();
    }

    /** The suite as the filters leave it. */
    private TestSuite selected(TestSuite suite) {
        return suite.withCases(suite.cases().stream().filter(isSelected(suite)).toList());
    }

    private Predicate<TestCase> isSelected(TestSuite suite) {
        return test -> names.contains(suite.name() + "." + test.name());
    }

    private static TimedEvent now(KunitEvent event) {
        return new TimedEvent(event, System.nanoTime());
    }

    /** A suite, or a part of one, and what it has said so far. */
    private final class Track implements Runnable {
        private final TestSuite suite;
        private final int place;
        private final LinkedBlockingQueue<Object> said = new LinkedBlockingQueue<>();

        Track(TestSuite suite, int place) {
            this.suite = suite;
            this.place = place;
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
            KernelFactory factory = kernels;
            Consumer<KunitEvent> hear = this::say;
            FailureSnapshots snapshots = listener.snapshots();
            if (snapshots != null) {
                FailureSnapshots.Watch watch = snapshots.watch(factory);
                factory = watch;
                hear = before(watch::event, hear);
            }
            ProcKeeper procs = listener.procs();
            if (procs != null) {
                ProcKeeper.Watch watch = procs.watch(factory);
                factory = watch;
                hear = before(watch::event, hear);
            }
            execute(mine, new KunitExecutor(factory, options.withShutdown(null), hear));
        }

        private static Consumer<KunitEvent> before(Consumer<KunitEvent> first, Consumer<KunitEvent> then) {
            return event -> {
                first.accept(event);
                then.accept(event);
            };
        }

        private void execute(TestSuite mine, KunitExecutor executor) {
            executor.run(List.of(mine));
            String results = executor.debugfs().results(mine.name());
            if (results != null) {
                listener.debugfs(mine, results);
            }
        }

        private void say(KunitEvent event) {
            if (isFailure(event)) {
                firstFailed.accumulateAndGet(place, Math::min);
            }
            listener.live(event);
            said.add(now(event));
        }

        /** A case that is skipped if one before it is known to have failed. */
        private TestCase unlessFailed(TestCase test) {
            TestCase.Body body = kunit -> {
                if (firstFailed.get() <= place) {
                    kunit.skip(AFTER_FAILURE);
                }
                test.body().run(kunit);
            };
            return test.withBody(body);
        }

        /** Hand on everything up to the end of the track. */
        void hand(JoinedSuite next) throws InterruptedException {
            if (request.failFast() && handedFailure && firstFailed.get() < place) {
                // Whatever ran ahead on another thread does not count: what is shown must not depend on the number of
                // jobs.
                skipAll(next);
                return;
            }
            while (true) {
                Object item = said.take();
                if (item instanceof Error error) {
                    throw error;
                }
                if (item instanceof RuntimeException fault) {
                    throw fault;
                }
                TimedEvent timed = (TimedEvent) item;
                if (timed.event() instanceof KunitEvent.RunFinished) {
                    return;
                }
                // The start of the run is the queue's to tell, once for all.
                if (!(timed.event() instanceof KunitEvent.RunStarted)) {
                    next.add(timed);
                }
            }
        }

        private void skipAll(JoinedSuite next) {
            TestSuite skipping = suite.withCases(suite.cases().stream().map(test ->
                test.withBody(kunit -> kunit.skip(AFTER_FAILURE))).toList());
            new KunitExecutor(kernels, options.withShutdown(null), event -> {
                if (!(event instanceof KunitEvent.RunStarted || event instanceof KunitEvent.RunFinished)) {
                    next.add(now(event));
                }
            }).run(List.of(skipping));
        }
    }
}
