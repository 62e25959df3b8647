package org.kunitjvm.kunit.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * {@code test.log} while it is written: the console of one kernel. It takes its place when it is closed, so no reader
 * sees half a log. When the disk is full the run goes on without the rest of the log, and that is said once.
 */
final class TestLogFile implements AutoCloseable {
    static final String NAME = "test.log";

    private final BuildDir buildDir;
    private final Host host;
    private final Path temporary;
    private final BufferedWriter writer;
    private boolean broken;

    /**
     * Begin a log.
     *
     * @throws CliException if there cannot be one
     */
    TestLogFile(BuildDir buildDir, Host host) {
        this.buildDir = buildDir;
        this.host = host;
        temporary = buildDir.file("." + NAME + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            writer = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw BuildDir.cannotWrite(buildDir.nameOf(NAME), e);
        }
    }

    void line(String line) {
        if (broken) {
            return;
        }
        try {
            writer.write(line);
            writer.write('\n');
        } catch (IOException e) {
            giveUp(e);
        }
    }

    private void giveUp(IOException e) {
        if (!broken) {
            broken = true;
            host.err().println("kunit: note: " + buildDir.nameOf(NAME) + " is not complete: " + BuildDir.reason(e));
        }
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            giveUp(e);
        }
        try {
            Files.move(temporary, buildDir.file(NAME), StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            giveUp(e);
        }
    }
}
