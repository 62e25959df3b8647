package org.kunitjvm.kunit.cli;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;

import org.kunitjvm.kernel.Initcalls;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.KernelCommandLine;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.sched.Schedule;
import org.kunitjvm.kernel.sched.SchedulePlan;
import org.kunitjvm.kunit.KunitMode;
import org.kunitjvm.kunit.run.BootOptions;
import org.kunitjvm.kunit.run.CaseLimits;
import org.kunitjvm.kunit.run.KernelFactory;
import org.kunitjvm.kunit.run.KtapWriter;
import org.kunitjvm.kunit.run.KunitEvent;
import org.kunitjvm.kunit.run.KunitExecutor;
import org.kunitjvm.kunit.run.KunitOptions;
import org.kunitjvm.kunit.run.TestSuite;

/**
 * Boots kernels of this project's model.
 *
 * <p>Suites run on a thread of their own, and everything they say comes back through a queue: the caller alone prints,
 * and can stop waiting at any time. What one run shows as the log of one kernel is, behind the boot messages, one fresh
 * kernel for every suite.
 */
final class KernelBooter implements Booter {
    private static final int CASE_TIMEOUT_SECONDS = 120;
    /**
     * Decision points of all kthreads together; the longest suite of this project needs a third of it, a host about a
     * second or two.
     */
    private static final long MAX_STEPS = 100_000_000;

    private final Host host;

    KernelBooter(Host host) {
        this.host = host;
    }

    @Override
    public End boot(BootRequest request, Consumer<String> console, RunListener listener) {
        EventQueue queue = new EventQueue();
        TaskDumps dumps = new TaskDumps(host);
        CompletableFuture<List<TestSuite>> suites = new CompletableFuture<>();
        // The first boot of a kernel and the loading of suites take about as long: they go side by side.
        Thread runner = Thread.ofPlatform().daemon().name("kunit-run")
            .start(() -> queue.fill(to -> run(request, suites, dumps, listener, to)));
        host.interrupt().onRequest(queue::interrupt);
        try {
            SuiteSet linked = !isBuiltIn(request.config()) ? SuiteSet.NONE
                : SuiteSet.load(request.suiteFolders(), request.config(),
                KernelCommandLine.parse(request.cmdline()).get("kunit.filter_glob"));
            listener.linked(linked);
            suites.complete(request.selection().apply(linked.loaded()));
            KtapWriter writer = new KtapWriter((_, text) -> console.accept(text));
            return queue.drain(event -> {
                writer.accept(event.event());
                listener.event(event);
            }, listener::idle, request.timeoutSeconds());
        } finally {
            dumps.close();
            host.interrupt().onRequest(null);
            runner.interrupt();
        }
    }

    private void run(BootRequest request, Future<List<TestSuite>> suites, TaskDumps dumps, RunListener listener,
        Consumer<TimedEvent> to) {
        KernelCommandLine cmdline = KernelCommandLine.parse(request.cmdline());
        KunitOptions options = KunitOptions.of(cmdline, request.config(), request.newest() ? KunitMode.V7
            : KunitMode.V6_12)
            .withSourceRoots(request.sourceRoots());
        options = limited(options, cmdline, request);
        BootOptions kernels = bootOptions(request, Initcalls.named(SuiteArchive.initcalls(host.root())));
        showBoot(kernels, to);
        SchedulePlan plan = request.schedules();
        ScheduleSearch search = plan == null ? null : new ScheduleSearch(kernels, options, plan);
        SuiteQueue queue = new SuiteQueue(dumps.remembering(kernels), options, request, search, listener, to);
        try {
            List<TestSuite> linked = suites.get();
            if (!isBuiltIn(request.config())) {
                // There is no KUnit, or nothing loads the module: nothing runs, lists or shuts down.
                return;
            }
            queue.run(linked);
        } catch (InterruptedException | ExecutionException e) {
            // There are no suites, and the caller knows why.
            return;
        }
        String farewell = KunitExecutor.farewell(options.shutdown());
        if (farewell != null) {
            to.accept(now(new KunitEvent.Message(0, LogLevel.EMERG, farewell)));
        }
    }

    /**
     * The limits of a case: what the user says, else what they gave the kernel as a parameter or configured, else this
     * program's own.
     */
    private static KunitOptions limited(KunitOptions options, KernelCommandLine cmdline, BootRequest request) {
        Long steps = request.caseSteps();
        Integer wish = request.caseTimeoutSeconds();
        KunitOptions limited = options.withLimits(new CaseLimits(steps == null ? MAX_STEPS : steps, true));
        boolean configured = options.timeoutSeconds() != KunitOptions.DEFAULT_TIMEOUT_SECONDS;
        if (wish == null && (configured || cmdline.has("kunit.timeout"))) {
            return limited;
        }
        int seconds = wish == null ? CASE_TIMEOUT_SECONDS : wish;
        return limited.withTimeoutSeconds(seconds).withHostLimit(Duration.ofSeconds(seconds));
    }

    private static boolean isBuiltIn(KernelConfig config) {
        return "y".equals(config.value("KUNIT"));
    }

    private static BootOptions bootOptions(BootRequest request, Initcalls initcalls) {
        String schedule = request.seed().schedule();
        return new BootOptions(request.config(), request.cmdline(), request.machine(), request.seed().number(),
            schedule == null ? null : Schedule.parse(schedule), initcalls);
    }

    /** Boot once for the messages of a boot; every suite's kernel prints the same ones, which are not shown again. */
    private static void showBoot(KernelFactory kernels, Consumer<TimedEvent> to) {
        try {
            Kernel kernel = kernels.boot(line ->
                to.accept(now(new KunitEvent.Message(line.timeNs(), line.level(), line.text()))),
                false);
            kernel.shutdown();
        } catch (KernelParamException e) {
            throw new CliException(e.getMessage());
        }
    }

    private static TimedEvent now(KunitEvent event) {
        return new TimedEvent(event, System.nanoTime());
    }
}
