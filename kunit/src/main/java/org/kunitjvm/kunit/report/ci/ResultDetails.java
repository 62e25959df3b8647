package org.kunitjvm.kunit.report.ci;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.ktap.TestResult;
import org.kunitjvm.kunit.report.CaseDetails;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.FailureResult;
import org.kunitjvm.kunit.results.MachineResult;
import org.kunitjvm.kunit.results.ParamResult;
import org.kunitjvm.kunit.results.RunInfo;
import org.kunitjvm.kunit.results.SuiteResult;

/** What a run knows about its tests, for JUnit XML: where each is written, how long it took, how it failed. */
public final class ResultDetails implements CaseDetails {
    private static final int MAX_LINES = 60;

    private final RunInfo info;
    private final Map<String, SuiteResult> suites = new HashMap<>();
    private final Map<String, CaseResult> cases = new HashMap<>();
    private long nanos;

    /** The details of {@code ran}, the suites of one kernel. */
    public ResultDetails(RunInfo info, List<SuiteResult> ran) {
        this.info = info;
        for (SuiteResult suite : ran) {
            suites.put(suite.name(), suite);
            for (CaseResult result : suite.cases()) {
                cases.put(result.fullName(), result);
                nanos += result.hostNanos();
            }
        }
    }

    @Override
    public @Nullable Detail of(TestResult test) {
        TestResult parent = test.parent();
        if (parent == null) {
            return new Detail(null, 0, nanos / 1e9, null);
        }
        TestResult grandparent = parent.parent();
        if (grandparent == null) {
            SuiteResult suite = suites.get(test.name());
            return suite == null ? null : detail(suite);
        }
        if (grandparent.parent() == null) {
            CaseResult result = cases.get(parent.name() + "." + test.name());
            return result == null ? null : detail(result);
        }
        CaseResult result = cases.get(grandparent.name() + "." + parent.name());
        return result == null ? null : param(result, test);
    }

    private static Detail detail(SuiteResult suite) {
        long sum = suite.cases().stream().mapToLong(CaseResult::hostNanos).sum();
        String file = suite.cases().stream().map(CaseResult::file).filter(name -> !name.isEmpty()).findFirst()
            .orElse(null);
        return new Detail(file, 0, sum / 1e9, null);
    }

    private static Detail detail(CaseResult result) {
        return new Detail(fileOf(result), lineOf(result), result.hostNanos() / 1e9, messages(result)).in(result.suite())
            .because(kinds(result), first(result));
    }

    /** What failed in a parameter is in its log. */
    private static Detail param(CaseResult result, TestResult test) {
        long nanos = result.params().stream().filter(param -> param.name().equals(test.name()))
            .mapToLong(ParamResult::hostNanos).findFirst().orElse(0);
        List<String> log = test.log().lines();
        String text = log.isEmpty() ? null : String.join("\n", log.subList(0, Math.min(MAX_LINES, log.size())))
            .stripIndent();
        return new Detail(fileOf(result), lineOf(result), nanos / 1e9, text).in(result.fullName())
            .because(kinds(result), firstWords(log));
    }

    private static @Nullable String fileOf(CaseResult result) {
        if (!result.file().isEmpty()) {
            return result.file();
        }
        FailureResult failure = result.firstFailure();
        return failure == null || failure.file().isEmpty() ? null : failure.file();
    }

    private static int lineOf(CaseResult result) {
        FailureResult failure = result.firstFailure();
        return !result.file().isEmpty() ? result.line() : failure == null ? 0 : failure.line();
    }

    private static @Nullable String messages(CaseResult result) {
        return result.failures().isEmpty() ? null
            : result.failures().stream().map(failure -> String.join("\n", failure.message()))
            .collect(Collectors.joining("\n\n"));
    }

    private static String kinds(CaseResult result) {
        FailureResult failure = result.firstFailure();
        return failure == null ? "" : failure.kind();
    }

    private static String first(CaseResult result) {
        FailureResult failure = result.firstFailure();
        return failure == null ? "" : firstWords(failure.message());
    }

    /** The first line that says more than where. */
    private static String firstWords(List<String> lines) {
        return lines.stream().map(String::strip).filter(line -> !line.isEmpty() && !line.contains(" FAILED at "))
            .findFirst().orElse("");
    }

    @Override
    public @Nullable String timestamp() {
        return info.started();
    }

    @Override
    public Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("command", String.join(" ", info.command()));
        put(properties, "commit", info.commit());
        put(properties, "config", info.config());
        put(properties, "mode", info.mode());
        put(properties, "seed", info.seed() == null ? null : info.seed().toString());
        put(properties, "schedule", info.schedule());
        put(properties, "shard", info.shard());
        for (MachineResult machine : info.machines()) {
            properties.putIfAbsent("machine" + (machine.name().isEmpty() ? "" : "." + machine.name()),
                machine.cpus() + " CPUs, " + machine.nodes() + " nodes, " + machine.memoryBytes() + " bytes");
            properties.putIfAbsent("kernel_args" + (machine.name().isEmpty() ? "" : "." + machine.name()),
                machine.kernelArgs());
        }
        return properties;
    }

    private static void put(Map<String, String> properties, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            properties.put(name, value);
        }
    }
}
