package org.kunitjvm.kunit.results;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;

/**
 * {@code results.json}: what kunit.py's {@code --json} prints, with more fields. A reader of kunit.py's files finds
 * what it knows: suites are {@code sub_groups} of the root, parameterised cases are {@code sub_groups} of their suite,
 * and other cases are {@code test_cases}.
 */
public final class ResultsFile {
    /** Its name in the folder of a run. */
    public static final String NAME = "results.json";

    private ResultsFile() {
    }

    /**
     * Read what is known of the run in a folder: its {@link #NAME}, or if there is none its {@link ResultsJournal}.
     *
     * @throws IOException if there is neither, or it is something else; the message says which file it was
     */
    public static RunResults readFolder(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        return Files.exists(file) ? read(file) : ResultsJournal.read(folder.resolve(ResultsJournal.NAME));
    }

    /**
     * Read one file.
     *
     * @throws IOException if it is something else; the message names the file
     */
    public static RunResults read(Path file) throws IOException {
        try (Reader text = Files.newBufferedReader(file, StandardCharsets.UTF_8);
                JsonParser in = ResultJson.FACTORY.createParser(text)) {
            return read(JsonReading.object(in));
        } catch (JacksonException e) {
            throw new IOException(file + ": not the results of a run: " + e.getOriginalMessage(), e);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static RunResults read(Map<String, Object> root) throws IOException {
        RunInfo info = ResultJson.readInfo(root);
        List<SuiteResult> suites = new ArrayList<>();
        for (Map<String, Object> suite : JsonReading.objects(root, "sub_groups")) {
            String name = JsonReading.text(suite, "name");
            List<CaseResult> cases = new ArrayList<>();
            for (Map<String, Object> group : JsonReading.objects(suite, "sub_groups")) {
                cases.add(ResultJson.readCase(name, group, JsonReading.objects(group, "test_cases")));
            }
            for (Map<String, Object> test : JsonReading.objects(suite, "test_cases")) {
                cases.add(ResultJson.readCase(name, test, List.of()));
            }
            cases.sort(Comparator.comparingInt(CaseResult::fromLine).thenComparingInt(CaseResult::order));
            suites.add(ResultJson.readSuite(name, suite, cases));
        }
        return new RunResults(info, suites);
    }

    /** Write to a stream, which is flushed and left open. */
    public static void write(RunResults results, Writer out) throws IOException {
        DefaultIndenter indenter = new DefaultIndenter("    ", "\n");
        try (JsonGenerator json = ResultJson.FACTORY.createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.setPrettyPrinter(new DefaultPrettyPrinter().withObjectIndenter(indenter));
            json.writeStartObject();
            json.writeStringField("name", "KUnit Test Group");
            json.writeArrayFieldStart("sub_groups");
            for (SuiteResult suite : results.suites()) {
                writeSuite(suite, results.info(), json);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("test_cases");
            json.writeEndArray();
            writeCounts(results.cases(), json);
            ResultJson.writeInfo(results.info(), json);
            json.writeEndObject();
        }
        out.write('\n');
        out.flush();
    }

    private static void writeSuite(SuiteResult suite, RunInfo info, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", suite.name());
        json.writeArrayFieldStart("sub_groups");
        for (CaseResult result : suite.cases()) {
            if (!result.params().isEmpty()) {
                writeGroup(result, info, json);
            }
        }
        json.writeEndArray();
        json.writeArrayFieldStart("test_cases");
        for (CaseResult result : suite.cases()) {
            if (result.params().isEmpty()) {
                json.writeStartObject();
                json.writeStringField("name", result.name());
                ResultJson.writeCase(result, json);
                json.writeEndObject();
            }
        }
        json.writeEndArray();
        writeCounts(suite.cases().stream(), json);
        ResultJson.writeKernelCi(info, json);
        ResultJson.writeSuite(suite, json);
        json.writeEndObject();
    }

    private static void writeGroup(CaseResult result, RunInfo info, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", result.name());
        json.writeArrayFieldStart("sub_groups");
        json.writeEndArray();
        json.writeArrayFieldStart("test_cases");
        ResultJson.writeParams(result.params(), json);
        json.writeEndArray();
        writeCounts(Stream.of(result), json);
        ResultJson.writeKernelCi(info, json);
        ResultJson.writeCase(result, json);
        json.writeEndObject();
    }

    /** The counts of kunit.py 7.0 and later; as there, a parameterised case counts as its parameters. */
    private static void writeCounts(Stream<CaseResult> cases, JsonGenerator json) throws IOException {
        List<ResultStatus> statuses = cases.flatMap(ResultsFile::leaves).toList();
        json.writeObjectFieldStart("misc");
        json.writeNumberField("tests", statuses.size());
        writeCount("passed", ResultStatus.PASS, statuses, json);
        writeCount("failed", ResultStatus.FAIL, statuses, json);
        writeCount("crashed", ResultStatus.ERROR, statuses, json);
        writeCount("skipped", ResultStatus.SKIP, statuses, json);
        json.writeNumberField("errors", 0);
        json.writeEndObject();
    }

    private static Stream<ResultStatus> leaves(CaseResult result) {
        return result.params().isEmpty() ? Stream.of(result.status())
            : result.params().stream().map(ParamResult::status);
    }

    private static void writeCount(String name, ResultStatus status, List<ResultStatus> statuses, JsonGenerator json)
        throws IOException {
        json.writeNumberField(name, statuses.stream().filter(each -> each == status).count());
    }
}
