package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.snapshot.ProcFs;
import org.kunitjvm.kunit.run.KernelFactory;
import org.kunitjvm.kunit.run.KunitEvent;

/**
 * Keeps {@code /proc} of each suite's kernel as it was when the suite ended, in {@code proc/SUITE/} of the run's
 * folder. A suite whose cases run on kernels of their own has {@code proc/SUITE.CASE/} for each.
 */
final class ProcKeeper {
    private final Path folder;

    /** Keep in the folder of a run, for one of its kernels: {@code proc}, {@code proc.2} and so on. */
    ProcKeeper(Path folder) {
        this.folder = folder;
    }

    /** The eyes on one executor's kernels: boots them, and has to hear every event. */
    Watch watch(KernelFactory kernels) {
        return new Watch(kernels);
    }

    /** See {@link #watch}. */
    final class Watch extends LastKernel {
        private Watch(KernelFactory kernels) {
            super(kernels);
        }

        /** Called on the thread on which it happens, which has the baton of its kernel. */
        void event(KunitEvent event) {
            Kernel watched = last();
            if (watched == null || !(event instanceof KunitEvent.SuiteFinished finished)) {
                return;
            }
            ProcFs proc = watched.find(ProcFs.class);
            if (proc != null) {
                boolean isPart = finished.suite().isParallel() && finished.suite().cases().size() == 1;
                keep(proc, isPart ? finished.suite().name() + "." + finished.suite().cases().getFirst().name()
                    : finished.suite().name());
            }
        }
    }

    private void keep(ProcFs proc, String name) {
        try {
            Path files = Files.createDirectories(folder.resolve(RunStore.fileName(name)));
            for (String file : proc.names()) {
                Files.writeString(files.resolve(file), proc.text(file), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            // A disk that is full: the run itself says so.
        }
    }
}
