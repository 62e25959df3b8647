package org.kunitjvm.kunit.merge;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.MachineResult;
import org.kunitjvm.kunit.results.RunInfo;
import org.kunitjvm.kunit.results.RunResults;
import org.kunitjvm.kunit.results.SuiteResult;

/**
 * Merges runs. Suites and cases come in the order in which they are linked, which every part knows by number, or in
 * that of a shuffle which all parts had; so the result does not depend on which part ran which case.
 */
public final class RunMerge {
    private final List<Part> parts;
    private final Map<String, MergedRun.Origin> origins = new HashMap<>();

    private RunMerge(List<Part> parts) {
        this.parts = parts;
    }

    /**
     * Merge.
     *
     * @throws MergeException if the runs are not parts of one: they ran different things, or the same test twice
     */
    public static MergedRun of(List<Part> parts) throws MergeException {
        if (parts.isEmpty()) {
            throw new MergeException("there is nothing to merge; name the runs");
        }
        RunMerge merge = new RunMerge(parts);
        merge.refuseDifferences();
        return merge.merge();
    }

    // ---- what must be the same ----

    private void refuseDifferences() throws MergeException {
        same("commits", info -> String.valueOf(info.commit()));
        same("configurations", RunInfo::config);
        same("releases of KUnit", RunInfo::mode);
        same("architectures", RunInfo::arch);
        same("seeds", info -> String.valueOf(info.seed()));
        same("schedules", info -> String.valueOf(info.schedule()));
        same("machines", info -> info.machines().stream().map(RunMerge::hardware)
            .collect(Collectors.toCollection(TreeSet::new)).toString());
        refuseShards();
    }

    private void same(String what, Function<RunInfo, String> value) throws MergeException {
        String first = value.apply(parts.getFirst().results().info());
        for (Part part : parts) {
            String other = value.apply(part.results().info());
            if (!other.equals(first)) {
                throw new MergeException(parts.getFirst().name() + " and " + part.name() + " are runs of different "
                    + what + ": " + first + " and " + other);
            }
        }
    }

    private static String hardware(MachineResult machine) {
        return (machine.name() + " " + machine.cpus() + " CPUs, " + machine.nodes() + " nodes, " + machine.memoryBytes()
            + " bytes").strip();
    }

    private void refuseShards() throws MergeException {
        Map<String, Part> seen = new HashMap<>();
        String total = null;
        for (Part part : parts) {
            String shard = part.results().info().shard();
            if (shard == null) {
                continue;
            }
            Part other = seen.put(shard, part);
            if (other != null) {
                throw new MergeException(other.name() + " and " + part.name() + " are both part " + shard);
            }
            String mine = shard.substring(shard.indexOf('/') + 1);
            if (total != null && !total.equals(mine)) {
                throw new MergeException("some runs are parts of " + total + " and some of " + mine);
            }
            total = mine;
        }
    }

    /** What is missing of the whole, or {@code null}. */
    private @Nullable String missing() {
        List<String> shards = parts.stream().map(part -> part.results().info().shard()).filter(Objects::nonNull)
            .toList();
        if (!shards.isEmpty()) {
            String total = shards.getFirst().substring(shards.getFirst().indexOf('/') + 1);
            List<String> absent = IntStream.rangeClosed(1, Integer.parseInt(total)).mapToObj(i -> i + "/" + total)
                .filter(shard -> !shards.contains(shard)).toList();
            if (!absent.isEmpty()) {
                return (absent.size() == 1 ? "part " : "parts ") + String.join(", ", absent)
                    + (absent.size() == 1 ? " is" : " are") + " missing";
            }
        }
        for (Part part : parts) {
            if (!part.results().info().complete()) {
                return part.name() + ": " + part.results().info().end();
            }
        }
        return null;
    }

    // ---- merging ----

    /** A kernel of a part. */
    private record KernelOf(int part, int kernel) {
    }

