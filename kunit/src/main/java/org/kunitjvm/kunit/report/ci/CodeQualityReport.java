package org.kunitjvm.kunit.report.ci;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import org.kunitjvm.kunit.report.ControlText;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.FailureResult;
import org.kunitjvm.kunit.results.RunResults;

/**
 * Failures as a Code Quality report, which GitLab shows beside the lines of a merge request: an array of objects with
 * {@code description}, {@code check_name}, {@code fingerprint}, {@code severity} and {@code location}.
 */
public final class CodeQualityReport {
    private static final int MAX_CHARS = 2_000;
    /** A case whose parameters all fail says the same many times. */
    private static final int MOST_OF_ONE = 10;
    private static final int FINGERPRINT_BYTES = 16;

    private CodeQualityReport() {
    }

    /** Write the report to a stream, which is flushed and left open. */
    public static void write(RunResults run, Writer out) throws IOException {
        Map<String, Integer> seen = new HashMap<>();
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
            json.setPrettyPrinter(new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter));
            json.writeStartArray();
            for (CaseResult result : run.cases().filter(each -> each.status().isBad()).toList()) {
                if (result.failures().isEmpty()) {
                    issue(result, "no_result", result.reason(), result.file(), result.line(), seen, json);
                }
                for (FailureResult failure : result.failures().subList(0,
                    Math.min(MOST_OF_ONE, result.failures().size()))) {
                    boolean placed = !failure.file().isEmpty();
                    issue(result, failure.kind(), String.join("\n", failure.message()), placed ? failure.file()
                        : result.file(), placed ? failure.line() : result.line(), seen, json);
                }
            }
            json.writeEndArray();
        }
        out.write('\n');
        out.flush();
    }

    private static void issue(CaseResult result, String kind, String text, String file, int line, Map<String,
        Integer> seen, JsonGenerator json) throws IOException {
        String description = result.fullName() + ": " + (text.length() <= MAX_CHARS ? text
            : text.substring(0, MAX_CHARS) + "…");
        json.writeStartObject();
        json.writeStringField("description", ControlText.escapeForXml(description));
        json.writeStringField("check_name", "kunit." + kind);
        json.writeStringField("fingerprint", fingerprint(result.fullName() + "\0" + kind + "\0" + file, seen));
        json.writeStringField("severity", switch (kind) {
            case "fault", "timeout", "no_result" -> "blocker";
            case "leak", "cleanup" -> "major";
            default -> "critical";
        });
        json.writeObjectFieldStart("location");
        // The report has to name a file; a suite whose source is not known is named by itself.
        json.writeStringField("path", file.isEmpty() ? result.suite() : file);
        json.writeObjectFieldStart("lines");
        json.writeNumberField("begin", Math.max(1, line));
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
    }

    /**
     * The same for the same failure of a later commit, although its line moved: GitLab tells new failures from old ones
     * by it. Failures of one test that are alike are told apart by their order.
     */
    private static String fingerprint(String what, Map<String, Integer> seen) {
        int number = seen.merge(what, 1, Integer::sum);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                .digest((what + "\0" + number).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, FINGERPRINT_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
