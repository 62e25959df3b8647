package org.kunitjvm.kunit.compile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;

/**
 * The folders in {@code tests/target/model} that stand in front of the program's jars: for each module of which
 * something was compiled after Maven's last build, all of its classes. All, because the loader for stubs tells modules
 * apart by where their classes lie.
 *
 * <p>Their stamp says that they are complete, and its time that they are up to date with sources that are no newer.
 * They count as long as the stamp is newer than what Maven writes when its build begins and when it ends;
 * {@code bin/kunit} applies the same rule.
 */
public final class Overlay {
    /** The modules of the program, what a module depends on before it. */
    static final List<String> MODULES = List.of("kernel-model", "mm", "kunit", "tests");
    private static final String FOLDER = "tests/target/model";
    private static final String STARTED = "kernel-model/target/build-started";
    private static final String FINISHED = "tests/target/build-finished";

    private final Path root;

    /** The overlay of the project at {@code root}. */
    public Overlay(Path root) {
        this.root = root;
    }

    /** Where a module's classes lie if it has any. */
    Path folder(String module) {
        return root.resolve(FOLDER).resolve(module);
    }

    Path folder() {
        return root.resolve(FOLDER);
    }

    Path stamp() {
        return folder().resolve("stamp");
    }

    /** Whether there is an overlay and Maven has not begun to build since. */
    public boolean isValid() throws IOException {
        return Files.exists(stamp()) && isNewerThan(STARTED) && isNewerThan(FINISHED);
    }

    private boolean isNewerThan(String name) throws IOException {
        Path file = root.resolve(name);
        return Files.exists(file) && time(stamp()).compareTo(time(file)) > 0;
    }

    /** The folders that exist, as they stand on the class path; none without a valid overlay. */
    public List<Path> folders() throws IOException {
        List<Path> folders = new ArrayList<>();
        if (isValid()) {
            for (String module : MODULES) {
                if (Files.isDirectory(folder(module))) {
                    folders.add(folder(module));
                }
            }
        }
        return folders;
    }

    /**
     * Whether the suites must be compiled because of what changed in front of the jars, whatever their own sources say.
     */
    public boolean suitesAreBehind() throws IOException {
        return isValid() && Files.exists(behind());
    }

    /** Remember that the suites were compiled against what is in front of the jars. */
    public void suitesAreThere() throws IOException {
        Files.deleteIfExists(behind());
    }

    void suitesFallBehind() throws IOException {
        if (!Files.exists(behind())) {
            Files.createFile(behind());
        }
    }

    private Path behind() {
        return folder().resolve("suites-behind");
    }

    static FileTime time(Path file) throws IOException {
        return Files.getLastModifiedTime(file);
    }
}
