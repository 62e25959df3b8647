package org.kunitjvm.kunit.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.snapshot.Snapshot;
import org.kunitjvm.kunit.merge.MergedRun;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.RunResults;
import org.kunitjvm.kunit.results.SuiteResult;

/**
 * Keeps a merged run as one command keeps its own, so that whatever reads a run reads it too: {@code show}, {@code
 * --rerun-failed}, another {@code merge}. The files about each case are copied, because its part may go.
 */
final class MergedStore {
    private final MergedRun merged;
    private final List<KeptRun> parts;
    private final List<CaseFiles> files;

    MergedStore(MergedRun merged, List<KeptRun> parts) {
        this.merged = merged;
        this.parts = parts;
        this.files = parts.stream().map(part -> new CaseFiles(part.folder())).toList();
    }

    /** Keep it as the latest run of {@code buildDir}. */
    void keep(Host host, BuildDir buildDir, List<String> command) {
        RunResults results = merged.results();
        HashSet<Path> read = new HashSet<>();
        parts.forEach(part -> read.add(part.folder()));
        try (RunStore store = RunStore.begin(host, buildDir, command, results.info(), read)) {
            List<SuiteResult> kept = new ArrayList<>();
            for (int kernel = 1; kernel <= merged.ktap().size(); kernel++) {
                int number = kernel;
                List<SuiteResult> mine = results.suites().stream().filter(suite -> suite.kernel() == number).toList();
                store.kernel(results.info().machines().get(kernel - 1), parts.getFirst(), kernel);
                merged.ktap().get(kernel - 1).forEach(store::line);
                mine.forEach(suite -> kept.add(copy(suite, store)));
            }
            store.finish(new RunResults(results.info(), kept));
        }
    }

    private SuiteResult copy(SuiteResult suite, RunStore store) {
        List<CaseResult> cases = new ArrayList<>();
        for (CaseResult result : suite.cases()) {
            cases.add(result.log() == null ? result
                : result.withLog(store.log(result.suite(), result.name(), log(suite, result))));
            Snapshot snapshot = snapshot(suite, result);
            if (snapshot != null) {
                store.snapshot(suite.kernel(), result, snapshot);
            }
        }
        return new SuiteResult(suite.name(), suite.order(), suite.kernel(), suite.machine(), cases);
    }

    /** What a part has about a case besides its result. */
    RunReports.Files files() {
        return new RunReports.Files() {
            @Override
            public List<String> log(SuiteResult suite, CaseResult result) {
                return MergedStore.this.log(suite, result);
            }

            @Override
            public @Nullable Snapshot snapshot(SuiteResult suite, CaseResult result) {
                return MergedStore.this.snapshot(suite, result);
            }
        };
    }

    private List<String> log(SuiteResult suite, CaseResult result) {
        MergedRun.Origin origin = merged.origin(suite, result);
        return origin == null ? List.of() : files.get(origin.part()).log(origin.result());
    }

    private @Nullable Snapshot snapshot(SuiteResult suite, CaseResult result) {
        MergedRun.Origin origin = merged.origin(suite, result);
        return origin == null ? null : files.get(origin.part()).snapshot(origin.suite(), origin.result());
    }
}
