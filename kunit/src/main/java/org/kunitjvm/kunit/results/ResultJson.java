package org.kunitjvm.kunit.results;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import org.jspecify.annotations.Nullable;

/** The fields of the format, both ways; docs/reports.md lists them. What would say nothing is left out. */
final class ResultJson {
    /** Name and version of the format. A reader refuses a version that it does not know. */
    static final String FORMAT = "kunit-results/1";

    static final JsonFactory FACTORY = new JsonFactory();
    private static final long NANOS = 1_000_000_000;
    private static final int DIGITS = 9;

    private ResultJson() {
    }

    // ---- the run ----

    static void writeInfo(RunInfo info, JsonGenerator json) throws IOException {
        json.writeStringField("format", FORMAT);
        json.writeBooleanField("complete", info.complete());
        json.writeStringField("end", info.end());
        writeTexts("command", info.command(), json);
        json.writeStringField("started", info.started());
        writeSeconds("seconds", info.hostNanos(), json);
        json.writeStringField("mode", info.mode());
        Long seed = info.seed();
        if (seed != null) {
            json.writeNumberField("seed", seed);
        }
        writeText("schedule", info.schedule(), json);
        Long shuffle = info.shuffle();
        if (shuffle != null) {
            json.writeNumberField("shuffle", shuffle);
        }
        writeText("shard", info.shard(), json);
        writeText("commit", info.commit(), json);
        writeText("config", info.config(), json);
        json.writeArrayFieldStart("machines");
        for (MachineResult machine : info.machines()) {
            json.writeStartObject();
            writeMachine(machine, json);
            json.writeEndObject();
        }
        json.writeEndArray();
        writeKernelCi(info, json);
    }

    static void writeMachine(MachineResult machine, JsonGenerator json) throws IOException {
        json.writeStringField("name", machine.name());
        writeText("profile", machine.profile(), json);
        json.writeNumberField("cpus", machine.cpus());
        json.writeNumberField("nodes", machine.nodes());
        json.writeNumberField("memory_bytes", machine.memoryBytes());
        json.writeStringField("kernel_args", machine.kernelArgs());
    }

    /** The fields that every group of kunit.py's JSON has. */
    static void writeKernelCi(RunInfo info, JsonGenerator json) throws IOException {
        json.writeStringField("arch", info.arch());
        json.writeStringField("defconfig", "kunit_defconfig");
        json.writeStringField("build_environment", info.buildDir());
        json.writeNullField("lab_name");
        json.writeNullField("kernel");
        json.writeNullField("job");
        json.writeStringField("git_branch", "kselftest");
    }

    static RunInfo readInfo(Map<String, Object> object) throws IOException {
        String format = JsonReading.text(object, "format");
        if (!format.equals(FORMAT)) {
            throw new IOException(format.isEmpty() ? "these are no results of a run: there is no \"format\" in them"
                : "the format is " + format + ", and only " + FORMAT + " is known");
        }
        List<MachineResult> machines = JsonReading.objects(object, "machines").stream().map(ResultJson::readMachine)
            .toList();
        return new RunInfo(JsonReading.flag(object, "complete"), JsonReading.text(object, "end"),
            JsonReading.texts(object, "command"), JsonReading.text(object, "started"),
            JsonReading.nanos(object, "seconds"), JsonReading.text(object, "arch"),
            JsonReading.text(object, "build_environment"), JsonReading.text(object, "mode"),
            JsonReading.numberOrNull(object, "seed"), JsonReading.textOrNull(object, "schedule"),
            JsonReading.numberOrNull(object, "shuffle"), JsonReading.textOrNull(object, "shard"),
            JsonReading.textOrNull(object, "commit"), JsonReading.text(object, "config"), machines);
    }

    static MachineResult readMachine(Map<String, Object> object) {
        return new MachineResult(JsonReading.text(object, "name"), JsonReading.text(object, "profile"),
            JsonReading.integer(object, "cpus"), JsonReading.integer(object, "nodes"),
            JsonReading.number(object, "memory_bytes"), JsonReading.text(object, "kernel_args"));
    }

    /** Nanoseconds as seconds, without exponent and without zeros at the end. */
    private static void writeSeconds(String name, long nanos, JsonGenerator json) throws IOException {
        long rest = Math.abs(nanos % NANOS);
        StringBuilder text = new StringBuilder().append(nanos < 0 ? "-" : "").append(Math.abs(nanos / NANOS))
            .append('.');
        String digits = Long.toString(rest);
        text.repeat('0', DIGITS - digits.length()).append(digits);
        int end = text.length();
        while (text.charAt(end - 1) == '0' && text.charAt(end - 2) != '.') {
            end--;
        }
        json.writeFieldName(name);
        json.writeRawValue(text.substring(0, end));
    }

