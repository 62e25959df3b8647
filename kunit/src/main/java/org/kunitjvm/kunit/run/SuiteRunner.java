package org.kunitjvm.kunit.run;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.TaintFlag;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.sched.KthreadExit;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitEnvironment;
import org.kunitjvm.kunit.KunitFailure;
import org.kunitjvm.kunit.KunitLog;
import org.kunitjvm.kunit.KunitMode;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.SuiteContext;
import org.kunitjvm.kunit.assertion.SourceFinder;
import org.kunitjvm.kunit.stub.ModuleLinkException;

/**
 * Runs one suite on one kernel, from where {@link SuiteProgress} stands to the end. Called by the init task.
 * Models lib/kunit/test.c: kunit_run_tests.
 */
final class SuiteRunner {
    private static final int DIED = -Errno.EINTR.number();

    private final Kernel kernel;
    private final SuiteProgress progress;
    private final TestSuite suite;
    private final KunitOptions options;
    private final Consumer<KunitEvent> out;
    private final HostWatch watch;
    private final BooleanSupplier stopped;
    private final KunitEnvironment env;
    private final CaseRunner caseRunner;
    private final SuiteContext context;
    /** What the machine lacks for the whole suite, or {@code null}. */
    private final @Nullable String lack;

    SuiteRunner(Kernel kernel, SuiteProgress progress, KunitOptions options, SourceFinder sources, HostWatch watch,
        BooleanSupplier stopped, Consumer<KunitEvent> out) {
        this.kernel = kernel;
        this.progress = progress;
        this.suite = progress.suite;
        this.options = options;
        this.watch = watch;
        this.stopped = stopped;
        this.out = out;
        this.env = new KunitEnvironment(kernel, options.mode(), sources, suite.loader(),
            options.strict(), this::failed);
        this.caseRunner = new CaseRunner(kernel, suite, options, watch);
        this.context = new SuiteContext(env, suite.name(), env.keepsLogs() ? progress.results.suiteLog() : null);
        this.lack = suite.needs().lackingOn(kernel);
    }

    /** The environment of the suite's tests; it knows whether KUnit itself is printing. */
    KunitEnvironment environment() {
        return env;
    }

    void run() {
        kernel.taint().add(TaintFlag.TEST);
        kernel.hooks().setFailCurrentTest(this::failCurrentTest);
        if (!progress.announced) {
            progress.announced = true;
            progress.results.suiteLog().clear();
            out.accept(new KunitEvent.SuiteStarted(now(), suite, progress.number));
        }
        progress.stage = SuiteProgress.Stage.SETUP;
        int error = setUp();
        if (error != 0) {
            context.err("    # failed to initialize (%d)", error);
            if (options.strict()) {
                tearDown();
            }
            failRest();
            finish(KunitStatus.FAILURE);
            return;
        }
        if (!progress.ready) {
            progress.ready = true;
            KtapLines.attributes(suite).forEach(line -> log(progress.results.suiteLog(), KtapLines.INDENT + line));
            out.accept(new KunitEvent.SuiteReady(now(), suite, progress.number));
        }
        progress.stage = SuiteProgress.Stage.CASES;
        while (progress.nextCase < suite.cases().size() && !stopped.getAsBoolean()) {
            runCase(progress.currentCase());
        }
        progress.stage = SuiteProgress.Stage.TEARDOWN;
        tearDown();
        finish(progress.cases.status());
        kernel.hooks().setFailCurrentTest(null);
    }

    private int setUp() {
        return lack != null ? 0 : step(() -> {
            suite.hooks().begin(kernel);
            return suite.hooks().suiteInit(context);
        }, "suite_init");
    }

    private void tearDown() {
        if (lack != null) {
            return;
        }
        step(() -> {
            suite.hooks().suiteExit(context);
            return 0;
        }, "suite_exit");
    }

