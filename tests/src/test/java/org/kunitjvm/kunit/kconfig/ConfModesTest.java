package org.kunitjvm.kunit.kconfig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each mode of conf, its texts and its exit codes. */
final class ConfModesTest {
    private static final String TREE = """
            config MODULES
            \tbool "Modules"
            \tmodules
            \tdefault y
            config A
            \tbool "A"
            \tdefault y
            config B
            \ttristate "B"
            config C
            \ttristate "C"
            \tdefault m
            \tdepends on B
            choice
            \tprompt "Pick"
            config P
            \tbool "P"
            config Q
            \tbool "Q"
            endchoice
            config N
            \tint "N"
            \tdefault 5
            """;

    @ParameterizedTest
    @CsvSource({
        "allnoconfig, '# MODULES;# A;# B;P=y;# Q;N=5'",
        "allyesconfig, 'MODULES=y;A=y;B=y;C=y;P=y;# Q;N=5'",
        "allmodconfig, 'MODULES=y;A=y;B=m;C=m;P=y;# Q;N=5'",
        "alldefconfig, 'MODULES=y;A=y;# B;P=y;# Q;N=5'"})
    void answersForEverything(String mode, String values) {
        ConfRun run = ConfRun.of(TREE).config("CONFIG_Q=y\n").run("--" + mode, "Kconfig");
        assertEquals(values, shortened(run.values()));
        assertEquals("#\n# configuration written to .config\n#\n", run.out());
        assertEquals(0, run.exit());
    }

    private static String shortened(String values) {
        return values.strip().replace("CONFIG_", "").replace(" is not set", "").replace('\n', ';');
    }

    @Test
    void aFragmentComesFirst() {
        ConfRun run = ConfRun.of(TREE).file("frag", "CONFIG_Q=y\n# CONFIG_A is not set\n")
            .environment("KCONFIG_ALLCONFIG", "frag");
        run.run("--allyesconfig", "Kconfig");
        assertEquals("MODULES=y;# A;B=y;C=y;# P;Q=y;N=5", shortened(run.values()));
        run.environment("KCONFIG_ALLCONFIG", "1").run("--allyesconfig", "Kconfig");
        assertEquals("*** KCONFIG_ALLCONFIG set, but no \"allyes.config\" or \"all.config\" file found\n", run.err());
        assertEquals(1, run.exit());
        run.file("all.config", "CONFIG_N=9\n").run("--allnoconfig", "Kconfig");
        assertTrue(run.values().contains("CONFIG_N=9\n"));
        run.environment("KCONFIG_ALLCONFIG", "gone").run("--allnoconfig", "Kconfig");
        assertEquals("*** Can't read seed configuration \"gone\"!\n", run.err());
    }

    @Test
    void defconfigReadsAnotherFile() {
        ConfRun run = ConfRun.of(TREE).file("d", "CONFIG_B=y\n").run("--defconfig=d", "Kconfig");
        assertEquals("MODULES=y;A=y;B=y;C=m;P=y;# Q;N=5", shortened(run.values()));
        run.run("--defconfig", "gone", "Kconfig");
        assertEquals("***\n*** Can't find default configuration \"gone\"!\n***\n", run.err());
        assertEquals(1, run.exit());
    }

    @Test
    void savedefconfigKeepsWhatIsNoDefault() {
        ConfRun run = ConfRun.of(TREE).config("# CONFIG_A is not set\nCONFIG_B=m\nCONFIG_C=m\nCONFIG_Q=y\nCONFIG_N=5\n")
                .run("--savedefconfig=small", "Kconfig");
        assertEquals("# CONFIG_A is not set\nCONFIG_B=m\nCONFIG_Q=y\n", run.text("small"));
        assertEquals("", run.out());
        run.config(String.valueOf(run.text("small"))).olddefconfig();
        assertEquals("MODULES=y;# A;B=m;C=m;# P;Q=y;N=5", shortened(run.values()));
    }