    // ---- a suite ----

    static void writeSuite(SuiteResult suite, JsonGenerator json) throws IOException {
        json.writeNumberField("order", suite.order());
        json.writeNumberField("kernel", suite.kernel());
        writeText("machine", suite.machine(), json);
    }

    static SuiteResult readSuite(String name, Map<String, Object> object, List<CaseResult> cases) {
        return new SuiteResult(name, JsonReading.integer(object, "order"), JsonReading.integer(object, "kernel"),
            JsonReading.text(object, "machine"), cases);
    }

    // ---- a case ----

    /** All of a case but its name and its parameters. */
    static void writeCase(CaseResult result, JsonGenerator json) throws IOException {
        json.writeStringField("status", result.status().name());
        json.writeNumberField("order", result.order());
        writeText("reason", result.reason(), json);
        writeText("file", result.file(), json);
        if (result.line() > 0) {
            json.writeNumberField("line", result.line());
        }
        writeSeconds("started_seconds", result.startNanos(), json);
        writeSeconds("seconds", result.hostNanos(), json);
        json.writeNumberField("virtual_ns", result.virtualNanos());
        if (result.slow()) {
            json.writeBooleanField("slow", true);
        }
        json.writeNumberField("console_from", result.fromLine());
        json.writeNumberField("console_to", result.toLine());
        writeText("log", result.log(), json);
        if (!result.failures().isEmpty()) {
            writeFailures(result.failures(), json);
        }
    }

    private static void writeFailures(List<FailureResult> failures, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("failures");
        for (FailureResult failure : failures) {
            json.writeStartObject();
            json.writeStringField("kind", failure.kind());
            writeText("file", failure.file(), json);
            if (failure.line() > 0) {
                json.writeNumberField("line", failure.line());
            }
            writeTexts("message", failure.message(), json);
            writeText("expected", failure.expected(), json);
            writeText("actual", failure.actual(), json);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static void writeParams(List<ParamResult> params, JsonGenerator json) throws IOException {
        for (ParamResult param : params) {
            writeParam(param, json);
        }
    }

    private static void writeParam(ParamResult param, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", param.name());
        json.writeStringField("status", param.status().name());
        json.writeNumberField("number", param.number());
        writeText("reason", param.reason(), json);
        writeSeconds("seconds", param.hostNanos(), json);
        json.writeNumberField("virtual_ns", param.virtualNanos());
        json.writeEndObject();
    }

    static CaseResult readCase(String suite, Map<String, Object> object, List<Map<String, Object>> params)
        throws IOException {
        List<ParamResult> results = new ArrayList<>();
        for (Map<String, Object> param : params) {
            results.add(new ParamResult(JsonReading.integer(param, "number"), JsonReading.text(param, "name"),
                JsonReading.status(param), JsonReading.text(param, "reason"), JsonReading.nanos(param, "seconds"),
                JsonReading.number(param, "virtual_ns")));
        }
        List<FailureResult> failures = JsonReading.objects(object, "failures").stream().map(ResultJson::readFailure)
            .toList();
        return new CaseResult(suite, JsonReading.text(object, "name"), JsonReading.integer(object, "order"),
            JsonReading.status(object), JsonReading.text(object, "reason"), JsonReading.text(object, "file"),
            JsonReading.integer(object, "line"), JsonReading.nanos(object, "started_seconds"),
            JsonReading.nanos(object, "seconds"),
            JsonReading.number(object, "virtual_ns"), JsonReading.flag(object, "slow"),
            JsonReading.integer(object, "console_from"), JsonReading.integer(object, "console_to"),
            JsonReading.textOrNull(object, "log"), failures, results);
    }

    private static FailureResult readFailure(Map<String, Object> object) {
        return new FailureResult(JsonReading.text(object, "kind"), JsonReading.text(object, "file"),
            JsonReading.integer(object, "line"), JsonReading.texts(object, "message"),
            JsonReading.textOrNull(object, "expected"), JsonReading.textOrNull(object, "actual"));
    }

    // ---- small things ----

    private static void writeText(String name, @Nullable String text, JsonGenerator json) throws IOException {
        if (text != null && !text.isEmpty()) {
            json.writeStringField(name, text);
        }
    }

    private static void writeTexts(String name, List<String> texts, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    /** Read one object. */
    static Map<String, Object> object(String text) throws IOException {
        try (JsonParser in = FACTORY.createParser(text)) {
            return JsonReading.object(in);
        }
    }
}
