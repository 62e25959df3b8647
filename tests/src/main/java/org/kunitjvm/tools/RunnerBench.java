package org.kunitjvm.tools;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * {@code kunit bench runner}: what the runner itself costs. Suites are generated and compiled, and the command line
 * runs them in processes of its own: 5,000 trivial cases in 50 suites, and 50 suites that compute, with one job and
 * with two. A run of a single case is what everything else is compared with, so that the start of the program is no
 * part of a case.
 */
final class RunnerBench {
    private static final int SUITES = 50;
    private static final int CASES = 100;
    private static final int ROUNDS = 3;
    private static final int WORK = 60_000_000;
    private static final double NANOS = 1e9;

    private final Path home = Path.of(System.getProperty("kunit.home", "."));
    private final Path folder;
    private final PrintStream out;

    /** One run: wall time, and the most memory that the process had. */
    private record Run(double seconds, long peakKib) {
    }

    private RunnerBench(Path folder, PrintStream out) {
        this.folder = folder;
        this.out = out;
    }

    static int run(PrintStream out) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("kunit-bench");
        try {
            new RunnerBench(folder, out).run();
            return 0;
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void run() throws IOException, InterruptedException {
        Path trivial = generate("trivial", CASES, "KUNIT_EXPECT_EQ(test, 1 + 1, 2);");
        Path busy = generate("busy", 1, "long sum = 0; for (int i = 0; i < " + WORK + "; i++) { sum += sum ^ i; }\n"
            + "        KUNIT_EXPECT_NE(test, sum, 1L);");
        measure(trivial, "trivial_0.case_0", 1);
        double start = measure(trivial, "trivial_0.case_0", 1).seconds;
        out.printf(Locale.ROOT, "one case: %.2f s%n", start);
        out.flush();
        for (int jobs = 1; jobs <= 2; jobs++) {
            Run run = measure(trivial, "trivial_*", jobs);
            out.printf(Locale.ROOT,
                "%d trivial cases in %d suites, --jobs=%d: %.2f s, %.0f us for each case, peak memory %d MiB%n",
                SUITES * CASES, SUITES, jobs, run.seconds, (run.seconds - start) / (SUITES * CASES) * 1e6,
                run.peakKib >> 10);
            out.flush();
        }
        double one = measure(busy, "busy_*", 1).seconds;
        double two = measure(busy, "busy_*", 2).seconds;
        out.printf(Locale.ROOT, "%d suites that compute: --jobs=1 %.2f s, --jobs=2 %.2f s, ratio %.2f%n", SUITES, one,
            two, two / one);
    }

    /** The fastest of a few runs: everything else on the machine only makes them slower. */
    private Run measure(Path suites, String glob, int jobs) throws IOException, InterruptedException {
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            runs.add(once(suites, glob, jobs));
        }
        return runs.stream().min(Comparator.comparingDouble(Run::seconds)).orElseThrow();
    }

    private Run once(Path suites, String glob, int jobs) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(home.resolve("bin/kunit").toString(), "run",
            "--build_dir=" + folder.resolve("build"), "--suite_path=" + suites, "--jobs=" + jobs, "--quiet", glob);
        builder.environment().put("KUNIT_NO_BUILD", "1");
        Path output = folder.resolve("output");
        long begin = System.nanoTime();
        Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        long peak = 0;
        while (process.isAlive()) {
            peak = Math.max(peak, peakKib(process.pid()));
            Thread.sleep(2);
        }
        double seconds = (System.nanoTime() - begin) / NANOS;
        if (process.exitValue() != 0) {
            throw new IOException("the run failed:\n" + Files.readString(output));
        }
        return new Run(seconds, peak);
    }

    /** The launcher becomes the JVM, so its process is the one to look at. */
    private static long peakKib(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", ""))).findFirst().orElse(0);
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }

    /** Write and compile suites; returns the folder of their classes. */
    private Path generate(String name, int cases, String body) throws IOException {
        Path classes = Files.createDirectories(folder.resolve(name));
        List<String> files = new ArrayList<>();
        for (int suite = 0; suite < SUITES; suite++) {
            StringBuilder text =
                new StringBuilder("package bench;\n\nimport static org.kunitjvm.kunit.KunitAssert.*;\n\n"
                + "import org.kunitjvm.kunit.*;\n\n@KunitSuite(\"" + name + "_" + suite + "\")\nfinal class " + name
                + suite + "Kunit {\n");
            for (int i = 0; i < cases; i++) {
                text.append("    @KunitCase\n    void case_").append(i).append("(Kunit test) {\n        ").append(body)
                    .append("\n    }\n");
            }
            Path file = folder.resolve(name + suite + "Kunit.java");
            Files.writeString(file, text.append("}\n"), StandardCharsets.UTF_8);
            files.add(file.toString());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> words = new ArrayList<>(List.of("-proc:none", "-d", classes.toString(), "-cp",
            String.join(":", jars())));
        words.addAll(files);
        if (compiler.run(null, null, null, words.toArray(String[]::new)) != 0) {
            throw new IOException("the generated suites do not compile");
        }
        return classes;
    }

    private List<String> jars() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("tests/target/lib"))) {
            List<String> jars = new ArrayList<>(files.map(Path::toString).filter(name -> name.endsWith(".jar"))
                .toList());
            jars.addAll(Arrays.asList(System.getProperty("java.class.path", "").split(":")));
            return jars;
        }
    }
}
