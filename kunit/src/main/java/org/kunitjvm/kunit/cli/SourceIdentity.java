package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

import org.jspecify.annotations.Nullable;

/**
 * What tells whether two runs were runs of the same thing: the commit of the sources, and a digest of the
 * configuration.
 */
final class SourceIdentity {
    private SourceIdentity() {
    }

    /**
     * The commit that is checked out at {@code root}, or {@code null} if that is no Git repository. No program is
     * started.
     */
    static @Nullable String commit(Path root) {
        try {
            Path git = root.resolve(".git");
            if (Files.isRegularFile(git)) {
                // A linked work tree or a submodule.
                git = root.resolve(Files.readString(git, StandardCharsets.UTF_8).replaceFirst("^gitdir:", "").strip());
            }
            String head = Files.readString(git.resolve("HEAD"), StandardCharsets.UTF_8).strip();
            if (!head.startsWith("ref:")) {
                return hash(head);
            }
            Path shared = git.resolve("commondir");
            Path common = Files.exists(shared) ? git.resolve(Files.readString(shared, StandardCharsets.UTF_8).strip())
                : git;
            return reference(common, head.substring("ref:".length()).strip());
        } catch (IOException e) {
            return null;
        }
    }

    private static @Nullable String reference(Path git, String name) throws IOException {
        Path loose = git.resolve(name);
        if (Files.exists(loose)) {
            return hash(Files.readString(loose, StandardCharsets.UTF_8).strip());
        }
        for (String line : Files.readAllLines(git.resolve("packed-refs"), StandardCharsets.UTF_8)) {
            if (line.endsWith(" " + name)) {
                return hash(line.substring(0, line.indexOf(' ')));
            }
        }
        return null;
    }

    private static @Nullable String hash(String text) {
        return text.matches("[0-9a-f]{40}|[0-9a-f]{64}") ? text : null;
    }

    /** A mark of a configuration, 8 hexadecimal digits; the order of its lines does not matter. */
    static String digest(Map<String, String> config) {
        // Tells runs apart, and need not resist anybody: the JDK's digests cost the start of its security framework.
        CRC32 crc = new CRC32();
        new TreeMap<>(config).forEach((name, value) ->
            crc.update(("CONFIG_" + name + "=" + value + "\n").getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }
}