    /**
     * Run code of the suite that has no thread of its own; where it would take the kernel down, only this step fails.
     */
    private int step(Calls.Init code, String what) {
        watch.start();
        try {
            return code.run();
        } catch (ErrnoException e) {
            return e.ret();
        } catch (KthreadExit e) {
            context.err("%s tried to end the init task", what);
            return DIED;
        } catch (ModuleLinkException e) {
            e.lines().forEach(line -> kernel.log().print(LogLevel.ERR, line));
            return -Errno.ENOENT.number();
        } catch (LostException e) {
            throw e;
        } catch (Throwable e) {
            context.err("%s died: %s", what, e);
            return DIED;
        } finally {
            watch.stop();
        }
    }

    /** Cases that were planned and cannot run any more, because the suite could not be set up on another kernel. */
    private void failRest() {
        while (progress.ready && progress.nextCase < suite.cases().size()) {
            TestCase testCase = progress.currentCase();
            progress.startCase();
            out.accept(new KunitEvent.CaseStarted(now(), suite, testCase, progress.nextCase + 1));
            Kunit test = newTest(testCase, null);
            test.failWith(KunitFailure.Kind.INIT, null, "the suite could not be set up again");
            progress.params = progress.params.plus(KunitStatus.FAILURE);
            finishCase(testCase, test, false, 0);
        }
    }

    private void runCase(TestCase testCase) {
        progress.startCase();
        caseLog().clear();
        out.accept(new KunitEvent.CaseStarted(now(), suite, testCase, progress.nextCase + 1));
        Kunit test = newTest(testCase, null);
        long durationNs = 0;
        String missing = lack != null ? lack : testCase.needs().lackingOn(kernel);
        boolean runs = !testCase.skipped() && missing == null;
        if (!runs) {
            test.markSkipped("%s", testCase.skipped() || missing == null ? "" : missing);
            progress.params = progress.params.plus(KunitStatus.SKIPPED);
        } else if (testCase.params() == null) {
            durationNs = caseRunner.run(test, testCase);
            progress.params = progress.params.plus(test.status());
        } else {
            durationNs = new ParamRunner(testCase, testCase.params(), test).run();
        }
        finishCase(testCase, test, runs && testCase.params() != null, durationNs);
    }

    private Kunit newTest(TestCase testCase, @Nullable Kunit parent) {
        return new Kunit(env, testCase.name(), env.keepsLogs() ? caseLog() : null, parent);
    }

    private void finishCase(TestCase testCase, Kunit test, boolean ranParams, long durationNs) {
        boolean parameterised = ranParams && test.status() != KunitStatus.FAILURE;
        KunitStatus status = parameterised ? progress.params.status() : test.status();
        String comment = parameterised ? "" : test.statusComment();
        boolean printStats = options.stats().prints(progress.params.total());
        KtapLines.attributes(testCase).forEach(line -> log(caseLog(), KtapLines.INDENT + line));
        if (printStats) {
            log(caseLog(), KtapLines.INDENT + KtapLines.stats(testCase.name(), progress.params));
        }
        int number = progress.nextCase + 1;
        log(caseLog(), KtapLines.INDENT + KtapLines.result(status, number, testCase.name(), comment));
        Stats params = progress.params;
        progress.finishCase(status);
        out.accept(new KunitEvent.CaseFinished(now(), suite, testCase, number,
            new KunitEvent.Result(status, comment, durationNs), params, printStats));
    }

    private void finish(KunitStatus status) {
        progress.stage = SuiteProgress.Stage.DONE;
        progress.results.setStatus(status);
        boolean printCases = progress.ready && options.stats().prints(suite.cases().size());
        boolean printTotals = progress.ready && options.stats().prints(progress.totals.total());
        if (printCases) {
            log(progress.results.suiteLog(), KtapLines.stats(suite.name(), progress.cases));
        }
        if (printTotals) {
            log(progress.results.suiteLog(), KtapLines.stats("Totals", progress.totals));
        }
        suite.hooks().end();
        out.accept(new KunitEvent.SuiteFinished(now(), suite, progress.number, status, progress.cases, progress.totals,
            printCases, printTotals));
    }

    private KunitLog caseLog() {
        return progress.results.caseLog(progress.nextCase);
    }