    @Test
    void newSymbolsAreListed() {
        ConfRun run = ConfRun.of(TREE).config("CONFIG_A=y\nCONFIG_B=y\n").run("--listnewconfig", "Kconfig");
        assertEquals("CONFIG_MODULES=y\nCONFIG_C=m\nCONFIG_P=y\nCONFIG_Q=n\nCONFIG_N=5\n", run.out());
        assertEquals("CONFIG_A=y\nCONFIG_B=y\n", run.text(".config"));
        ConfRun help = ConfRun.of("config A\n\tbool \"A\"\n\tdepends on B\n\thelp\n\t  What A is.\nconfig B\n\tdef_bool y\n\tselect A\n")
                .run("--helpnewconfig", "Kconfig");
        assertEquals("", help.out(), "a selected symbol is no question");
        help = ConfRun.of("config A\n\tbool \"A\"\n\tdepends on B\n\thelp\n\t  What A is.\nconfig B\n\tdef_bool y\n\timply A\n")
                .run("--helpnewconfig", "Kconfig");
        assertEquals("""
                -----

                CONFIG_A:

                What A is.
                Symbol: A [=y]
                Type  : bool
                Defined at Kconfig:1
                  Prompt: A
                  Depends on: B [=y]
                  Location:
                    -> A (A [=y])
                Implied by [y]:
                  - B [=y]



                -----
                """, help.out());
    }

    @ParameterizedTest
    @CsvSource({"yes2modconfig, B=m;C=m", "mod2yesconfig, B=y;C=y", "mod2noconfig, B=y;# C"})
    void tristatesAreRewritten(String mode, String values) {
        ConfRun run = ConfRun.of(TREE).config("CONFIG_B=y\nCONFIG_C=m\n").run("--" + mode, "Kconfig");
        assertEquals("MODULES=y;A=y;" + values + ";P=y;# Q;N=5", shortened(run.values()));
    }

    @Test
    void allQuestionsAreAsked() {
        ConfRun run = ConfRun.of(TREE).input("y\nx\nn\nm\n\n2\n17\n").run("Kconfig");
        assertEquals("""
                *
                * Main menu
                *
                Modules (MODULES) [Y/n/?] (NEW) y
                A (A) [Y/n/?] (NEW) x
                A (A) [Y/n/?] (NEW) n
                B (B) [N/m/y/?] (NEW) m
                  C (C) [M/n/?] (NEW)\s
                Pick
                > 1. P (P) (NEW)
                  2. Q (Q) (NEW)
                choice[1-2?]: 2
                N (N) [5] (NEW) 17
                #
                # configuration written to .config
                #
                """, run.out());
        assertEquals("MODULES=y;# A;B=m;C=m;# P;Q=y;N=17", shortened(run.values()));
    }

    @Test
    void onlyNewQuestionsAreAsked() {
        ConfRun run = ConfRun.of(TREE).config("CONFIG_MODULES=y\nCONFIG_A=y\nCONFIG_B=y\nCONFIG_C=y\nCONFIG_Q=y\n")
            .input("\n\n")
                .run("--oldconfig", "Kconfig");
        assertEquals("""
                *
                * Restart config...
                *
                *
                * Main menu
                *
                Modules (MODULES) [Y/n/?] y
                A (A) [Y/n/?] y
                B (B) [Y/n/m/?] y
                  C (C) [Y/n/m/?] y
                Pick
                  1. P (P) (NEW)
                > 2. Q (Q)
                choice[1-2?]:\s
                N (N) [5] (NEW)\s
                #
                # configuration written to .config
                #
                """, run.out());
        run.run("--oldconfig", "Kconfig");
        assertEquals("#\n# No change to .config\n#\n", run.out());
    }

    @Test
    void dependentEntriesAreIndented() {
        ConfRun run = ConfRun.of("""
                config A
                \tbool "A"
                \tdefault y
                config A0
                \tbool "A0"
                \tdepends on A
                \tdefault y
                config A00
                \tbool "A00"
                \tdepends on A0
                config A1
                \tbool "A1"
                \tdepends on A
                config B
                \tbool "B"
                """).input("\n\n\n\n\n").run("--oldaskconfig", "Kconfig");
        assertTrue(run.out().contains("A (A) [Y/n/?] (NEW) \n  A0 (A0) [Y/n/?] (NEW) \n    A00 (A00) [N/y/?] (NEW) \n"
                + "  A1 (A1) [N/y/?] (NEW) \nB (B) [N/y/?] (NEW) \n"), run.out());
    }

