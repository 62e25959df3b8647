package org.kunitjvm.kunit;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kunit.assertion.ArgumentSource;
import org.kunitjvm.kunit.assertion.ObjectAddresses;
import org.kunitjvm.kunit.assertion.SourceFinder;

/** What all test contexts of one kernel share: the kernel, where output goes, and how source text is found. */
public final class KunitEnvironment {
    private final Kernel kernel;
    private final KunitMode mode;
    private final SourceFinder sources;
    private final ArgumentSource arguments;
    private final ObjectAddresses addresses = new ObjectAddresses();
    private final Consumer<KunitFailure> failures;
    private final Map<Task, MmStruct> borrowed = new IdentityHashMap<>();
    private final ClassLoader suites;
    private final boolean strict;
    private boolean printing;

    /**
     * Make the environment of {@code kernel}.
     *
     * @param suites what loaded the code under test, or {@code null} for KUnit's own loader
     * @param strict whether a failure stays when the case is skipped later
     * @param failures is told of every failure of every context, after its text was logged
     */
    public KunitEnvironment(Kernel kernel, KunitMode mode, SourceFinder sources, @Nullable ClassLoader suites,
        boolean strict, Consumer<KunitFailure> failures) {
        this.suites = suites == null ? KunitEnvironment.class.getClassLoader() : suites;
        this.strict = strict;
        this.kernel = kernel;
        this.mode = mode;
        this.sources = sources;
        this.arguments = new ArgumentSource(sources);
        this.failures = failures;
        kernel.sched().onTaskExit(this::putMm);
    }

    /** The kernel under test. */
    public Kernel kernel() {
        return kernel;
    }

    /** Which release is followed. */
    public KunitMode mode() {
        return mode;
    }

    /** Whether a failure stays when the case is skipped later. */
    public boolean isStrict() {
        return strict;
    }

    /** Whether a record that the kernel log is handing to its consoles right now was written by KUnit. */
    public boolean isPrinting() {
        return printing;
    }

    /** Whether suites and cases keep their own logs ({@code CONFIG_KUNIT_DEBUGFS}). */
    public boolean keepsLogs() {
        return kernel.config().isEnabled("KUNIT_DEBUGFS");
    }

    /** A buffer for a suite or case, or {@code null} if this kernel keeps none. */
    public @Nullable KunitLog newLog() {
        return keepsLogs() ? new KunitLog() : null;
    }

    void print(LogLevel level, String text) {
        printing = true;
        try {
            kernel.log().print(level, text);
        } finally {
            printing = false;
        }
    }

    void failed(KunitFailure failure) {
        failures.accept(failure);
    }

    /** Drop the caller's reference to {@code mm} when {@code task} ends. */
    void putAtExit(Task task, MmStruct mm) {
        borrowed.put(task, mm);
    }

    private void putMm(Task task) {
        MmStruct mm = borrowed.remove(task);
        if (mm != null) {
            mm.mmput();
        }
    }

    /** How failures name the source file that {@code frame} is in. */
    String shownFile(StackTraceElement frame) {
        String file = String.valueOf(frame.getFileName());
        try {
            return sources.find(Class.forName(frame.getClassName(), false, suites), file).shownPath();
        } catch (ClassNotFoundException e) {
            return file;
        }
    }

    SourceFinder sources() {
        return sources;
    }

    ArgumentSource arguments() {
        return arguments;
    }

    ObjectAddresses addresses() {
        return addresses;
    }
}
