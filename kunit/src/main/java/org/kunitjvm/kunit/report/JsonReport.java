package org.kunitjvm.kunit.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.ktap.KunitRelease;
import org.kunitjvm.kunit.ktap.TestCounts;
import org.kunitjvm.kunit.ktap.TestResult;

/**
 * Write results as {@code --json} does: the KernelCI schema, laid out as Python's {@code json.dumps(indent=4)}.
 * Models tools/testing/kunit/kunit_json.py.
 */
public final class JsonReport {
    private final KunitRelease release;
    private final RunMetadata metadata;

    public JsonReport(KunitRelease release, RunMetadata metadata) {
        this.release = release;
        this.metadata = metadata;
    }

    /** Write {@code root} and all below it to {@code out}, which is flushed and left open; no line end follows. */
    public void write(TestResult root, Writer out) throws IOException {
        JsonFactory factory = JsonFactory.builder()
                .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
                .streamWriteConstraints(StreamWriteConstraints.builder().maxNestingDepth(Integer.MAX_VALUE).build())
                .build();
        JsonGenerator json = factory.createGenerator(out);
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        // To Python, DEL is not ASCII that can be printed either.
        json.setHighestNonEscapedChar('~');
        json.setPrettyPrinter(new PythonLayout());
        try (json) {
            writeTree(root, json);
        }
    }

    /** A group whose {@code sub_groups} are being written. */
    private record Open(TestResult group, Iterator<TestResult> subtests) {
        static Open of(TestResult group) {
            return new Open(group, group.subtests().iterator());
        }

        @Nullable TestResult nextGroup() {
            while (subtests.hasNext()) {
                TestResult test = subtests.next();
                if (test.isGroup()) {
                    return test;
                }
            }
            return null;
        }
    }

    private void writeTree(TestResult root, JsonGenerator json) throws IOException {
        ArrayDeque<Open> stack = new ArrayDeque<>();
        startGroup("KUnit Test Group", json);
        stack.push(Open.of(root));
        while (!stack.isEmpty()) {
            TestResult group = stack.element().nextGroup();
            if (group != null) {
                startGroup(group.name(), json);
                stack.push(Open.of(group));
            } else {
                endGroup(stack.pop().group(), json);
            }
        }
    }

    private static void startGroup(String name, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", name);
        json.writeArrayFieldStart("sub_groups");
    }

    private void endGroup(TestResult group, JsonGenerator json) throws IOException {
        json.writeEndArray();
        json.writeArrayFieldStart("test_cases");
        for (TestResult test : group.subtests()) {
            if (!test.isGroup()) {
                writeCase(test, json);
            }
        }
        json.writeEndArray();
        if (release.atLeast(KunitRelease.V7_0)) {
            writeCounts(group.counts(), json);
        }
        json.writeStringField("arch", metadata.arch());
        json.writeStringField("defconfig", metadata.defconfig());
        json.writeStringField("build_environment", metadata.buildEnvironment());
        json.writeNullField("lab_name");
        json.writeNullField("kernel");
        json.writeNullField("job");
        json.writeStringField("git_branch", "kselftest");
        json.writeEndObject();
    }

    private static void writeCase(TestResult test, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", test.name());
        json.writeStringField("status", switch (test.status()) {
            case SUCCESS -> "PASS";
            case SKIPPED -> "SKIP";
            case CRASHED -> "ERROR";
            case FAILURE, NO_TESTS, FAILURE_TO_PARSE -> "FAIL";
        });
        json.writeEndObject();
    }

    private static void writeCounts(TestCounts counts, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("misc");
        json.writeNumberField("tests", counts.total());
        json.writeNumberField("passed", counts.passed());
        json.writeNumberField("failed", counts.failed());
        json.writeNumberField("crashed", counts.crashed());
        json.writeNumberField("skipped", counts.skipped());
        json.writeNumberField("errors", counts.errors());
        json.writeEndObject();
    }
}
