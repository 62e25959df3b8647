package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real suites through the real launcher: with one job, with two, and in eight processes whose results {@code
 * bin/kunit merge} joins, every report is the same but for times.
 */
class ShardsIT {
    private static final int SHARDS = 8;
    private static final List<String> KINDS = List.of("json", "junit", "html", "kcidb", "code-quality");

    @TempDir
    Path folder;
    private String said = "";

    private int kunit(List<String> words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(LauncherSandbox.launcher().toString()));
        command.addAll(words);
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertTrue(process.waitFor(240, TimeUnit.SECONDS), command.toString());
        said = Files.readString(output);
        return process.exitValue();
    }

    /** Run everything that is not slow. */
    private void run(String build, String... words) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("run", "--build_dir=" + folder.resolve(build),
            "--filter=speed>slow"));
        all.addAll(List.of(words));
        assertEquals(0, kunit(all), said);
    }

    private String[] reports(String name, String... more) {
        List<String> words = new ArrayList<>(List.of(more));
        KINDS.forEach(kind -> words.add("--" + kind + "=" + folder.resolve(name + "." + kind)));
        return words.toArray(String[]::new);
    }

    /** A report without times, and without the words of the command that chose jobs, part and reports. */
    private String timeless(String name, String kind) throws IOException {
        return Files.readString(folder.resolve(name + "." + kind))
            .replaceAll("(?s)<section id=\"slowest\">.*?</section>", "").replaceAll("[0-9.]+ (ms|s)\\b", "T")
            .replaceAll("20\\d\\d-[0-9T:.-]+Z", "D").replaceAll("time=\"[0-9.]+\"", "time=T")
            .replaceAll("\"duration\" : [0-9.E-]+", "dur")
            .replaceAll(" (--json|--junit|--html|--kcidb|--code-quality|--jobs|--build_dir)=[^ <\"]*", "")
            .replaceAll(folder + "/[a-z0-9]+", "BUILD");
    }

    /** The lines about tests, as they are printed. */
    private List<String> printed() {
        List<String> lines = said.lines().map(line -> line.replaceFirst("^\\[[0-9:]+] ", "")).toList();
        return lines.stream().filter(line -> line.matches("=+ .*|\\[[A-Z]+] .*|Testing complete.*")).toList();
    }

    @Test
    void oneJobTwoJobsAndEightShardsReportTheSame() throws Exception {
        run("one", reports("one", "--jobs=1"));
        List<String> one = printed();
        assertTrue(one.size() > 300, said);

        run("two", reports("two", "--jobs=2"));
        assertEquals(one, printed());

        List<String> merge = new ArrayList<>(List.of("merge", "--build_dir=" + folder.resolve("merged")));
        for (int shard = SHARDS; shard >= 1; shard--) {
            run("shard" + shard, "--html=" + folder.resolve("shard.html"), "--shard=" + shard + "/" + SHARDS);
            merge.add(folder.resolve("shard" + shard).toString());
        }
        merge.addAll(List.of(reports("merged")));
        assertEquals(0, kunit(merge), said);
        assertEquals(one, printed());

        for (String kind : KINDS) {
            assertEquals(timeless("one", kind), timeless("two", kind), kind + " of two jobs");
            assertEquals(timeless("one", kind), timeless("merged", kind), kind + " of eight shards");
        }
        assertEquals(0, kunit(List.of("show", "--build_dir=" + folder.resolve("merged"))), said);
        assertTrue(said.contains("status:  finished\n"), said);
    }
}