    @Test
    void theEndOfTheInputTakesTheDefaults() {
        ConfRun run = ConfRun.of(TREE).run("--oldaskconfig", "Kconfig");
        assertEquals(0, run.exit());
        assertEquals("MODULES=y;A=y;# B;P=y;# Q;N=5", shortened(run.values()));
        assertTrue(run.err().startsWith("\nError in reading or end of file.\n"));
    }

    @Test
    void aSeedGivesTheSameConfiguration() {
        ConfRun first = ConfRun.of(TREE).environment("KCONFIG_SEED", "0x2a").run("--randconfig", "Kconfig");
        ConfRun second = ConfRun.of(TREE).environment("KCONFIG_SEED", "42").run("--randconfig", "Kconfig");
        assertEquals("KCONFIG_SEED=0x2A\n#\n# configuration written to .config\n#\n", first.out());
        assertEquals(first.values(), second.values());
    }

    @Test
    void everyOutcomeOfAChoiceIsReached() {
        String tree = "choice\n\tprompt \"1\"\nconfig A\n\tbool \"A\"\nconfig B\n\tbool \"B\"\nendchoice\n"
                + "choice\n\tprompt \"2\"\n\tdepends on B\nconfig C\n\tbool \"C\"\nconfig D\n\tbool \"D\"\nendchoice\n";
        Set<String> seen = new TreeSet<>();
        for (int seed = 1; seed < 60; seed++) {
            ConfRun run = ConfRun.of(tree).environment("KCONFIG_SEED", Integer.toString(seed))
                .run("--randconfig", "Kconfig");
            seen.add(shortened(run.values()));
        }
        assertEquals(Set.of("A=y;# B", "# A;B=y;C=y;# D", "# A;B=y;# C;D=y"), seen);
    }

    @Test
    void probabilitiesAreObeyed() {
        ConfRun run = ConfRun.of(TREE).environment("KCONFIG_SEED", "1").environment("KCONFIG_PROBABILITY", "100");
        run.run("--randconfig", "Kconfig");
        assertTrue(run.values().startsWith("CONFIG_MODULES=y\nCONFIG_A=y\n"), run.values());
        run.environment("KCONFIG_PROBABILITY", "0:0:0").run("--randconfig", "Kconfig");
        assertTrue(run.values().startsWith("# CONFIG_MODULES is not set\n# CONFIG_A is not set\n"), run.values());
        run.environment("KCONFIG_PROBABILITY", "60:60").run("--randconfig", "Kconfig");
        assertEquals("KCONFIG_PROBABILITY: Numerical result out of range\n", run.err());
        assertEquals(1, run.exit());
    }

    /** The first numbers of glibc's rand() are well known. */
    @Test
    void theRandomNumbersAreThoseOfTheCLibrary() {
        GlibcRandom one = new GlibcRandom(1);
        assertEquals(List.of(1804289383, 846930886, 1681692777, 1714636915),
            List.of(one.next(), one.next(), one.next(), one.next()));
        GlibcRandom answer = new GlibcRandom(42);
        assertEquals(List.of(71876166, 708592740, 1483128881), List.of(answer.next(), answer.next(), answer.next()));
    }

    @Test
    void syncconfigWritesForTheBuild() {
        ConfRun run = ConfRun.of(TREE + "config S\n\tstring \"S\"\n\tdefault \"a b\"\n")
                .config("CONFIG_MODULES=y\nCONFIG_A=y\nCONFIG_B=m\nCONFIG_C=m\nCONFIG_P=y\n# CONFIG_Q is not set\nCONFIG_N=5\nCONFIG_S=\"a b\"\n")
                .run("--syncconfig", "Kconfig");
        assertEquals("", run.out());
        String conf = String.valueOf(run.text("include/config/auto.conf"));
        assertTrue(conf.contains("CONFIG_S=a b\n") && conf.contains("CONFIG_B=m\n") && !conf.contains("CONFIG_Q"),
            conf);
        String header = String.valueOf(run.text("include/generated/autoconf.h"));
        assertTrue(header.contains("#define CONFIG_S \"a b\"\n") && header.contains("#define CONFIG_B_MODULE 1\n"),
            header);
        run.config("CONFIG_A=y\n").environment("KCONFIG_NOSILENTUPDATE", "1").run("--syncconfig", "Kconfig");
        assertEquals("\n*** The configuration requires explicit update.\n\n", run.err());
        assertEquals(1, run.exit());
    }

