package org.kunitjvm.kunit.kconfig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files of an evaluation, by the names that stand in Kconfig files and on the command line. */
public interface KconfigFiles {
    /** The text of a file, or {@code null} if there is no readable file of that name. */
    @Nullable String read(String name);

    /** Whether the name is that of a directory. */
    boolean isDirectory(String name);

    /** Whether the name is that of a device or a pipe, which is written to and never replaced. */
    default boolean isDevice(String name) {
        return false;
    }

    /**
     * Write a whole file, with its parent directories; readers see the old text or the new, nothing between.
     *
     * @throws IOException if it cannot be written
     */
    void write(String name, String text) throws IOException;

    /**
     * Write into a file that may be there, and stays what it is: a link is followed, a device is written to. Its folder
     * must be there.
     *
     * @throws IOException if it cannot be written
     */
    default void overwrite(String name, String text) throws IOException {
        write(name, text);
    }

    /**
     * Give a file another name, replacing what has it.
     *
     * @throws IOException if it cannot be renamed
     */
    void rename(String from, String to) throws IOException;

    /** Files below a directory; absolute names are taken as they are. */
    static KconfigFiles in(Path directory) {
        return new DirectoryFiles(directory);
    }

    /** Files in memory, for tests: the map is read and written. */
    static KconfigFiles inMemory(Map<String, String> texts) {
        return new MemoryFiles(texts);
    }

    /** Files in memory, none at first. */
    static KconfigFiles inMemory() {
        return inMemory(new HashMap<>());
    }

    /** See {@link #in}. */
    final class DirectoryFiles implements KconfigFiles {
        private final Path directory;

        private DirectoryFiles(Path directory) {
            this.directory = directory;
        }

        private @Nullable Path path(String name) {
            try {
                return directory.resolve(name);
            } catch (InvalidPathException e) {
                return null;
            }
        }

        private Path pathToWrite(String name) throws IOException {
            Path path = path(name);
            if (path == null) {
                throw new IOException("not a file name: " + name);
            }
            return path;
        }

        @Override
        public @Nullable String read(String name) {
            Path path = path(name);
            if (path == null || !Files.isRegularFile(path) && !Files.isReadable(path) || Files.isDirectory(path)) {
                return null;
            }
            try {
                return LosslessUtf8.decode(Files.readAllBytes(path));
            } catch (IOException e) {
                return null;
            }
        }

        @Override
        public boolean isDirectory(String name) {
            Path path = path(name);
            return path != null && Files.isDirectory(path);
        }

        @Override
        public boolean isDevice(String name) {
            Path path = path(name);
            return path != null && Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
        }

        @Override
        public void write(String name, String text) throws IOException {
            Path path = pathToWrite(name);
            Path parent = path.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Path temporary = path.resolveSibling(path.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
            try {
                Files.write(temporary, LosslessUtf8.encode(text));
                Files.move(temporary, path, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        }

        @Override
        public void overwrite(String name, String text) throws IOException {
            Files.write(pathToWrite(name), LosslessUtf8.encode(text));
        }

        @Override
        public void rename(String from, String to) throws IOException {
            Files.move(pathToWrite(from), pathToWrite(to), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** See {@link #inMemory(Map)}. */
    final class MemoryFiles implements KconfigFiles {
        private final Map<String, String> texts;

        private MemoryFiles(Map<String, String> texts) {
            this.texts = texts;
        }

        @Override
        public @Nullable String read(String name) {
            return texts.get(name);
        }

        @Override
        public boolean isDirectory(String name) {
            return false;
        }

        @Override
        public void write(String name, String text) {
            texts.put(name, text);
        }

        @Override
        public void rename(String from, String to) throws IOException {
            String text = texts.remove(from);
            if (text == null) {
                throw new IOException("no such file: " + from);
            }
            texts.put(to, text);
        }
    }
}
