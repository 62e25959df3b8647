package org.kunitjvm.kunit;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.Printf;
import org.kunitjvm.kernel.sched.KthreadExit;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.slab.HeapObject;
import org.kunitjvm.kunit.assertion.AssertFormat;
import org.kunitjvm.kunit.assertion.CallSite;
import org.kunitjvm.kunit.resource.Action;
import org.kunitjvm.kunit.resource.FunctionRef;
import org.kunitjvm.kunit.resource.Resource;
import org.kunitjvm.kunit.resource.ResourceList;

/**
 * The context of a running test: what a case, its init and its exit function get. Models {@code struct kunit}.
 *
 * <p>One context serves a case and, in 6.12, all of its parameters one after the other. It must not be used after the
 * case has ended. Other threads of the case's kernel may check expectations on it; an assertion there ends only that
 * thread.
 */
public final class Kunit {
    /** Bytes of a skip reason that are kept ({@code KUNIT_STATUS_COMMENT_SIZE} less the NUL). */
    public static final int STATUS_COMMENT_MAX = 255;

    private static final String INDENT = "    # ";
    private static final int GFP_ZERO = 0x100;

    private final KunitEnvironment env;
    private final String name;
    private final @Nullable KunitLog log;
    private final @Nullable Kunit parent;
    private final boolean fake;
    private final ResourceList resources = new ResourceList();
    private final ManagedMemory memory = new ManagedMemory(this);
    private KunitStatus status = KunitStatus.SUCCESS;
    private String statusComment = "";
    private @Nullable CheckPoint lastSeen;
    private @Nullable TryCatch attempt;
    private @Nullable Object paramValue;
    private int paramIndex;
    private @Nullable Object registeredParams;
    private @Nullable WarningSuppression suppression;

    /** Free for the test ({@code test->priv}). */
    public @Nullable Object priv;

    /** A failed check: where, and what to say. */
    record Failed(boolean assertion, CallSite site, String text, @Nullable String expected, @Nullable String actual) {
    }

    /**
     * Make a context that is not running ({@code kunit_init_test}).
     *
     * @param log gets everything that the test logs, or {@code null}
     * @param parent the context of the whole case if this one is for a parameter only, or {@code null}
     */
    public Kunit(KunitEnvironment env, String name, @Nullable KunitLog log, @Nullable Kunit parent) {
        this(env, name, log, parent, false);
    }

    private Kunit(KunitEnvironment env, String name, @Nullable KunitLog log, @Nullable Kunit parent, boolean fake) {
        this.env = env;
        this.name = name;
        this.log = log;
        this.parent = parent;
        this.fake = fake;
    }

    /**
     * Make a context of this test's kernel that is not running, for tests of the framework; its failures are nobody's.
     */
    public Kunit fake(String fakeName, @Nullable KunitLog fakeLog) {
        return new Kunit(env, fakeName, fakeLog, null, true);
    }

    /** The kernel under test. */
    public Kernel kernel() {
        return env.kernel();
    }

    /** What this context shares with the others of its kernel. */
    public KunitEnvironment environment() {
        return env;
    }

    /** The name of the case. */
    public String name() {
        return name;
    }

    /** Where the case stands. */
    public KunitStatus status() {
        return status;
    }

    /** Why it was skipped, else empty. */
    public String statusComment() {
        return statusComment;
    }

    /** The buffer of the case, or {@code null} without debugfs. */
    public @Nullable KunitLog log() {
        return log;
    }

    /** The context of the whole case in a parameter's context (7.x), else {@code null}. */
    public @Nullable Kunit parent() {
        return parent;
    }

    /** The parameter, or {@code null}. */
    public @Nullable Object paramValue() {
        return paramValue;
    }

    /** Index of the parameter: from 0 in 6.12, from 1 in 7.x. */
    public int paramIndex() {
        return paramIndex;
    }

    /** Set the parameter; for whoever runs the case. */
    public void setParam(@Nullable Object value, int index) {
        paramValue = value;
        paramIndex = index;
    }

    /** Register the parameters of a case ({@code kunit_register_params_array}, 7.x): an array or a list. */
    public void registerParams(Object params) {
        registeredParams = params;
    }

    /** What was registered, or {@code null}. */
    public @Nullable Object registeredParams() {
        return registeredParams;
    }

    /** Start over for the next parameter: no private data, success, no comment, nothing seen. */
    public void reset() {
        priv = null;
        status = KunitStatus.SUCCESS;
        statusComment = "";
        lastSeen = null;
    }

    // Skip and fail.