    private void log(KunitLog log, String line) {
        if (env.keepsLogs()) {
            log.append(line);
        }
    }

    private void failed(KunitFailure failure) {
        if (progress.inCase) {
            out.accept(new KunitEvent.Failed(now(), suite, progress.currentCase(), failure));
        }
    }

    private void failCurrentTest(String file, int line, String text) {
        if (kernel.current().kunitTest() instanceof Kunit test) {
            test.failAsCurrent(file, line, text);
        }
    }

    private long now() {
        return kernel.clock().ktimeNs();
    }

    /** Runs a case once for each of its parameters. */
    private final class ParamRunner {
        private final TestCase testCase;
        private final ParamSource source;
        private final Kunit test;
        private final boolean children = options.mode() == KunitMode.V7;

        ParamRunner(TestCase testCase, ParamSource source, Kunit test) {
            this.testCase = testCase;
            this.source = source;
            this.test = test;
        }

        long run() {
            if (!children) {
                return runAll();
            }
            int error = paramStep(() -> source.init(test));
            if (error != 0) {
                test.log(LogLevel.ERR, KtapLines.INDENT2 + "# failed to initialize parent parameter test (%d)", error);
                test.setFailure();
                test.cleanup();
                return 0;
            }
            long durationNs = runAll();
            paramStep(() -> {
                source.exit(test);
                return 0;
            });
            test.cleanup();
            return durationNs;
        }

        private int paramStep(Calls.Init code) {
            watch.start();
            try {
                return Calls.errnoOf(code);
            } catch (LostException e) {
                throw e;
            } catch (Throwable e) {
                test.failWith(KunitFailure.Kind.FAULT, e, "parameter function died: " + e);
                return DIED;
            } finally {
                watch.stop();
            }
        }

        private long runAll() {
            ParamSource.Params[] params = new ParamSource.Params[1];
            ParamSource.Param[] next = new ParamSource.Param[1];
            paramStep(() -> {
                params[0] = source.open(test);
                return 0;
            });
            int plan = children && params[0] != null ? params[0].count() : -1;
            log(caseLog(), KtapLines.INDENT2 + KtapLines.VERSION);
            log(caseLog(), KtapLines.INDENT2 + KtapLines.subtest(testCase.name()));
            if (plan >= 0) {
                log(caseLog(), KtapLines.INDENT2 + KtapLines.plan(plan));
            }
            out.accept(new KunitEvent.ParamsStarted(now(), suite, testCase, plan));
            long durationNs = 0;
            for (int number = 1; params[0] != null && advance(params[0], next); number++) {
                if (stopped.getAsBoolean()) {
                    break;
                }
                if (params[0].wants(number)) {
                    durationNs += runOne(number, next[0]);
                }
            }
            return durationNs;
        }

        private boolean advance(ParamSource.Params params, ParamSource.Param[] next) {
            int more = paramStep(() -> {
                if (!params.hasNext()) {
                    return 0;
                }
                next[0] = params.next();
                return 1;
            });
            return more == 1;
        }

        private long runOne(int number, ParamSource.Param param) {
            int index = children ? number : number - 1;
            String name = param.desc().isEmpty() ? "param-" + index : param.desc();
            Kunit mine = children ? newTest(testCase, test) : test;
            mine.reset();
            mine.setParam(param.value(), index);
            progress.paramName = name;
            progress.paramNumber = number;
            out.accept(new KunitEvent.ParamStarted(now(), suite, testCase, number, name));
            long durationNs = caseRunner.run(mine, testCase);
            progress.params = progress.params.plus(mine.status());
            progress.paramName = null;
            KunitEvent.Result result = new KunitEvent.Result(mine.status(), mine.statusComment(), durationNs);
            log(caseLog(), KtapLines.INDENT2 + KtapLines.result(result.status(), number, name, result.comment()));
            out.accept(new KunitEvent.ParamFinished(now(), suite, testCase, number, name, result));
            mine.reset();
            return durationNs;
        }
    }
}
