package org.kunitjvm.kunit.merge;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.KernelCommandLine;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kunit.KunitMode;
import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.ParamResult;
import org.kunitjvm.kunit.results.ResultStatus;
import org.kunitjvm.kunit.results.RunInfo;
import org.kunitjvm.kunit.results.SuiteResult;
import org.kunitjvm.kunit.run.KtapLines;
import org.kunitjvm.kunit.run.KunitOptions;
import org.kunitjvm.kunit.run.Shuffle;
import org.kunitjvm.kunit.run.Stats;
import org.kunitjvm.kunit.run.StatsMode;

/**
 * Merges what several kernels said of parts of the same suites. Of the lines around the cases of a suite, those of the
 * part with its first case count; plan, numbers, statistics and result are made anew.
 */
final class KernelMerge {
    private final int kernel;
    private final int firstLine;
    private final RunInfo whole;
    private final List<Piece> pieces = new ArrayList<>();
    private final List<SuiteResult> suites = new ArrayList<>();
    private final List<String> ktap = new ArrayList<>();
    private final Map<String, MergedRun.Origin> origins = new HashMap<>();
    private StatsMode stats = StatsMode.AUTO;

    /** A suite as one part has it. */
    private record Piece(int part, Part of, SuiteResult suite, KernelConsole console, long startedNanos) {
        int firstCase() {
            return suite.cases().stream().mapToInt(CaseResult::order).min().orElse(Integer.MAX_VALUE);
        }
    }

    /** A case as one part has it. */
    private record Placed(Piece piece, CaseResult result) {
    }

    /**
     * Make the kernel number {@code kernel} of the merged run.
     *
     * @param firstLine its first line in the console of the merged run
     * @param whole the merged run
     */
    KernelMerge(int kernel, int firstLine, RunInfo whole) {
        this.kernel = kernel;
        this.whole = whole;
        this.firstLine = firstLine;
    }

    /** Take in a kernel of a part, whose lines begin at {@code start}. */
    void add(int index, Part part, int kernelThere, int start) {
        List<SuiteResult> ran = RunMerge.suitesOf(part, kernelThere);
        KernelConsole console = new KernelConsole(part.console(), start, ran);
        long startedNanos = part.results().info().nanosAfter(whole);
        ran.forEach(suite -> pieces.add(new Piece(index, part, suite, console, startedNanos)));
        String args = part.results().info().machines().get(kernelThere - 1).kernelArgs();
        stats = KunitOptions.of(KernelCommandLine.parse(args), KernelConfig.defconfig(), KunitMode.V6_12).stats();
    }

    void run() throws MergeException {
        Map<String, List<Piece>> byName = new TreeMap<>();
        pieces.forEach(piece -> byName.computeIfAbsent(piece.suite().name(), _ -> new ArrayList<>()).add(piece));
        List<List<Piece>> inOrder = new ArrayList<>(byName.values());
        inOrder.sort(Comparator.comparingInt((List<Piece> same) -> same.getFirst().suite().order()));
        inOrder = shuffled(inOrder, same -> same.getFirst().suite().name());
        ktap.add(KtapLines.VERSION);
        ktap.add(KtapLines.plan(inOrder.size()));
        for (List<Piece> same : inOrder) {
            same.sort(Comparator.comparingInt(Piece::firstCase).thenComparing(piece -> piece.of().name()));
            suite(same);
        }
    }