    /**
     * Mark as skipped and go on ({@code kunit_mark_skipped}). The last of skip and failure wins, as in the kernel; in a
     * strict run a failure stays.
     */
    public void markSkipped(String format, @Nullable Object... args) {
        enter();
        if (env.isStrict() && status == KunitStatus.FAILURE) {
            return;
        }
        status = KunitStatus.SKIPPED;
        statusComment = Printf.truncate(Printf.format(format, args), STATUS_COMMENT_MAX);
    }

    /** Mark as skipped and end the case ({@code kunit_skip}). Never returns normally. */
    public KthreadExit skip(String format, @Nullable Object... args) {
        markSkipped(format, args);
        return abort();
    }

    /**
     * Go on only if the machine and the configuration have what the test needs; else end it as skipped, with the
     * reason.
     */
    public void need(Needs needs) {
        String missing = needs.lackingOn(kernel());
        if (missing != null) {
            throw skip("%s", missing);
        }
    }

    /** Mark as failed without saying anything ({@code kunit_set_failure}). */
    public void setFailure() {
        status = KunitStatus.FAILURE;
    }

    /** End the case ({@code kunit_abort}). Never returns normally. */
    public KthreadExit abort() {
        if (attempt == null) {
            return kernel().kthreads().exit(0);
        }
        return attempt.throwAbort();
    }

    // Log.

    /** {@code kunit_info}. */
    public void info(String format, @Nullable Object... args) {
        printk(LogLevel.INFO, format, args);
    }

    /** {@code kunit_warn}. */
    public void warn(String format, @Nullable Object... args) {
        printk(LogLevel.WARNING, format, args);
    }

    /** {@code kunit_err}. */
    public void err(String format, @Nullable Object... args) {
        printk(LogLevel.ERR, format, args);
    }

    /** {@code kunit_printk}: log with the case's prefix. */
    public void printk(LogLevel level, String format, @Nullable Object... args) {
        enter();
        write(level, INDENT + name + ": " + Printf.format(format, args));
    }

    /** {@code kunit_log}: log without prefix. */
    public void log(LogLevel level, String format, @Nullable Object... args) {
        enter();
        write(level, Printf.format(format, args));
    }

    private void write(LogLevel level, String text) {
        env.print(level, text);
        if (log != null) {
            log.append(text);
        }
    }

    // Current test.

    /**
     * The context that is bound to the running task, or {@code null} ({@code kunit_get_current_test}). Children do not
     * inherit it.
     */
    public static @Nullable Kunit current() {
        Scheduler scheduler = Scheduler.ofCallingThread();
        return scheduler == null ? null : (Kunit) scheduler.current().kunitTest();
    }

    /** Fail the context that is bound to the running task, if there is one ({@code kunit_fail_current_test}). */
    public static void failCurrentTest(String format, @Nullable Object... args) {
        Kunit test = current();
        if (test != null) {
            CallSite site = CallSites.caller();
            test.failAsCurrent(test.shownFile(site), site.line(), Printf.format(format, args));
        }
    }

    /** Fail because of something that code seen at {@code file}:{@code line} has found. */
    public void failAsCurrent(String file, int line, String text) {
        status = KunitStatus.FAILURE;
        String shown = INDENT + name + ": " + file + ":" + line + ": " + text;
        write(LogLevel.ERR, shown);
        tellFailure(new KunitFailure(KunitFailure.Kind.CURRENT_TEST, file, line, shown, null, null, null));
    }

    /** Bind to the running task. */
    public void bindToCurrent() {
        kernel().current().setKunitTest(this);
    }

    /** Undo {@link #bindToCurrent}. */
    public void unbindFromCurrent() {
        kernel().current().setKunitTest(null);
    }

    // Resources and actions.

    /** The resources that this context owns. */
    public ResourceList resources() {
        return resources;
    }

    /** {@code kunit_add_resource}: see {@link ResourceList#add}. */
    public int addResource(Resource.@Nullable Init init, Resource.@Nullable Free free, Resource resource,
        @Nullable Object data) {
        enter();
        return resources.add(init, free, resource, data);
    }

    /** {@code kunit_add_named_resource}: see {@link ResourceList#addNamed}. */
    public int addNamedResource(Resource.@Nullable Init init, Resource.@Nullable Free free, Resource resource,
        @Nullable String resourceName, @Nullable Object data) {
        enter();
        return resources.addNamed(init, free, resource, resourceName, data);
    }

    /** {@code kunit_alloc_resource}: make and add a resource; returns its data, {@code null} if {@code init} failed. */
    public @Nullable Object allocResource(Resource.@Nullable Init init, Resource.@Nullable Free free,
        @Nullable Object data) {
        Resource resource = new Resource();
        return addResource(init, free, resource, data) == 0 ? resource.data() : null;
    }

