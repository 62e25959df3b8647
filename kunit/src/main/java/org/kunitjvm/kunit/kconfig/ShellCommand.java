package org.kunitjvm.kunit.kconfig;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;

/** Runs the command of a {@code $(shell,…)} and returns what it wrote to stdout, untouched. */
@FunctionalInterface
public interface ShellCommand {
    /**
     * Run one command to its end.
     *
     * @return at most as much of stdout as Kconfig looks at
     * @throws IOException if the command cannot be started
     */
    String run(String command) throws IOException;

    /** Commands are not run and print nothing. */
    ShellCommand DISABLED = new Disabled();

    /** What conf looks at of a command's output, in bytes. */
    int MAX_OUTPUT_BYTES = 4096;

    /** Run commands by {@code /bin/sh} in a directory, with that environment and this process's stderr. */
    static ShellCommand in(Path directory, Map<String, String> environment) {
        return command -> {
            ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", command);
            builder.directory(directory.toFile());
            builder.environment().clear();
            builder.environment().putAll(environment);
            builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
            builder.redirectError(ProcessBuilder.Redirect.INHERIT);
            Process process = builder.start();
            try (InputStream output = process.getInputStream()) {
                byte[] bytes = output.readNBytes(MAX_OUTPUT_BYTES);
                output.transferTo(OutputStream.nullOutputStream());
                process.waitFor();
                return LosslessUtf8.decode(bytes);
            } catch (InterruptedException e) {
                process.destroy();
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        };
    }

    /** See {@link #DISABLED}. */
    final class Disabled implements ShellCommand {
        private Disabled() {
        }

        @Override
        public String run(String command) {
            return "";
        }
    }
}
