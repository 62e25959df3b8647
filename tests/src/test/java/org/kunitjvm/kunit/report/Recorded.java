package org.kunitjvm.kunit.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Recorded output of the real tool, from the compressed resources. */
final class Recorded {
    private static final JsonFactory JSON = new JsonFactory();

    private Recorded() {
    }

    /** One run of the real {@code kunit.py parse}; {@code json} is laid out as the tool prints it. */
    record ParseCase(String id, String input, String stdout, int exit, @Nullable String json) {
        @Override
        public String toString() {
            return id;
        }
    }

    static String text(String name) {
        try (InputStream in = Recorded.class.getResourceAsStream("/kunit-output/" + name + ".gz")) {
            if (in == null) {
                throw new IllegalStateException("no resource kunit-output/" + name + ".gz");
            }
            return new String(new GZIPInputStream(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> lines(String name) {
        return text(name).lines().toList();
    }

    static List<ParseCase> parseCases() {
        List<ParseCase> cases = new ArrayList<>();
        try (InputStream in = Recorded.class.getResourceAsStream("/kunit-output/parse-cases.jsonl.gz");
                BufferedReader lines = new BufferedReader(
                        new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                cases.add(parseCase(line));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return cases;
    }

    private static ParseCase parseCase(String line) throws IOException {
        String id = "";
        String input = "";
        String stdout = "";
        int exit = -1;
        String json = null;
        try (JsonParser parser = JSON.createParser(line)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "id" -> id = parser.getText();
                    case "input" -> input = parser.getText();
                    case "stdout" -> stdout = parser.getText();
                    case "exit" -> exit = parser.getIntValue();
                    case "json" -> json = value == JsonToken.VALUE_NULL ? null : laidOut(parser);
                    default -> parser.skipChildren();
                }
            }
        }
        return new ParseCase(id, input, stdout, exit, json);
    }

    private static String laidOut(JsonParser parser) throws IOException {
        Writer text = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(text)) {
            generator.setPrettyPrinter(new PythonLayout());
            generator.copyCurrentStructure(parser);
        }
        return text.toString();
    }
}