    /**
     * {@code kunit_alloc_and_get_resource}: make and add a resource; the caller gets a reference of its own, to be put.
     */
    public @Nullable Resource allocAndGetResource(Resource.@Nullable Init init, Resource.@Nullable Free free,
        @Nullable Object data) {
        Resource resource = new Resource();
        if (addResource(init, free, resource, data) != 0) {
            return null;
        }
        resource.get();
        return resource;
    }

    /** {@code kunit_find_resource}: the newest match with a reference taken, or {@code null}. */
    public @Nullable Resource findResource(Resource.Match match, @Nullable Object matchData) {
        enter();
        return resources.find(match, matchData);
    }

    /** {@code kunit_find_named_resource}. */
    public @Nullable Resource findNamedResource(String resourceName) {
        return findResource(Resource.BY_NAME, resourceName);
    }

    /** {@code kunit_remove_resource}: detach, and free unless somebody holds a reference. */
    public void removeResource(Resource resource) {
        enter();
        resources.remove(resource);
    }

    /** {@code kunit_destroy_resource}: remove the newest match; 0 or {@code -ENOENT}. */
    public int destroyResource(Resource.Match match, @Nullable Object matchData) {
        enter();
        return resources.destroy(match, matchData);
    }

    /** {@code kunit_destroy_named_resource}. */
    public int destroyNamedResource(String resourceName) {
        return destroyResource(Resource.BY_NAME, resourceName);
    }

    /** {@code kunit_add_action}: call {@code action} with {@code context} at cleanup; always 0. */
    public <T> int addAction(@Nullable Action<T> action, T context) {
        requireNotNull(action, "action", "Tried to action a NULL function!");
        Resource resource = new Resource();
        return addResource(null, Deferred::free, resource, new Deferred<>(Objects.requireNonNull(action), context));
    }

    /** {@code kunit_add_action_or_reset}: as {@link #addAction}; if that fails the action runs at once. */
    public <T> int addActionOrReset(@Nullable Action<T> action, T context) {
        int error = addAction(action, context);
        if (error != 0 && action != null) {
            action.run(context);
        }
        return error;
    }

    /** {@code kunit_remove_action}: forget the newest action with this function and context, without running it. */
    public <T> void removeAction(Action<T> action, T context) {
        enter();
        resources.cancel(Deferred::matches, new Deferred<>(action, context));
    }

    /** {@code kunit_release_action}: run the newest action with this function and context now, and forget it. */
    public <T> void releaseAction(Action<T> action, T context) {
        enter();
        resources.destroy(Deferred::matches, new Deferred<>(action, context));
    }

    /** {@code kunit_cleanup}: free all resources, then unbind from the running task. */
    public void cleanup() {
        resources.cleanup();
        unbindFromCurrent();
    }

    // Managed memory.

    /** {@code kunit_kmalloc_array}: {@code null} if the size overflows or there is no memory. */
    public @Nullable HeapObject kmallocArray(long count, long sizeBytes, int gfp) {
        return memory.allocate(count, sizeBytes, gfp);
    }

    /** {@code kunit_kmalloc}: memory with undefined contents. */
    public @Nullable HeapObject kmalloc(long sizeBytes, int gfp) {
        return memory.allocate(1, sizeBytes, gfp);
    }

    /** {@code kunit_kzalloc}: zeroed memory. */
    public @Nullable HeapObject kzalloc(long sizeBytes, int gfp) {
        return memory.allocate(1, sizeBytes, gfp | GFP_ZERO);
    }

    /** {@code kunit_kcalloc}: a zeroed array. */
    public @Nullable HeapObject kcalloc(long count, long sizeBytes, int gfp) {
        return memory.allocate(count, sizeBytes, gfp | GFP_ZERO);
    }

    /** {@code kunit_kfree}: free early; {@code null} and what is not this test's are ignored. */
    public void kfree(@Nullable HeapObject object) {
        memory.free(object);
    }

    /** {@code kunit_kstrdup}: a copy with a NUL at its end; {@code null} for {@code null}. */
    public @Nullable HeapObject kstrdup(@Nullable String text, int gfp) {
        return text == null ? null : memory.duplicate(text, gfp);
    }

    /** {@code kunit_kstrdup_const}: a {@code String}, which is constant, is returned as it is; memory is copied. */
    public @Nullable Object kstrdupConst(@Nullable Object text, int gfp) {
        return text instanceof HeapObject object ? memory.duplicate(object.string(), gfp) : text;
    }

    /** {@code kunit_kfree_const}: undo {@link #kstrdupConst}. */
    public void kfreeConst(@Nullable Object text) {
        if (text instanceof HeapObject object) {
            memory.free(object);
        }
    }

    /**
     * {@code kunit_attach_mm}: give the running kthread an address space until it ends; 0 or a negative error number.
     */
    public int attachMm() {
        enter();
        return memory.attachMm();
    }

