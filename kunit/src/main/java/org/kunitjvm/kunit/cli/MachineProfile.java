package org.kunitjvm.kunit.cli;

import java.nio.file.Path;
import java.util.List;

/**
 * A machine that the user has described in a file: what {@code --machine} names. docs/machines.md describes the format.
 *
 * @param name the file's name without {@code .machine}
 * @param file the file, as texts name it
 * @param description one line for people; may be empty
 * @param qemuWords the machine, in QEMU's words
 * @param kernelArgs parameters for the kernel
 * @param kunitconfigs files with the configuration that it needs
 * @param config single lines of it, which override the files
 */
record MachineProfile(String name, String file, String description, List<String> qemuWords, List<String> kernelArgs,
    List<Path> kunitconfigs, List<String> config) {
    /** What the file's name ends with. */
    static final String SUFFIX = ".machine";

    MachineProfile {
        qemuWords = List.copyOf(qemuWords);
        kernelArgs = List.copyOf(kernelArgs);
        kunitconfigs = List.copyOf(kunitconfigs);
        config = List.copyOf(config);
    }

    /** Whether the kernel must be configured for this machine alone. */
    boolean hasConfig() {
        return !kunitconfigs.isEmpty() || !config.isEmpty();
    }
}
