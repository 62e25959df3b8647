package org.kunitjvm.kunit.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * {@code test.log} while it is written: the console of one kernel. It takes its place when it is closed, so no reader
 * sees half a log.
 */
final class TestLogFile implements AutoCloseable {
    static final String NAME = "test.log";

    private final BuildDir buildDir;
    private final Path temporary;
    private final BufferedWriter writer;

    TestLogFile(BuildDir buildDir) {
        this.buildDir = buildDir;
        temporary = buildDir.file("." + NAME + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            writer = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw BuildDir.cannotWrite(buildDir.nameOf(NAME), e);
        }
    }

    void line(String line) {
        try {
            writer.write(line);
            writer.write('\n');
        } catch (IOException e) {
            throw BuildDir.cannotWrite(buildDir.nameOf(NAME), e);
        }
    }

    @Override
    public void close() {
        try {
            writer.close();
            Files.move(temporary, buildDir.file(NAME), StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw BuildDir.cannotWrite(buildDir.nameOf(NAME), e);
        }
    }
}