    /**
     * {@code kunit_vm_mmap}: map into the address space of the running kthread, which gets one if it has none. The
     * mapping is gone when that kthread ends, so neither exit functions nor actions may use it.
     *
     * @param file an object of the memory manager's, or {@code null}
     * @param offset offset in the file, in bytes
     * @return the address; 0 if there is no address space; an error number encoded as an address if the mapping fails
     */
    public long vmMmap(@Nullable Object file, long addr, long len, int prot, int flags, long offset) {
        enter();
        return memory.mmap(file, addr, len, prot, flags, offset);
    }

    // Warnings and interrupts.

    /**
     * {@code kunit_start_suppress_warning}: swallow warnings of this task; {@code null} and a failure if that is so
     * already.
     */
    public @Nullable WarningSuppression suppressWarnings() {
        WarningSuppression started = WarningSuppression.start(this, suppression);
        suppression = started == null ? suppression : started;
        return started;
    }

    /** {@code kunit_has_active_suppress_warning}. */
    public boolean hasActiveSuppression() {
        return suppression != null && suppression.isActive();
    }

    /**
     * {@code kunit_run_irq_test}: call {@code function} from task, softirq and hardirq context, the latter two in the
     * middle of the first, until each had its turn and the task called it {@code maxIterations} times, or a second has
     * passed.
     *
     * @param function says whether all is well
     */
    public <S> void runIrqTest(Predicate<S> function, int maxIterations, S state) {
        enter();
        new IrqTest<>(this, function, state).run(maxIterations);
    }

    /** A function and its argument. */
    private record Deferred<T>(Action<T> action, T context) {
        static void free(Resource resource) {
            if (resource.data() instanceof Deferred<?> deferred) {
                deferred.run();
            }
        }

        static boolean matches(Resource resource, @Nullable Object wanted) {
            return resource.data() instanceof Deferred<?> mine && wanted instanceof Deferred<?> other
                && FunctionRef.isSamePointer(mine.context, other.context)
                && FunctionRef.same(mine.action, other.action);
        }

        void run() {
            action.run(context);
        }
    }

    /**
     * For the framework's own functions: end the case unless {@code value}, called {@code text} in the log, is there.
     */
    public void requireNotNull(@Nullable Object value, String text, String message) {
        Check.requireNotNull(this, value, text, message);
    }

    // For the macros and the runner.

    /** Every call of the framework comes through here: a thread that swallowed its abort goes no further. */
    void enter() {
        if (attempt != null) {
            attempt.recheck();
        }
    }

    void see(CheckPoint point) {
        lastSeen = point;
    }

    /** Where the latest check was, {@code file:line}; empty if there was none yet. */
    public String lastSeen() {
        StackTraceElement at = lastSeen == null ? null : lastSeen.caller();
        return at == null ? "" : env.shownFile(at) + ":" + at.getLineNumber();
    }

    @Nullable List<String> arguments(CallSite site, String macro, int minArgs) {
        return env.arguments().arguments(site, macro, minArgs);
    }

    long address(@Nullable Object object) {
        return env.addresses().of(object);
    }

    private String shownFile(CallSite site) {
        return env.sources().find(site.type(), site.file()).shownPath();
    }

    /** Record a failed check, print it, and end the thread if it was an assertion. */
    void report(Failed failed) {
        status = KunitStatus.FAILURE;
        String file = shownFile(failed.site());
        int line = failed.site().line();
        String text = AssertFormat.prologue(name, failed.assertion(), file + ":" + line) + failed.text();
        write(LogLevel.ERR, text);
        tellFailure(new KunitFailure(failed.assertion() ? KunitFailure.Kind.ASSERTION : KunitFailure.Kind.EXPECTATION,
            file, line,
            text, failed.expected(), failed.actual(), null));
        if (failed.assertion()) {
            abort();
        }
    }

    /**
     * Fail for a reason that no check found, and say so with the case's prefix. Each line is a record of its own,
     * because the kernel cuts long records.
     */
    public void failWith(KunitFailure.Kind kind, @Nullable Throwable cause, String text) {
        status = KunitStatus.FAILURE;
        String shown = INDENT + name + ": " + text;
        shown.lines().forEach(line -> write(LogLevel.ERR, line));
        tellFailure(new KunitFailure(kind, "", 0, shown, null, null, cause));
    }

    private void tellFailure(KunitFailure failure) {
        if (!fake) {
            env.failed(failure);
        }
    }

    @Nullable TryCatch enterAttempt(TryCatch inner) {
        TryCatch outer = attempt;
        attempt = inner;
        return outer;
    }

    void leaveAttempt(@Nullable TryCatch outer) {
        attempt = outer;
    }

    @Override
    public String toString() {
        return "Kunit[" + name + " " + status + "]";
    }
}
