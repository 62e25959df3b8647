package org.kunitjvm.kunit.results;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import org.jspecify.annotations.Nullable;

/**
 * {@code results.jsonl}: the results of a run while they come, one JSON object in a line. Whatever happens to the
 * process, all but a last half line can be read; a case that began and has no result was running when the run ended.
 *
 * <p>Lines: {@code {"run": …}} first, {@code {"kernel": …}} for each boot, then {@code {"suite": …}}, and for each of
 * its cases {@code {"started": …}} and {@code {"case": …}}.
 */
public final class ResultsJournal implements AutoCloseable {
    /** Its name in the folder of a run. */
    public static final String NAME = "results.jsonl";

    private static final String NO_RESULT = "it was running when the run ended";

    private final JsonGenerator json;

    /** Begin a journal; {@code out} belongs to it. */
    public ResultsJournal(Writer out, RunInfo info) throws IOException {
        json = ResultJson.FACTORY.createGenerator(out).setPrettyPrinter(new MinimalPrettyPrinter(""));
        line("run", json -> ResultJson.writeInfo(info, json));
    }

    /** Another kernel was booted. */
    public void kernel(MachineResult machine) throws IOException {
        line("kernel", json -> ResultJson.writeMachine(machine, json));
    }

    /** A suite begins; its cases do not matter yet. */
    public void suite(SuiteResult suite) throws IOException {
        line("suite", json -> {
            json.writeStringField("name", suite.name());
            ResultJson.writeSuite(suite, json);
        });
    }

    /** A case of the latest suite begins. */
    public void started(String name, int order) throws IOException {
        line("started", json -> {
            json.writeStringField("name", name);
            json.writeNumberField("order", order);
        });
    }

    /** A case of the latest suite has ended. */
    public void result(CaseResult result) throws IOException {
        line("case", json -> {
            json.writeStringField("name", result.name());
            ResultJson.writeCase(result, json);
            if (!result.params().isEmpty()) {
                json.writeArrayFieldStart("params");
                ResultJson.writeParams(result.params(), json);
                json.writeEndArray();
            }
        });
    }

    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    private void line(String kind, Fields fields) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart(kind);
        fields.write(json);
        json.writeEndObject();
        json.writeEndObject();
        json.writeRaw('\n');
    }

    /** Write what is in buffers: it would be lost when the process is killed. */
    public void flush() throws IOException {
        json.flush();
    }

    @Override
    public void close() throws IOException {
        json.close();
    }

    /**
     * Read a journal, as far as it goes; the result is never complete.
     *
     * @throws IOException if there is none
     */
    public static RunResults read(Path file) throws IOException {
        Collector collector = new Collector();
        for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList()) {
            if (!collector.add(line)) {
                break;
            }
        }
        return collector.results(file);
    }

    /** Puts lines together. */
    private static final class Collector {
        private final List<MachineResult> machines = new ArrayList<>();
        private final List<SuiteResult> suites = new ArrayList<>();
        private final List<CaseResult> cases = new ArrayList<>();
        private @Nullable RunInfo info;
        private @Nullable SuiteResult suite;
        private @Nullable String running;
        private int runningOrder;
        private int lines;

        /** Take in a line; false if it is only a part of one. */
        boolean add(String line) {
            try {
                Map<String, Object> object = ResultJson.object(line);
                for (String kind : object.keySet()) {
                    take(kind, JsonReading.object(object, kind));
                }
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        private void take(String kind, Map<String, Object> fields) throws IOException {
            switch (kind) {
                case "run" -> info = ResultJson.readInfo(fields);
                case "kernel" -> machines.add(ResultJson.readMachine(fields));
                case "suite" -> {
                    endSuite();
                    suite = ResultJson.readSuite(JsonReading.text(fields, "name"), fields, List.of());
                }
                case "started" -> {
                    running = JsonReading.text(fields, "name");
                    runningOrder = JsonReading.integer(fields, "order");
                }
                case "case" -> {
                    CaseResult result = ResultJson.readCase(suite == null ? "" : suite.name(), fields,
                        JsonReading.objects(fields, "params"));
                    cases.add(result);
                    lines = result.toLine();
                    running = null;
                }
                default -> {
                    // Of a later version, which may say more.
                }
            }
        }

        private void endSuite() {
            SuiteResult ended = suite;
            if (ended == null) {
                return;
            }
            if (running != null) {
                cases.add(new CaseResult(ended.name(), running, runningOrder, ResultStatus.ERROR, NO_RESULT, "", 0, 0,
                    0, 0, false, lines, lines, null, List.of(), List.of()));
                running = null;
            }
            suites.add(new SuiteResult(ended.name(), ended.order(), ended.kernel(), ended.machine(), cases));
            cases.clear();
        }

        RunResults results(Path file) throws IOException {
            endSuite();
            RunInfo known = info;
            if (known == null) {
                throw new IOException(file + ": not the journal of a run");
            }
            return new RunResults(known.ended(false, known.end(), known.hostNanos(), machines), suites);
        }
    }
}
