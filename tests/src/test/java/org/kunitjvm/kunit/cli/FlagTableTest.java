package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/command-line.md has every option of every command, each with a test that uses it. */
@Tag("K-070")
class FlagTableTest {
    private static final Pattern ROW =
        Pattern.compile("\\| `(--[a-z_-]+)[^|]*\\| ([^|]*) \\| ([^|]*) \\| [^|]* \\| `(\\w+)\\.(\\w+)` \\|");

    private static final String END = "\n    }\n";

    @TempDir
    Path root;

    private record Row(String since, String commands, String testClass, String testMethod) {
    }

    private static Map<String, Row> rows() throws IOException {
        Path document = LauncherSandbox.launcher().resolve("../../docs/command-line.md").normalize();
        Map<String, Row> rows = new TreeMap<>();
        for (String line : Files.readAllLines(document)) {
            Matcher matcher = ROW.matcher(line);
            if (matcher.matches()) {
                rows.put(matcher.group(1), new Row(matcher.group(2).strip(), matcher.group(3).strip(),
                    matcher.group(4), matcher.group(5)));
            }
        }
        return rows;
    }

    @Test
    void everyOptionHasARowAndEveryRowAnOption() throws IOException {
        Map<String, Row> rows = rows();
        for (Flag flag : Flag.values()) {
            Row row = rows.remove(flag.word());
            assertTrue(row != null, () -> "no row for " + flag.word());
            String since = flag.since().isEmpty() ? "6.12" : flag.since().equals("own") ? "own" : flag.since();
            assertEquals(since, row.since(), flag.word());
            assertEquals(String.join(" ", flag.commands().stream().sorted().map(Command::word).toList()),
                row.commands(), flag.word());
        }
        assertEquals(Map.of(), rows, "rows without an option");
    }

    @Test
    void everyRowNamesATestThatExists() throws Exception {
        for (Map.Entry<String, Row> row : rows().entrySet()) {
            Class<?> testClass = Class.forName("org.kunitjvm.kunit.cli." + row.getValue().testClass());
            List<String> methods = Arrays.stream(testClass.getDeclaredMethods()).map(Method::getName).toList();
            assertTrue(methods.contains(row.getValue().testMethod()), () -> row.getKey() + ": " + row.getValue());
        }
    }

    @Test
    void theTestOfEveryRowUsesItsOption() throws Exception {
        Path sources = LauncherSandbox.launcher().resolve("../../tests/src/test/java/org/kunitjvm/kunit/cli")
            .normalize();
        for (Map.Entry<String, Row> row : rows().entrySet()) {
            String source = Files.readString(sources.resolve(row.getValue().testClass() + ".java"));
            String method = withPreparation(source, row.getValue().testMethod());
            assertTrue(Pattern.compile(row.getKey() + "(?![a-z_-])").matcher(method).find(),
                () -> row.getKey() + " is not used by " + row.getValue() + "\n" + method);
        }
    }

    /** A test method with its annotations, behind the method that prepares all tests of its class. */
    private static String withPreparation(String source, String method) {
        int preparation = source.indexOf("@BeforeEach\n");
        String prepared = preparation < 0 ? "" : source.substring(preparation, source.indexOf(END, preparation));
        int name = source.indexOf("void " + method + "(");
        return prepared + source.substring(Math.max(0, source.lastIndexOf(END, name)), source.indexOf(END, name));
    }

    @Test
    void helpOfEveryCommandHasEveryOption() {
        CliRun cli = new CliRun(root);
        for (Command command : Command.ALL) {
            CliRun.Result result = cli.run(command.word(), "--help");
            assertEquals(0, result.exit());
            for (Flag flag : Flag.of(command)) {
                assertTrue(result.out().contains("\n      " + flag.word()), command.word() + " " + flag.word() + "\n"
                    + result.out());
            }
        }
    }

    @Test
    void overviewNamesEveryCommandAndEndsWith0() {
        CliRun.Result result = new CliRun(root).run();

        assertEquals(0, result.exit());
        for (Command command : Command.ALL) {
            assertTrue(result.out().contains("\n  " + command.word() + " "), command.word());
        }
        for (String word : OwnCommand.words()) {
            assertTrue(result.out().contains("\n  " + word + " "), word);
        }
        assertEquals(result.out(), new CliRun(root).run("--help").out());
    }

    @Test
    void helpBreaksLinesAtBlanksOnly() {
        for (Command command : Command.ALL) {
            String help = new CliRun(root).run(command.word(), "--help").out();
            assertTrue(help.lines().noneMatch(line -> line.length() > CommandSpecs.WIDTH || line.endsWith(" .")), help);
        }
    }

    @Test
    @Tag("K-083")
    void listsForCompletionScripts() {
        CliRun cli = new CliRun(root);

        assertEquals("run config build exec parse\n", cli.run("--list-cmds").out());
        assertEquals("-h --help --raw_output --json --junit --summary --failed --mode\n",
            cli.run("parse", "--list-opts").out());
    }

    @Test
    void archHelpListsThemAll() {
        CliRun.Result result = new CliRun(root).run("run", "--arch=help");

        assertEquals(0, result.exit());
        assertEquals("um\nalpha\narm\narm64\ni386\nm68k\npowerpc\nriscv\ns390\nsh\nsparc\nx86_64\n", result.out());
    }
}
