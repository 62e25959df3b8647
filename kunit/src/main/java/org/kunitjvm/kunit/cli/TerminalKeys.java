package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Keys that the user presses while a run goes on, without Enter. The terminal is given back as it was found. A process
 * in the background must not touch the terminal, or it is stopped; where it cannot be told whether it is (no
 * {@code /proc}), there are no keys.
 */
final class TerminalKeys implements AutoCloseable {
    private static final Path OWN_STAT = Path.of("/proc/self/stat");
    private static final int PROCESS_GROUP = 2;
    private static final int TERMINAL_GROUP = 5;

    private final InputStream in;
    private final @Nullable String settings;

    private TerminalKeys(InputStream in, @Nullable String settings) {
        this.in = in;
        this.settings = settings;
    }

    static TerminalKeys open(Host host) throws IOException {
        if (!host.terminals().contains("0") || !host.errIsTerminal() || !isForeground()) {
            return new TerminalKeys(InputStream.nullInputStream(), null);
        }
        String settings = stty("-g").strip();
        stty("-icanon", "-echo");
        return new TerminalKeys(host.in(), settings);
    }

    /** Whether {@code key} was pressed since the last question; other keys are swallowed. */
    boolean pressed(char key) throws IOException {
        boolean pressed = false;
        while (in.available() > 0 && isForeground()) {
            pressed |= in.read() == key;
        }
        return pressed;
    }

    private static boolean isForeground() throws IOException {
        if (!Files.isReadable(OWN_STAT)) {
            return false;
        }
        String stat = Files.readString(OWN_STAT, StandardCharsets.ISO_8859_1);
        // The name of the program stands in parentheses and may hold anything.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return fields[PROCESS_GROUP].equals(fields[TERMINAL_GROUP]);
    }

    private static String stty(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        // Not to be interrupted: the terminal would stay as it is.
        process.onExit().join();
        return out;
    }

    @Override
    public void close() throws IOException {
        if (settings != null && !settings.isEmpty()) {
            stty(settings);
        }
    }
}
