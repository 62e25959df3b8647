package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A copy of the launcher in a made-up project, with a JDK and a Maven that are shell scripts: what the launcher decides
 * can be seen without compiling anything. The Java says its arguments on standard output; the Maven makes what a build
 * makes.
 */
final class LauncherSandbox {
    /** What came of one start. */
    record Result(int exit, String out, String err) {
    }

    private static final String JAVA = """
        #!/bin/sh
        for word in "$@"; do
            case $word in
                -XX:AOTCacheOutput=*) echo "${word#*=}" >>"$JAVA_LOG"; echo cache >"${word#*=}"; exit 0 ;;
                compile-model)
                    case " $* " in *' --wrong '*) echo "error: --wrong" >&2; exit 76 ;; esac
                    [ -n "${COMPILE:-}" ] || exit 75
                    echo "$*" >>"$COMPILE_LOG"
                    [ "$COMPILE" = done ] || { echo "A.java:1: error: ';' expected" >&2; exit 70; }
                    mkdir -p "$MAVEN_ROOT/tests/target/model/mm"
                    touch -d 'now + 2 seconds' "$MAVEN_ROOT/tests/target/model/stamp"
                    exit 0 ;;
                check-words) case " $* " in *' --wrong '*) echo "error: --wrong" >&2; exit 2 ;; esac; exit 0 ;;
                archive-suites) [ -n "${ARCHIVE_FAILS:-}" ] || : >"$MAVEN_ROOT/tests/target/suites.jar"; exit 0 ;;
            esac
        done
        [ -z "${DESCRIPTORS:-}" ] || ls /proc/$$/fd >"$DESCRIPTORS"
        echo "java $0: $*"
        [ -z "${SHOW_LOCALE:-}" ] || echo "LC_CTYPE=${LC_CTYPE:-} LC_ALL=${LC_ALL:-}"
        pwd
        """;
    private static final String MAVEN = """
        #!/bin/sh
        echo "$*" >>"$MAVEN_LOG"
        echo "[INFO] Building kunit-jvm kernel-model 0.1.0 [2/5]"
        root=${MAVEN_ROOT:?}
        mkdir -p "$root/kernel-model/target" "$root/tests/target/lib"
        : >"$root/kernel-model/target/build-started"
        [ -z "${MAVEN_SLEEP:-}" ] || sleep "$MAVEN_SLEEP"
        case " $* " in
            *' -o '*) [ -z "${MAVEN_OFFLINE_FAILS:-}" ] || { echo "[ERROR] Cannot access central in offline mode"; exit 1; } ;;
        esac
        if [ -n "${MAVEN_FAILS:-}" ]; then
            echo "[INFO] something"
            echo "[ERROR] /x/Page.java:[3,5] ';' expected"
            echo "[ERROR] For more information about the errors"
            exit 1
        fi
        : >"$root/tests/target/tests.jar"
        : >"$root/tests/target/lib/a.jar"
        : >"$root/tests/target/build-finished"
        """;

    private final Path home;
    private final Path root;
    private final Map<String, String> environment = new TreeMap<>();

    LauncherSandbox(Path home) throws IOException {
        this.home = home;
        root = home.resolve("project");
        script(root.resolve("bin/kunit"), Files.readString(launcher()));
        file("pom.xml", "");
        for (String module : new String[] {"kernel-model", "mm", "kunit", "tests"}) {
            file(module + "/pom.xml", "");
            file(module + "/src/main/java/A.java", "");
        }
        jdk("jdk25", "25.0.3");
        script(home.resolve("maven/mvn"), MAVEN);
        environment.put("PATH", home.resolve("maven") + ":/usr/bin:/bin");
        environment.put("HOME", home.toString());
        environment.put("KUNIT_JAVA_HOME", home.resolve("jdk25").toString());
        environment.put("JAVA_LOG", home.resolve("java.log").toString());
        environment.put("COMPILE_LOG", home.resolve("compile.log").toString());
        environment.put("MAVEN_LOG", home.resolve("maven.log").toString());
        environment.put("MAVEN_ROOT", root.toString());
    }

