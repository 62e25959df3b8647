package org.kunitjvm.kunit.cli;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.snapshot.Snapshot;
import org.kunitjvm.kunit.KunitFailure;
import org.kunitjvm.kunit.run.KernelFactory;
import org.kunitjvm.kunit.run.KunitEvent;

/**
 * Looks at a kernel at the moment when a case fails for the first time: the failing thread is still inside the check,
 * so nothing has been cleaned up. A run that nobody wants pictures of has no such object and pays nothing; a case that
 * passes costs the start of a ring.
 */
final class FailureSnapshots {
    /** Of a suite in which everything fails, the first cases tell enough. */
    private static final int MAX_PER_SUITE = 8;
    private static final int TRACED_POINTS = 256;

    private final Map<String, Snapshot> taken = new ConcurrentHashMap<>();

    /** What was taken when {@code suite.case} failed, or {@code null}. */
    @Nullable Snapshot of(String fullName) {
        return taken.get(fullName);
    }

    /** The eyes on one executor's kernels: boots them, and has to hear every event before anybody else. */
    Watch watch(KernelFactory kernels) {
        return new Watch(kernels);
    }

    /** See {@link #watch}. */
    final class Watch extends LastKernel {
        private boolean failed;
        private int count;

        private Watch(KernelFactory kernels) {
            super(kernels);
        }

        /** Called on the thread on which it happens, which has the baton of its kernel. */
        void event(KunitEvent event) {
            Kernel watched = last();
            if (watched == null) {
                return;
            }
            switch (event) {
                case KunitEvent.CaseStarted _ -> {
                    failed = false;
                    watched.sched().traceSwitches(TRACED_POINTS);
                }
                case KunitEvent.Failed e when !failed && !isAbandoned(e) -> {
                    failed = true;
                    if (count++ < MAX_PER_SUITE) {
                        taken.put(e.suite().name() + "." + e.testCase().name(), watched.snapshot());
                    }
                }
                default -> {
                    // Nothing begins and nothing fails.
                }
            }
        }

        /** The kernel is still being used by a thread that was given up: there is no moment to take a picture of. */
        private static boolean isAbandoned(KunitEvent.Failed event) {
            return event.timeNs() == 0 && event.failure().kind() == KunitFailure.Kind.TIMEOUT;
        }
    }
}
