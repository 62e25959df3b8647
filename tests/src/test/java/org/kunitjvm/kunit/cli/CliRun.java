package org.kunitjvm.kunit.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * A project folder with a few Kconfig symbols, and a command line whose kernels print what a test says. Clocks stand
 * still.
 */
final class CliRun {
    static final String KCONFIG = """
        config KUNIT
        \ttristate "KUnit"
        config KUNIT_ALL_TESTS
        \ttristate "All tests"
        \tdepends on KUNIT
        config KUNIT_EXAMPLE_TEST
        \ttristate "Example" if !KUNIT_ALL_TESTS
        \tdepends on KUNIT
        \tdefault KUNIT_ALL_TESTS
        config ARCH_SUPPORTS_MERMAP
        \tbool
        config NUMA
        \tbool "NUMA"
        config MERMAP
        \tbool "Mermap"
        \tdepends on ARCH_SUPPORTS_MERMAP && NUMA
        """;
    static final String DEFAULT_FRAGMENT = "CONFIG_KUNIT=y\nCONFIG_KUNIT_EXAMPLE_TEST=y\nCONFIG_KUNIT_ALL_TESTS=y\n";

    /** What came of one command. */
    record Result(int exit, String out, String err) {
        /** The lines of standard output with every time replaced. */
        List<String> lines() {
            return timeless(out);
        }
    }

    private final Path root;
    private final Map<String, String> environment = new TreeMap<>();
    private final List<BootRequest> boots = new ArrayList<>();
    private final Interrupt interrupt = new Interrupt();
    private Function<BootRequest, String> console = _ -> "KTAP version 1\n1..1\nok 1 s\n";
    private Booter.End end = Booter.End.HALTED;
    private @Nullable Path directory;
    private boolean real;
    private String input = "";
    private String terminals = "";

    CliRun(Path root) {
        this.root = root;
        write("Kconfig", KCONFIG);
        write("kunit/configs/default.config", DEFAULT_FRAGMENT);
        write("kunit/configs/all_tests.config", "CONFIG_KUNIT=y\nCONFIG_KUNIT_ALL_TESTS=y\nCONFIG_NUMA=y\n");
        write("tests/target/build-finished", "");
    }

    // ---- preparing ----

    CliRun write(String name, String text) {
        try {
            Path file = root.resolve(name);
            Files.createDirectories(file.resolveSibling("."));
            Files.writeString(file, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    CliRun environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    CliRun directory(Path newDirectory) {
        directory = newDirectory;
        return this;
    }

    CliRun input(String text) {
        input = text;
        return this;
    }

    CliRun terminals(String which) {
        terminals = which;
        return this;
    }

    /** What a kernel prints. */
    CliRun console(Function<BootRequest, String> newConsole) {
        console = newConsole;
        return this;
    }

    /** Boot the model instead of printing what a test says. */
    CliRun onRealKernels() {
        real = true;
        return this;
    }

    /** Press Ctrl-C. */
    void interrupt() {
        interrupt.request();
    }

    /** Make a folder with the classes of {@link SampleSuites} and no others. */
    Path sampleSuites() {
        try {
            Path classes = Path.of(CliRun.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            Path folder = Path.of(SampleSuites.class.getPackageName().replace('.', '/'));
            Path copy = Files.createDirectories(root.resolve("suites").resolve(folder));
            try (var files = Files.newDirectoryStream(classes.resolve(folder), "SampleSuites*.class")) {
                for (Path file : files) {
                    Files.copy(file, copy.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            return root.resolve("suites");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    CliRun end(Booter.End newEnd) {
        end = newEnd;
        return this;
    }

    // ---- running ----

    Result run(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Host host = new Host(root, directory == null ? root : directory, environment,
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8), terminals, "bin/kunit", () -> 0, () -> LocalTime.NOON,
                interrupt);
        int exit = new Cli(host, real ? new KernelBooter(host) : this::boot).run(List.of(words));
        return new Result(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Booter.End boot(BootRequest request, Consumer<String> lines, RunListener listener) {
        boots.add(request);
        console.apply(request).lines().forEach(lines);
        return end;
    }

    // ---- looking ----

    /** Every boot so far. */
    List<BootRequest> boots() {
        return boots;
    }

    /** The text of a file, or {@code null} if there is none. */
    @Nullable String read(String name) {
        try {
            Path file = root.resolve(name);
            return Files.exists(file) ? Files.readString(file) : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names in a folder, in order; empty if it is not there. */
    List<String> list(String name) {
        Path folder = root.resolve(name);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lines with {@code T} for every time of day and every duration. */
    static List<String> timeless(String text) {
        return text.lines().map(line -> line.replaceFirst("^\\[\\d\\d:\\d\\d:\\d\\d]", "[T]")
            .replaceAll("\\d+\\.\\d{3}s", "T"))
            .collect(Collectors.toList());
    }
}
