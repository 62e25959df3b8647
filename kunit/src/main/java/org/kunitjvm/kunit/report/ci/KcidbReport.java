package org.kunitjvm.kunit.report.ci;

import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import org.kunitjvm.kunit.report.ControlText;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.FailureResult;
import org.kunitjvm.kunit.results.MachineResult;
import org.kunitjvm.kunit.results.ParamResult;
import org.kunitjvm.kunit.results.RunInfo;
import org.kunitjvm.kunit.results.RunResults;
import org.kunitjvm.kunit.results.SuiteResult;

/**
 * A run as a submission to the KernelCI database, version 5.0 of its schema: one checkout, one build, a test for each
 * case. Only fields of 5.0 are used, so that any later 5.x accepts it too.
 */
public final class KcidbReport {
    /** Longest excerpt of a log that the schema allows, in characters. */
    static final int MAX_EXCERPT = 16_384;

    private static final int MAJOR = 5;
    private static final int MINOR = 0;

    private final String origin;
    private final RunResults run;
    private final BiFunction<SuiteResult, CaseResult, List<String>> logs;
    private final String checkoutId;
    private final String buildId;

    /**
     * Report a run.
     *
     * @param origin name of the CI system that submits: lower case letters, digits and underscores
     * @param logs what the console said about a case
     */
    public KcidbReport(String origin, RunResults run, BiFunction<SuiteResult, CaseResult, List<String>> logs) {
        if (!isOrigin(origin)) {
            throw new IllegalArgumentException("'" + origin + "' is no origin");
        }
        this.origin = origin;
        this.run = run;
        this.logs = logs;
        RunInfo info = run.info();
        String commit = info.commit() == null ? "unknown" : info.commit();
        this.checkoutId = origin + ":" + commit;
        this.buildId = origin + ":" + commit + "-" + info.arch() + "-"
            + (info.config().isEmpty() ? "unknown" : info.config());
    }

    /** Whether the schema takes {@code name} for an origin. */
    public static boolean isOrigin(String name) {
        return name.matches("[a-z0-9_]+");
    }

    /** Write the submission to a stream, which is flushed and left open. */
    public void write(Writer out) throws IOException {
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
            json.setPrettyPrinter(new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter));
            json.writeStartObject();
            json.writeObjectFieldStart("version");
            json.writeNumberField("major", MAJOR);
            json.writeNumberField("minor", MINOR);
            json.writeEndObject();
            checkout(json);
            build(json);
            json.writeArrayFieldStart("tests");
            for (SuiteResult suite : run.suites()) {
                for (CaseResult result : suite.cases()) {
                    test(suite, result, json);
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.write('\n');
        out.flush();
    }

    private void checkout(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("checkouts");
        json.writeStartObject();
        json.writeStringField("id", checkoutId);
        json.writeStringField("origin", origin);
        String commit = run.info().commit();
        if (commit != null && commit.length() == 40) {
            json.writeStringField("git_commit_hash", commit);
        }
        json.writeStringField("comment", "kunit-jvm");
        json.writeBooleanField("valid", true);
        json.writeEndObject();
        json.writeEndArray();
    }

    private void build(JsonGenerator json) throws IOException {
        RunInfo info = run.info();
        json.writeArrayFieldStart("builds");
        json.writeStartObject();
        json.writeStringField("checkout_id", checkoutId);
        json.writeStringField("id", buildId);
        json.writeStringField("origin", origin);
        json.writeStringField("start_time", info.started());
        json.writeStringField("architecture", info.arch().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_"));
        json.writeStringField("command", clean(String.join(" ", info.command())));
        json.writeStringField("config_name", "kunit_defconfig");
        json.writeStringField("status", "PASS");
        json.writeObjectFieldStart("misc");
        json.writeStringField("config_digest", info.config());
        json.writeStringField("mode", info.mode());
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndArray();
    }

    private void test(SuiteResult suite, CaseResult result, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("build_id", buildId);
        json.writeStringField("id", clean(buildId + "-" + run.info().started() + "-" + suite.kernel() + "-"
            + result.fullName()));
        json.writeStringField("origin", origin);
        environment(suite, json);
        json.writeStringField("path", "kunit." + segment(result.suite()) + "." + segment(result.name()));
        json.writeStringField("status", result.status().name());
        if (!result.reason().isEmpty()) {
            json.writeStringField("comment", clean(result.reason()));
        }
        json.writeStringField("start_time", startTime(result));
        json.writeNumberField("duration", result.hostNanos() / 1e9);
        String excerpt = excerpt(logs.apply(suite, result));
        if (!excerpt.isEmpty()) {
            json.writeStringField("log_excerpt", excerpt);
        }
        misc(result, json);
        json.writeEndObject();
    }

    /** When a test began; of a run whose start nobody can read, that. */
    private String startTime(CaseResult result) {
        try {
            return Instant.parse(run.info().started()).plusNanos(result.startNanos()).toString();
        } catch (DateTimeParseException e) {
            return run.info().started();
        }
    }

    private void environment(SuiteResult suite, JsonGenerator json) throws IOException {
        List<MachineResult> machines = run.info().machines();
        if (suite.kernel() < 1 || suite.kernel() > machines.size()) {
            return;
        }
        MachineResult machine = machines.get(suite.kernel() - 1);
        json.writeObjectFieldStart("environment");
        json.writeStringField("comment", clean("kunit-jvm"
            + (machine.name().isEmpty() ? "" : " machine " + machine.name())));
        json.writeObjectFieldStart("misc");
        json.writeNumberField("cpus", machine.cpus());
        json.writeNumberField("nodes", machine.nodes());
        json.writeNumberField("memory_bytes", machine.memoryBytes());
        json.writeStringField("kernel_args", clean(machine.kernelArgs()));
        Long seed = run.info().seed();
        if (seed != null) {
            json.writeNumberField("seed", seed);
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void misc(CaseResult result, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("misc");
        json.writeStringField("file", clean(result.file()));
        json.writeNumberField("line", result.line());
        json.writeNumberField("virtual_ns", result.virtualNanos());
        if (!result.failures().isEmpty()) {
            json.writeArrayFieldStart("failures");
            for (FailureResult failure : result.failures()) {
                json.writeStartObject();
                json.writeStringField("kind", failure.kind());
                json.writeStringField("place", clean(failure.place()));
                json.writeStringField("message", cut(clean(String.join("\n", failure.message()))));
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        if (!result.params().isEmpty()) {
            json.writeArrayFieldStart("params");
            for (ParamResult param : result.params()) {
                json.writeStartObject();
                json.writeStringField("name", clean(param.name()));
                json.writeStringField("status", param.status().name());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    /** A part of a test's path: the schema has letters, digits, underscores and dashes. */
    private static String segment(String name) {
        String safe = name.replaceAll("[^a-zA-Z0-9_-]", "_");
        return safe.isEmpty() ? "_" : safe;
    }

    /** The end of a log, which says how it went. */
    private static String excerpt(List<String> lines) {
        int from = lines.size();
        for (int chars = 0; from > 0; from--) {
            chars += lines.get(from - 1).length() + 1;
            if (chars > MAX_EXCERPT) {
                break;
            }
        }
        return cut(clean(lines.subList(from, lines.size()).stream().collect(Collectors.joining("\n"))));
    }

    private static String cut(String text) {
        int limit = MAX_EXCERPT - 1;
        if (text.length() <= limit) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(limit - 1)) ? limit - 1 : limit) + "…";
    }

    private static String clean(String text) {
        return ControlText.escapeForXml(text);
    }
}