    /** The project's own launcher: the test runs in the module's folder. */
    static Path launcher() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("bin/kunit"))) {
            folder = folder.getParent();
        }
        return folder.resolve("bin/kunit");
    }

    // ---- preparing ----

    Path root() {
        return root;
    }

    Path jdk(String name, String version) throws IOException {
        Path jdk = home.resolve(name);
        script(jdk.resolve("bin/java"), JAVA);
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        Files.setLastModifiedTime(jdk.resolve("release"), FileTime.fromMillis(0));
        return jdk;
    }

    LauncherSandbox environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    LauncherSandbox without(String name) {
        environment.remove(name);
        return this;
    }

    /** A folder for PATH with only the named programs of the system in it. */
    Path onlyPrograms(String... names) throws IOException {
        Path folder = Files.createDirectories(home.resolve("programs"));
        for (String name : names) {
            for (String from : new String[] {"/usr/bin/", "/bin/"}) {
                if (Files.exists(Path.of(from + name))) {
                    script(folder.resolve(name), "#!/bin/sh\nexec " + from + name + " \"$@\"\n");
                }
            }
        }
        return folder;
    }

    void file(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, text);
    }

    /** Make a file newer than everything that exists. */
    void touch(String name) throws IOException {
        touch(name, 2_000);
    }

    /** The same, some milliseconds from now. */
    void touch(String name, int later) throws IOException {
        Files.setLastModifiedTime(root.resolve(name), FileTime.fromMillis(System.currentTimeMillis() + later));
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Have the launcher want a Java that does not exist yet. */
    void wantJavaOfTheFuture() throws IOException {
        Path launcher = root.resolve("bin/kunit");
        Files.writeString(launcher, Files.readString(launcher).replace("\nwant=25\n", "\nwant=999\n"));
    }

    // ---- running ----

    Result run(String... words) throws IOException, InterruptedException {
        return run(root.resolve("bin/kunit"), root, words);
    }

    Result run(Path launcher, Path directory, String... words) throws IOException, InterruptedException {
        return await(start(launcher, directory, words));
    }

    /** A launcher that was started. */
    record Started(Process process, Path out, Path err) {
    }

    Started start(Path launcher, Path directory, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(Arrays.asList(words));
        return start(command, directory);
    }

    /** Run the launcher by a line of the shell, from the project's folder. */
    Result runLine(String line) throws IOException, InterruptedException {
        return await(start(List.of("/bin/sh", "-c", line), root));
    }

    private Started start(List<String> command, Path directory) throws IOException {
        Path out = Files.createTempFile(home, "out", ".txt");
        Path err = Files.createTempFile(home, "err", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.directory(directory.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new Started(builder.start(), out, err);
    }

    static Result await(Started started) throws InterruptedException {
        if (!started.process().waitFor(60, TimeUnit.SECONDS)) {
            started.process().destroyForcibly();
            throw new IllegalStateException("bin/kunit did not end");
        }
        try {
            return new Result(started.process().exitValue(), Files.readString(started.out(), StandardCharsets.UTF_8),
                Files.readString(started.err(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- looking ----

    /** How often Maven was started, and with which words. */
    String mavenRuns() throws IOException {
        return log("maven.log");
    }

    /** How often changed sources were compiled, and with which words; only with {@code COMPILE} in the environment. */
    String compilations() throws IOException {
        return log("compile.log");
    }

    private String log(String name) throws IOException {
        Path log = home.resolve(name);
        return Files.exists(log) ? Files.readString(log) : "";
    }

    /** How often the AOT caches were made. */
    int trainings() throws IOException {
        Path log = home.resolve("java.log");
        return Files.exists(log) ? (int) Files.readString(log).lines().filter(line -> line.contains("/kunit.aot"))
            .count() : 0;
    }
}
