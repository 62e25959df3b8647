package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;

import org.jspecify.annotations.Nullable;

/**
 * One of {@code total} parts of all tests. What part something belongs to follows from its name alone, so that machines
 * agree without talking. A suite is not torn apart, because its cases share a kernel and would see another history;
 * only one whose cases have kernels of their own is.
 *
 * @param index which part, from 0
 * @param total number of parts
 */
record Shard(int index, int total) {
    /** The one part of one. */
    static final Shard WHOLE = new Shard(0, 1);

    /**
     * The part that {@code --shard} names, else the one of Bazel's or GoogleTest's variables, else the whole.
     *
     * @throws CliException if there is no such part
     */
    static Shard of(Options options, Host host) {
        String text = options.text(Flag.SHARD);
        if (text != null) {
            String[] parts = text.split("/", -1);
            return parts.length == 2 ? of("--shard=" + text, parts[0], 1, parts[1])
                : refuse("--shard=" + text, "write I/N, such as 1/4");
        }
        for (String prefix : List.of("TEST", "GTEST")) {
            String index = host.variable(prefix + "_SHARD_INDEX");
            String total = host.variable(prefix + "_TOTAL_SHARDS");
            if ("0".equals(total) && (index == null || index.equals("0"))) {
                // Not sharded, in the words of some builds.
                continue;
            }
            if (index != null || total != null) {
                if (index == null || total == null) {
                    String missing = prefix + (index == null ? "_SHARD_INDEX" : "_TOTAL_SHARDS");
                    return refuse(missing, "must be set, because " + prefix
                        + (index == null ? "_TOTAL_SHARDS=" + total : "_SHARD_INDEX=" + index) + " is");
                }
                touch(host.variable(prefix + "_SHARD_STATUS_FILE"));
                return of(prefix + "_SHARD_INDEX=" + index + " " + prefix + "_TOTAL_SHARDS=" + total, index, 0, total);
            }
        }
        return WHOLE;
    }

    private static Shard of(String what, String index, int first, String total) {
        if (!index.matches("[0-9]{1,9}") || !total.matches("[0-9]{1,9}")) {
            return refuse(what, "both must be whole numbers");
        }
        Shard shard = new Shard(Integer.parseInt(index) - first, Integer.parseInt(total));
        return shard.index >= 0 && shard.index < shard.total ? shard
            : refuse(what, "the part must be one of all parts");
    }

    private static Shard refuse(String what, String why) {
        throw new CliException(what + ": " + why);
    }

    /** Whether this is everything. */
    boolean isWhole() {
        return total == 1;
    }

    /** Show the one who started the shards that this program knows about them. */
    private static void touch(@Nullable String file) {
        if (file != null) {
            try {
                Files.writeString(Path.of(file), "");
            } catch (IOException e) {
                throw new CliException("cannot write the shard status file " + file + ": " + BuildDir.reason(e));
            } catch (InvalidPathException e) {
                throw new CliException("cannot write the shard status file: " + e.getMessage());
            }
        }
    }

    /** Whether something of this name belongs to this part: a suite, or {@code suite.case}. */
    boolean holds(String name) {
        CRC32 hash = new CRC32();
        hash.update(name.getBytes(StandardCharsets.UTF_8));
        return hash.getValue() % total == index;
    }
}
