package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.kconfig.LosslessUtf8;

/**
 * The output folder, {@code .kunit} by default. Files appear whole or not at all: they are written beside their place
 * and moved there.
 *
 * @param name as the user wrote it, for texts
 * @param path where it is
 */
record BuildDir(String name, Path path) {
    /** The folder of {@code options}. */
    static BuildDir of(Options options, Host host) {
        String name = options.text(Flag.BUILD_DIR);
        if (name == null || name.isEmpty()) {
            name = usual(host);
        }
        return new BuildDir(name, host.root().resolve(name));
    }

    /**
     * The folder that is used when none is named. KBUILD_OUTPUT counts in every mode, not only as since 7.0: whoever
     * sets it wants nothing written into the source tree.
     */
    static String usual(Host host) {
        String kbuildOutput = host.variable("KBUILD_OUTPUT");
        return kbuildOutput != null ? join(kbuildOutput, ".kunit") : ".kunit";
    }

    /** A path and a name below it, as Python's os.path.join writes them. */
    static String join(String folder, String file) {
        return folder.endsWith("/") ? folder + file : folder + "/" + file;
    }

    /** The name of a file in this folder, for texts. */
    String nameOf(String file) {
        return join(name, file);
    }

    Path file(String file) {
        return path.resolve(file);
    }

    /**
     * Make the folder if it is missing, but not the folders above it.
     *
     * @throws CliException if that fails
     */
    void make() {
        try {
            Files.createDirectory(path);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(path)) {
                throw new CliException("--build_dir " + name + " is a file; name a folder");
            }
        } catch (NoSuchFileException e) {
            throw new CliException("cannot make " + name + ": there is no folder "
                + (name.indexOf('/') > 0 ? name.substring(0, name.lastIndexOf('/')) : path.getParent())
                + "; make it first, or choose another --build_dir");
        } catch (IOException e) {
            throw cannotWrite(name, e);
        }
    }

    /** The text of a file, or {@code null} if there is none. */
    @Nullable String read(String file) {
        try {
            Path at = file(file);
            return Files.exists(at) ? LosslessUtf8.decode(Files.readAllBytes(at)) : null;
        } catch (IOException e) {
            throw new CliException("cannot read " + nameOf(file) + ": " + reason(e));
        }
    }

    /** Write a file, whole or not at all. */
    void write(String file, String text) {
        Path temporary = file("." + file + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            Files.write(temporary, LosslessUtf8.encode(text));
            Files.move(temporary, file(file), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            remove(temporary);
            throw cannotWrite(nameOf(file), e);
        }
    }

    /** Remove a file if it is there. */
    void delete(String file) {
        try {
            Files.deleteIfExists(file(file));
        } catch (IOException e) {
            throw cannotWrite(nameOf(file), e);
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static CliException cannotWrite(String what, IOException e) {
        return new CliException("cannot write " + what + ": " + reason(e)
            + "; make it writable, or choose another --build_dir");
    }

    /** Say in a few words what a failed file operation failed of. */
    static String reason(IOException e) {
        return switch (e) {
            case java.nio.file.AccessDeniedException _ -> "permission denied";
            case NoSuchFileException _ -> "no such file or folder";
            case java.nio.file.FileSystemException f when f.getReason() != null -> f.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }
}