    @Test
    void badArguments() {
        ConfRun run = ConfRun.of(TREE).run("--frobnicate", "Kconfig");
        assertEquals("conf: unrecognized option '--frobnicate'\n", run.err());
        assertEquals(1, run.exit());
        assertEquals("conf: option '--defconfig' requires an argument\n", run.run("--defconfig").err());
        assertEquals("conf: Kconfig file missing\n", run.run("--olddefconfig").err());
        assertEquals("conf: unknown language '5', choose current or linux-6.12\n",
            run.run("--language", "5", "Kconfig").err());
        assertTrue(run.run("--help").out().startsWith("Usage: conf [options] <kconfig-file>\n"));
        assertEquals(0, run.run("--olddef", "Kconfig").exit(), "a unique start of an option is enough");
        assertEquals(1, run.run("--old", "Kconfig").exit());
    }

    @Test
    void realFiles(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("Kconfig"), TREE);
        StringBuilder out = new StringBuilder();
        StringBuilder err = new StringBuilder();
        int exit = KconfigConf.run(List.of("--alldefconfig", "Kconfig"), directory, Map.of(),
            Answers.from(InputStream.nullInputStream()), out, err);
        assertEquals("", err.toString());
        assertEquals(0, exit);
        assertTrue(Files.readString(directory.resolve(".config")).contains("CONFIG_A=y\n"));
        KconfigConf.run(List.of("--allnoconfig", "Kconfig"), directory, Map.of(),
            Answers.from(InputStream.nullInputStream()), out, err);
        assertTrue(Files.readString(directory.resolve(".config.old")).contains("CONFIG_A=y\n"));
        try (var entries = Files.list(directory)) {
            assertEquals(3, entries.count(), "nothing but Kconfig, .config and .config.old");
        }
        Files.createDirectory(directory.resolve("dir"));
        exit = KconfigConf.run(List.of("--allnoconfig", "Kconfig"), directory, Map.of("KCONFIG_CONFIG", "dir"),
                Answers.from(InputStream.nullInputStream()), out, err);
        assertEquals("dir: Is a directory\n\n*** Error during writing of the configuration.\n\n", err.toString());
        assertEquals(1, exit);
    }

    @Test
    void aPersonSeesEachQuestionBeforeAnsweringIt() {
        List<String> shownAtQuestion = new ArrayList<>();
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(new BufferedOutputStream(shown, 1 << 13), false, StandardCharsets.UTF_8);
        InputStream person = new InputStream() {
            private final byte[] answers = "y\nn\n".getBytes(StandardCharsets.UTF_8);
            private int next;

            @Override
            public int read() {
                if (next == 0 || next < answers.length && answers[next - 1] == '\n') {
                    shownAtQuestion.add(shown.toString(StandardCharsets.UTF_8));
                }
                return next < answers.length ? answers[next++] : -1;
            }

            @Override
            public int read(byte[] bytes, int from, int count) {
                int c = read();
                if (c < 0) {
                    return -1;
                }
                bytes[from] = (byte) c;
                return 1;
            }
        };
        Map<String, String> files = new HashMap<>(Map.of("Kconfig",
            "config A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n"));
        StringBuilder err = new StringBuilder();

        int exit = KconfigConf.run(List.of("--oldaskconfig", "Kconfig"), KconfigFiles.inMemory(files),
            ShellCommand.DISABLED, Map.of(), Answers.typed(person), out, err);

        assertEquals(0, exit, err::toString);
        String title = "*\n* Main menu\n*\n";
        assertEquals(List.of(title + "a (A) [N/y/?] (NEW) ", title + "a (A) [N/y/?] (NEW) b (B) [N/y/?] (NEW) "),
            shownAtQuestion, "what the terminal has, which echoes what is typed");
        assertTrue(files.get(".config").contains("CONFIG_A=y\n# CONFIG_B is not set\n"), files.get(".config"));
    }

    @Test
    void whatIsTypedIsNotEchoedAgain() {
        String kconfig = "config A\n\tbool \"a\"\nconfig S\n\tstring \"s\"\n";
        String rest = "#\n# configuration written to .config\n#\n";
        assertEquals("*\n* Main menu\n*\na (A) [N/y/?] (NEW) y\ns (S) [] (NEW) text\n" + rest,
            ConfRun.of(kconfig).input("y\ntext\n").run("Kconfig").out());
        assertEquals("*\n* Main menu\n*\na (A) [N/y/?] (NEW) s (S) [] (NEW) " + rest,
            ConfRun.of(kconfig).input("y\ntext\n").typed().run("Kconfig").out());
        assertEquals("*\n* Main menu\n*\na (A) [N/y/?] (NEW) y\ns (S) [] (NEW) text" + rest,
            ConfRun.of(kconfig).input("y\ntext").run("Kconfig").out(), "a last line without an end has none here");
    }

    @Test
    void thePrefixOfSymbolsCanBeAnother() {
        ConfRun run = ConfRun.of("config A\n\tbool \"a\"\n\thelp\n\t  Text.\nconfig N\n\tint \"n\"\n\tdefault 3\n")
            .config("FOO_A=y\nCONFIG_N=4\n# CONFIG_A is not set\n").environment("CONFIG_", "FOO_").olddefconfig();
        assertEquals(".config:2:warning: unexpected data: CONFIG_N=4\n", run.err());
        assertEquals("FOO_A=y\nFOO_N=3\n", run.values());

        run.config("# FOO_A is not set\n");
        assertEquals("FOO_N=3\n", run.run("--listnewconfig", "Kconfig").out());
        assertTrue(run.config("").run("--helpnewconfig", "Kconfig").out().contains("\nFOO_A:\n\nText.\n"), run.out());
        run.config("FOO_A=y\n").run("--savedefconfig=min", "Kconfig");
        assertEquals("FOO_A=y\n", run.text("min"));
    }

    @Test
    void linesOfADefaultAreNamedAfterTheUsualFile() {
        ConfRun run = ConfRun.of("config A\n\tbool \"a\"\n").file("my.config", "nonsense\nCONFIG_A=y\n")
            .environment("KCONFIG_DEFCONFIG_LIST", "nosuch my.config").olddefconfig();
        assertEquals(".config:1:warning: unexpected data: nonsense\n", run.err());
        assertTrue(run.out().startsWith("#\n# using defaults found in my.config\n#\n"), run.out());

        ConfRun quiet = ConfRun.of("config A\n\tbool \"a\"\n").file("my.config", "CONFIG_A=y\n")
            .environment("KCONFIG_DEFCONFIG_LIST", "my.config").run("-s", "--olddefconfig", "Kconfig");
        assertEquals("", quiet.out());
        assertEquals("CONFIG_A=y\n", quiet.values());
    }

    @Test
    void whatIsWrittenInPlaceStaysWhatItIs(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("Kconfig"), TREE);
        Path real = Files.writeString(directory.resolve("real"), "");
        Path link = Files.createSymbolicLink(directory.resolve("link"), real);
        StringBuilder out = new StringBuilder();
        StringBuilder err = new StringBuilder();

        assertEquals(0, KconfigConf.run(List.of("--savedefconfig=link", "Kconfig"), directory, Map.of(),
            Answers.from(InputStream.nullInputStream()), out, err), err::toString);
        assertTrue(Files.isSymbolicLink(link));

        Files.writeString(real, "");
        assertEquals(0, KconfigConf.run(List.of("--alldefconfig", "Kconfig"), directory,
            Map.of("KCONFIG_CONFIG", "link", "KCONFIG_OVERWRITECONFIG", "1"),
            Answers.from(InputStream.nullInputStream()), out, err), err::toString);
        assertTrue(Files.isSymbolicLink(link));
        assertTrue(Files.readString(real).contains("CONFIG_A=y\n"));

        assertEquals(0, new ProcessBuilder("mkfifo", directory.resolve("pipe").toString()).start().waitFor());
        KconfigFiles files = KconfigFiles.in(directory);
        assertTrue(files.isDevice("pipe"));
        assertEquals(List.of(false, false, false), Stream.of("real", ".", "nosuch").map(files::isDevice).toList());

        assertEquals(1, KconfigConf.run(List.of("--savedefconfig=no/such/file", "Kconfig"), directory, Map.of(),
            Answers.from(InputStream.nullInputStream()), out, err));
        assertEquals("n*** Error while saving defconfig to: no/such/file\n\n", err.toString());
        assertFalse(Files.exists(directory.resolve("no")));
        assertEquals(0, KconfigConf.run(List.of("--savedefconfig=/dev/null", "Kconfig"), directory, Map.of(),
            Answers.from(InputStream.nullInputStream()), out, err));
        assertFalse(Files.isRegularFile(Path.of("/dev/null")));
    }

    /** conf renames what it finds; a device would be gone. */
    @Test
    void aDeviceIsWrittenToAndNotReplaced() {
        List<String> done = new ArrayList<>();
        KconfigFiles memory = KconfigFiles.inMemory(new HashMap<>(Map.of("Kconfig", TREE)));
        KconfigFiles files = new KconfigFiles() {
            @Override
            public String read(String name) {
                return memory.read(name);
            }

            @Override
            public boolean isDirectory(String name) {
                return false;
            }

            @Override
            public boolean isDevice(String name) {
                return name.equals("/dev/null");
            }

            @Override
            public void overwrite(String name, String text) {
                done.add("overwrite " + name);
            }

            @Override
            public void write(String name, String text) {
                done.add("write " + name);
            }

            @Override
            public void rename(String from, String to) {
                done.add("rename " + from);
            }
        };
        StringBuilder err = new StringBuilder();
        assertEquals(0, KconfigConf.run(List.of("--alldefconfig", "Kconfig"), files, ShellCommand.DISABLED,
            Map.of("KCONFIG_CONFIG", "/dev/null"), Answers.from(InputStream.nullInputStream()), new StringBuilder(),
            err), err::toString);
        assertEquals(List.of("overwrite /dev/null"), done);
    }

    /** conf copies bytes, whatever they mean. */
    @Test
    void bytesThatAreNoTextArrive(@TempDir Path directory) throws IOException {
        String kconfig = "config S\n\tstring \"s\"\nconfig T\n\tstring \"t\"\n\tdefault \"\u00fc \u20ac\"\n\u00e4\n";
        Files.write(directory.resolve("Kconfig"), kconfig.replace("\u20ac", "e").getBytes(StandardCharsets.ISO_8859_1));
        Files.write(directory.resolve(".config"),
            "CONFIG_S=\"\u00e4\u00f6\"\nCONFIG_\u00df\n".getBytes(StandardCharsets.ISO_8859_1));
        StringBuilder err = new StringBuilder();

        assertEquals(0, KconfigConf.run(List.of("--olddefconfig", "Kconfig"), directory, Map.of(),
            Answers.from(InputStream.nullInputStream()), new StringBuilder(), err), err::toString);

        String config = Files.readString(directory.resolve(".config"), StandardCharsets.ISO_8859_1);
        assertTrue(config.endsWith("CONFIG_S=\"\u00e4\u00f6\"\nCONFIG_T=\"\u00fc e\"\n"), config);
        assertEquals("Kconfig:6:warning: ignoring unsupported character '\\xe4'\n"
            + ".config:2:warning: unexpected data: CONFIG_\\xdf\n", err.toString());

        Files.writeString(directory.resolve("Kconfig"), kconfig + "\ud83d\udc80\n");
        err.setLength(0);
        assertEquals(0, KconfigConf.run(List.of("--olddefconfig", "Kconfig"), directory, Map.of(),
            Answers.from(InputStream.nullInputStream()), new StringBuilder(), err), err::toString);
        config = Files.readString(directory.resolve(".config.old"), StandardCharsets.ISO_8859_1);
        assertTrue(config.contains("CONFIG_S=\"\u00e4\u00f6\"\n"), config);
        assertEquals(6, err.toString().lines().count(), err::toString);
    }
}
