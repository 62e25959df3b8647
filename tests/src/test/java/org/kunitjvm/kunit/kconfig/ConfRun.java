package org.kunitjvm.kunit.kconfig;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A run of conf on files in memory. */
final class ConfRun {
    private final Map<String, String> files = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private ShellCommand shell = ShellCommand.DISABLED;
    private String input = "";
    private boolean typed;
    private StringBuilder out = new StringBuilder();
    private StringBuilder err = new StringBuilder();
    private int exit = -1;

    static ConfRun of(String kconfig) {
        return new ConfRun().file("Kconfig", kconfig);
    }

    ConfRun file(String name, String text) {
        files.put(name, text);
        return this;
    }

    ConfRun config(String text) {
        return file(".config", text);
    }

    ConfRun environment(Map<String, String> variables) {
        environment.putAll(variables);
        return this;
    }

    ConfRun environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    ConfRun shell(ShellCommand command) {
        shell = command;
        return this;
    }

    ConfRun input(String text) {
        input = text;
        return this;
    }

    /** The input is typed on the terminal that the questions stand on. */
    ConfRun typed() {
        typed = true;
        return this;
    }

    ConfRun run(String... arguments) {
        out = new StringBuilder();
        err = new StringBuilder();
        InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        exit = KconfigConf.run(List.of(arguments), KconfigFiles.inMemory(files), shell, environment,
                typed ? Answers.typed(in) : Answers.from(in), out, err);
        return this;
    }

    ConfRun olddefconfig() {
        return run("--olddefconfig", "Kconfig");
    }

    int exit() {
        return exit;
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }

    @Nullable String text(String file) {
        return files.get(file);
    }

    /** The .config without its heading of four lines. */
    String values() {
        String text = files.getOrDefault(".config", "");
        int from = 0;
        for (int line = 0; line < 4 && from >= 0; line++) {
            from = text.indexOf('\n', from) + 1;
        }
        return text.substring(from);
    }
}
