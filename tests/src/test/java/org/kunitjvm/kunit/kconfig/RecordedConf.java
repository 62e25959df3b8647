package org.kunitjvm.kunit.kconfig;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** One recorded run of the real conf. */
record RecordedConf(
        String name, String kconfig, @Nullable String config, @Nullable String result, String stdout, String stderr,
        int exit) {

    static List<RecordedConf> load(String resource) {
        List<RecordedConf> runs = new ArrayList<>();
        try (InputStream stream = RecordedConf.class.getResourceAsStream("/kconfig/" + resource)) {
            if (stream == null) {
                throw new IOException("no resource " + resource);
            }
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(new GZIPInputStream(stream), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                runs.add(parse(line, resource + " " + runs.size()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return runs;
    }

    private static RecordedConf parse(String line, String place) throws IOException {
        Map<String, @Nullable String> fields = new HashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(line)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String field = parser.currentName();
                fields.put(field, parser.nextToken() == JsonToken.VALUE_NULL ? null : parser.getText());
            }
        }
        return new RecordedConf(fields.getOrDefault("name", place), text(fields, "kconfig"), fields.get("config"),
                fields.get("result"), text(fields, "stdout"), text(fields, "stderr"),
                Integer.parseInt(text(fields, "exit")));
    }

    private static String text(Map<String, @Nullable String> fields, String name) {
        String text = fields.get(name);
        if (text == null) {
            throw new IllegalArgumentException("no field " + name);
        }
        return text;
    }

    /** What our conf does with the same input, in the same form. */
    RecordedConf replay(Map<String, String> environment, ShellCommand shell, KconfigLanguage language) {
        ConfRun run = new ConfRun().file("Kconfig", kconfig).environment(environment).shell(shell);
        if (config != null) {
            run.file(".config", config);
        }
        run.run("--language=" + (language == KconfigLanguage.CURRENT ? "current" : "linux-6.12"), "--olddefconfig",
            "Kconfig");
        return new RecordedConf(name, kconfig, config, run.exit() == 0 ? run.text(".config") : null, run.out(),
            run.err(),
                run.exit());
    }
}