    private MergedRun merge() throws MergeException {
        List<List<KernelOf>> groups = groups();
        RunInfo info = info(groups.stream().map(group -> machineOf(group.getFirst())).toList());
        List<SuiteResult> suites = new ArrayList<>();
        List<List<String>> ktap = new ArrayList<>();
        int lines = 0;
        for (List<KernelOf> group : groups) {
            KernelMerge merge = new KernelMerge(ktap.size() + 1, lines, info);
            for (KernelOf each : group) {
                Part part = parts.get(each.part());
                merge.add(each.part(), part, each.kernel(), startOf(part, each.kernel()));
            }
            merge.run();
            suites.addAll(merge.suites());
            ktap.add(merge.ktap());
            origins.putAll(merge.origins());
            lines += merge.ktap().size();
        }
        return new MergedRun(new RunResults(info, suites), ktap, origins);
    }

    /**
     * Which kernels become one. If all parts booted the same kernels, or one each that differs in nothing but the tests
     * that were chosen, those with the same number; otherwise, as in isolated runs, each stands for itself.
     */
    private List<List<KernelOf>> groups() {
        List<MachineResult> first = parts.getFirst().results().info().machines();
        boolean alike = parts.stream().map(part -> part.results().info().machines())
            .allMatch(machines -> machines.equals(first) || machines.size() == 1 && first.size() == 1);
        List<List<KernelOf>> groups = new ArrayList<>();
        if (alike) {
            for (int kernel = 1; kernel <= first.size(); kernel++) {
                int number = kernel;
                groups.add(IntStream.range(0, parts.size()).mapToObj(part -> new KernelOf(part, number)).toList());
            }
            return groups;
        }
        List<KernelOf> all = new ArrayList<>();
        for (int part = 0; part < parts.size(); part++) {
            for (int kernel = 1; kernel <= parts.get(part).results().info().machines().size(); kernel++) {
                all.add(new KernelOf(part, kernel));
            }
        }
        all.sort(Comparator.comparing((KernelOf each) -> machineOf(each).name()).thenComparingInt(this::suiteOrder)
            .thenComparingInt(this::caseOrder));
        all.forEach(each -> groups.add(List.of(each)));
        return groups;
    }

    private MachineResult machineOf(KernelOf each) {
        return parts.get(each.part()).results().info().machines().get(each.kernel() - 1);
    }

    private int suiteOrder(KernelOf each) {
        return suitesOf(parts.get(each.part()), each.kernel()).stream().mapToInt(SuiteResult::order).min()
            .orElse(Integer.MAX_VALUE);
    }

    private int caseOrder(KernelOf each) {
        return suitesOf(parts.get(each.part()), each.kernel()).stream().flatMap(suite -> suite.cases().stream())
            .mapToInt(CaseResult::order).min().orElse(Integer.MAX_VALUE);
    }

    static List<SuiteResult> suitesOf(Part part, int kernel) {
        return part.results().suites().stream().filter(suite -> suite.kernel() == kernel).toList();
    }

    /** Where a kernel's lines begin in the console of its part: behind those of the kernels before it. */
    private static int startOf(Part part, int kernel) {
        int at = 0;
        for (int before = 1; before < kernel; before++) {
            at = new KernelConsole(part.console(), at, suitesOf(part, before)).end();
        }
        return at;
    }

    // ---- the run as a whole ----

    private RunInfo info(List<MachineResult> machines) {
        RunInfo first = parts.stream().map(part -> part.results().info()).min(Comparator.comparing(RunInfo::started))
            .orElseThrow();
        // The parts ran side by side: the whole took as long as the longest of them.
        long nanos = parts.stream().mapToLong(part -> part.results().info().hostNanos()).max().orElse(0);
        String missing = missing();
        return new RunInfo(missing == null, missing == null ? RunInfo.FINISHED : missing, command(), first.started(),
            nanos, first.arch(), first.buildDir(), first.mode(), first.seed(), first.schedule(), shuffle(),
            null, first.commit(), first.config(), machines);
    }

    /** The order of the parts, if they have one; parts in different orders make a whole in link order. */
    private @Nullable Long shuffle() {
        Set<Long> seeds = new HashSet<>();
        parts.forEach(part -> seeds.add(part.results().info().shuffle()));
        return seeds.size() == 1 ? seeds.iterator().next() : null;
    }

    /** The command without what made it run a part; the one of the first part, whichever was named first. */
    private List<String> command() {
        Map<String, List<String>> commands = new TreeMap<>();
        for (Part part : parts) {
            RunInfo info = part.results().info();
            commands.put(String.valueOf(info.shard()), info.command());
        }
        return commands.values().iterator().next().stream().filter(word -> !word.startsWith("--shard=")).toList();
    }
}