    private void suite(List<Piece> same) throws MergeException {
        List<Placed> linked = new ArrayList<>();
        same.forEach(piece -> piece.suite().cases().forEach(result -> linked.add(new Placed(piece, result))));
        linked.sort(Comparator.comparingInt((Placed each) -> each.result().order())
            .thenComparing(each -> each.result().name()));
        refuseTwice(linked);
        List<Placed> cases = shuffled(linked, each -> each.result().fullName());
        SuiteResult first = same.getFirst().suite();
        KernelConsole.Lines around = same.getFirst().console().of(first.name());
        head(around.head(), cases.size());
        List<CaseResult> results = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            results.add(append(cases.get(i), i + 1));
        }
        suites.add(new SuiteResult(first.name(), first.order(), kernel, first.machine(), results));
        tail(same, around, results);
    }

    /** In the order in which the whole ran, if that was another one than that of the links. */
    private <T> List<T> shuffled(List<T> linked, Function<T, String> name) {
        Long seed = whole.shuffle();
        return seed == null ? linked : new Shuffle(seed).sorted(linked, name);
    }

    private static void refuseTwice(List<Placed> cases) throws MergeException {
        for (int i = 1; i < cases.size(); i++) {
            Placed one = cases.get(i - 1);
            Placed other = cases.get(i);
            if (one.result().name().equals(other.result().name())) {
                throw new MergeException(one.result().fullName() + " is in both " + one.piece().of().name() + " and "
                    + other.piece().of().name());
            }
        }
    }

    private void head(List<String> head, int cases) {
        int plan = -1;
        for (int i = 0; i < head.size(); i++) {
            plan = head.get(i).matches(KtapLines.INDENT + "1\\.\\.\\d+") ? i : plan;
        }
        for (int i = 0; i < head.size(); i++) {
            ktap.add(i == plan ? KtapLines.INDENT + KtapLines.plan(cases) : head.get(i));
        }
    }

    /** Append the lines of a case, the last one with its new number; returns the case at its new place. */
    private CaseResult append(Placed placed, int number) {
        CaseResult old = placed.result();
        List<String> lines = placed.piece().console().part(old.fromLine(), old.toLine());
        int from = firstLine + ktap.size();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            ktap.add(i < lines.size() - 1 ? line
                : line.replaceFirst("^(" + KtapLines.INDENT + "(?:not )?ok )\\d+ ", "$1" + number + " "));
        }
        CaseResult result = new CaseResult(old.suite(), old.name(), old.order(), old.status(), old.reason(), old.file(),
            old.line(), placed.piece().startedNanos() + old.startNanos(), old.hostNanos(), old.virtualNanos(),
            old.slow(), from, firstLine + ktap.size(), old.log(), old.failures(), old.params());
        origins.put(MergedRun.key(kernel, old.fullName()),
            new MergedRun.Origin(placed.piece().part(), placed.piece().suite(), old));
        return result;
    }

    private void tail(List<Piece> same, KernelConsole.Lines around, List<CaseResult> results) {
        String name = same.getFirst().suite().name();
        for (String line : around.tail()) {
            if (!line.startsWith("# " + name + ": pass:") && !line.startsWith("# Totals: pass:")) {
                ktap.add(line);
            }
        }
        Stats cases = Stats.NONE;
        Stats totals = Stats.NONE;
        for (CaseResult result : results) {
            cases = cases.plus(status(result.status()));
            totals = totals.plus(totals(result));
        }
        KunitStatus status = suiteStatus(same, cases);
        if (status == null) {
            return;
        }
        if (!results.isEmpty() && stats.prints(cases.total())) {
            ktap.add(KtapLines.stats(name, cases));
        }
        if (!results.isEmpty() && stats.prints(totals.total())) {
            ktap.add(KtapLines.stats("Totals", totals));
        }
        ktap.add(KtapLines.result(status, suites.size(), name, ""));
    }

    /** Failed if it is anywhere, also when all cases passed; {@code null} if no part came to its end. */
    private static @Nullable KunitStatus suiteStatus(List<Piece> same, Stats cases) {
        boolean ended = false;
        for (Piece piece : same) {
            String line = piece.console().of(piece.suite().name()).result();
            ended |= line != null;
            if (line != null && line.startsWith("not ok")) {
                return KunitStatus.FAILURE;
            }
        }
        return ended ? cases.status() : null;
    }

    private static Stats totals(CaseResult result) {
        Stats totals = Stats.NONE;
        for (ParamResult param : result.params()) {
            totals = totals.plus(status(param.status()));
        }
        return result.params().isEmpty() ? totals.plus(status(result.status())) : totals;
    }

    private static KunitStatus status(ResultStatus status) {
        return switch (status) {
            case PASS -> KunitStatus.SUCCESS;
            case SKIP -> KunitStatus.SKIPPED;
            case FAIL, ERROR -> KunitStatus.FAILURE;
        };
    }

    List<SuiteResult> suites() {
        return suites;
    }

    List<String> ktap() {
        return ktap;
    }

    Map<String, MergedRun.Origin> origins() {
        return origins;
    }
}
