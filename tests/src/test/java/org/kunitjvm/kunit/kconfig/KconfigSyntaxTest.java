package org.kunitjvm.kunit.kconfig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the lexer and the parser accept, and what they say about the rest (rows K-090, K-098, K-099). */
final class KconfigSyntaxTest {
    private static void assertFails(String kconfig, String message) {
        ConfRun run = ConfRun.of(kconfig).olddefconfig();
        assertEquals(message, run.err());
        assertEquals(1, run.exit());
        assertEquals(null, run.text(".config"));
    }

    private static void assertValues(String kconfig, String values) {
        ConfRun run = ConfRun.of(kconfig).olddefconfig();
        assertEquals("", run.err());
        assertEquals(values, run.values());
    }

    private static void assertWarns(String kconfig, String message) {
        ConfRun run = ConfRun.of(kconfig).olddefconfig();
        assertEquals(message, run.err());
        assertEquals(0, run.exit());
    }

    @Test
    @Tag("K-090")
    void commentsBlanksAndContinuedLines() {
        assertValues("""
                # a comment

                config A   # behind a statement
                \tbool \\
                \t  "A" # behind a prompt
                \tdefault \\
                y
                """, "CONFIG_A=y\n");
    }

    @Test
    void singleQuotesAndEscapes() {
        assertValues("""
                config A
                \tstring 'it''s "A"'
                """.replace("it''s", "its"), "CONFIG_A=\"\"\n");
        assertValues("config A\n\tstring \"A\"\n\tdefault \"a\\\"b\\\\c\\d\"\n", "CONFIG_A=\"a\\\"b\\\\cd\"\n");
    }

    @Test
    void stringsDoNotSpanLines() {
        ConfRun run = ConfRun.of("config A\n\tbool \"A\n\tdefault y\n").olddefconfig();
        assertEquals("Kconfig:2:warning: multi-line strings not supported\n", run.err());
        assertEquals("CONFIG_A=y\n", run.values());
    }

    @Test
    @Tag("K-090")
    void unknownWordsAndMisplacedKeywords() {
        assertFails("foo bar\n", "Kconfig:1: syntax error\nKconfig:1: unknown statement \"foo\"\n");
        assertFails("default y\n", "Kconfig:1: syntax error\nKconfig:1: invalid statement\n");
        assertFails("endmenu\n", "Kconfig:1: syntax error\nKconfig:1: invalid statement\n");
    }

    @Test
    void oneSyntaxErrorSilencesThoseRightBehindIt() {
        assertFails("config A\n\tbool bool\n\tdefault y\nconfig B\n\tbool \"B\"\n",
                "Kconfig:2: syntax error\nKconfig:2: invalid statement\nKconfig:3: invalid statement\n");
    }

    @Test
    @Tag("K-090")
    void goneFromTheLanguage() {
        assertFails("config A\n\tbool \"A\"\n\toption modules\n",
                "Kconfig:3: syntax error\nKconfig:3: unknown statement \"option\"\n");
        assertFails("choice\n\tprompt \"c\"\n\toptional\nconfig A\n\tbool \"A\"\nendchoice\n",
                "Kconfig:3: syntax error\nKconfig:3: invalid statement\n");
        assertFails("config A\n\tbool \"A\"\n\t---help---\n\t  text\n",
                "Kconfig:3: syntax error\nKconfig:3: unknown statement \"---help---\"\n"
                        + "Kconfig:4: unknown statement \"text\"\n");
    }

    @Test
    void aChoiceHoldsConfigsOnly() {
        assertFails("choice\n\tprompt \"c\"\nmenu \"m\"\nconfig A\n\tbool \"A\"\nendmenu\nendchoice\n",
                "Kconfig:3: syntax error\nKconfig:3: invalid statement\n"
                        + "Kconfig:6: unexpected 'menu' within choice block\n"
                        + "Kconfig:7: syntax error\nKconfig:7: invalid statement\n");
    }

    @Test
    @Tag("K-093")
    void aChoiceMaySayBoolInsteadOfPrompt() {
        ConfRun run = ConfRun.of("choice\n\tbool \"c\" if y\nconfig A\n\tbool \"A\"\nendchoice\n").olddefconfig();
        assertEquals("", run.err());
        assertEquals("CONFIG_A=y\n", run.values());
        assertFails("choice\n\tbool\n\tprompt \"c\"\nconfig A\n\tbool \"A\"\nendchoice\n",
                "Kconfig:2: syntax error\nKconfig:2: invalid statement\nKconfig:3: invalid statement\n"
                        + "Kconfig:6: syntax error\nKconfig:6: invalid statement\n");
    }

    @Test
    void blocksThatDoNotEnd() {
        assertFails("menu \"m\"\nif A\nconfig B\n\tbool \"B\"\n",
                "Kconfig:5: syntax error\nKconfig:2: missing end statement for this entry\n"
                        + "Kconfig:1: missing end statement for this entry\n");
        assertFails("if y\nendmenu\n", "Kconfig:2: unexpected 'menu' within if block\n");
    }

    @Test
    void aBlockEndsInItsFile() {
        ConfRun run = ConfRun.of("menu \"m\"\nsource \"inc\"\n").file("inc", "endmenu\n").olddefconfig();
        assertEquals("inc:1: 'menu' in different file than 'menu'\nKconfig:1: location of the 'menu'\n", run.err());
    }

    @Test
    void endOfFileWithoutLineEnd() {
        assertFails("config A\n\tbool \"A\"",
            "Kconfig:2:warning: no new line at end of file\nKconfig:2: syntax error\n");
        ConfRun included = ConfRun.of("source \"inc\"\nconfig B\n\tbool \"B\"\n").file("inc", "config A\n\tbool \"A\"")
                .olddefconfig();
        assertEquals("inc:2:warning: no new line at end of file\n", included.err());
        assertEquals("# CONFIG_A is not set\n# CONFIG_B is not set\n", included.values());
    }

    @Test
    void unsupportedCharactersAreSkippedAndShownSafely() {
        assertWarns("config A\n\tbool \"A\" ;\n", "Kconfig:2:warning: ignoring unsupported character ';'\n");
        assertWarns("config A\r\n\tbool \"A\"\n", "Kconfig:1:warning: ignoring unsupported character '\\x0d'\n");
        assertWarns("config A\n\tbool \"A\" \u001b\n", "Kconfig:2:warning: ignoring unsupported character '\\x1b'\n");
        assertWarns("config A\n\tbool \"A\" \u00e9\n", "Kconfig:2:warning: ignoring unsupported character '\\xc3'\n"
                + "Kconfig:2:warning: ignoring unsupported character '\\xa9'\n");
    }

    @Test
    void helpEndsAtTheFirstLineIndentedLess() {
        ConfRun run = ConfRun.of("""
                config A
                \tbool "A"
                \thelp
                \t  config B is no statement here.

                \t    indented
                \tdefault y
                """).input("?\n\n").run("--oldaskconfig", "Kconfig");
        assertTrue(run.out().contains("CONFIG_A:\n\nconfig B is no statement here.\n\n  indented\n"), run.out());
        assertEquals("CONFIG_A=y\n", run.values());
    }

    @Test
    void helpIsWarnedAboutWhenBlankOrRepeated() {
        assertWarns("config A\n\tbool \"A\"\n\thelp\n\nconfig B\n\tbool \"B\"\n",
                "Kconfig:5: warning: 'A' defined with blank help text\n");
        assertWarns("config A\n\tbool \"A\"\n\thelp\n\t  one\n\n\thelp\n\t  two\n\nconfig B\n\tbool \"B\"\n",
                "Kconfig:9: warning: 'A' defined with more than one help text -- only the last one will be used\n");
    }

    @Test
    void mainMenuStandsInTheHeading() {
        ConfRun run = ConfRun.of("mainmenu \"My $(X)\"\nconfig A\n\tbool \"A\"\n").environment("X", "title")
            .olddefconfig();
        assertTrue(String.valueOf(run.text(".config")).contains("# My title\n"));
        assertFails("mainmenu foo\n", "Kconfig:1: syntax error\n");
        assertFails("config A\n\tbool \"A\"\nmainmenu \"late\"\n",
            "Kconfig:3: syntax error\nKconfig:3: invalid statement\n");
    }

    @Test
    void promptsAreTrimmedAndUnique() {
        assertWarns("config A\n\tbool \" A\"\n", "Kconfig:2:warning: leading whitespace ignored\n");
        assertWarns("config A\n\tbool \"A\"\n\tprompt \"B\"\n", "Kconfig:3:warning: prompt redefined\n");
    }

    @Test
    void missingFiles() {
        assertFails("source \"K*.inc\"\n", "Kconfig:1: can't open file \"K*.inc\"\n");
        ConfRun run = new ConfRun().olddefconfig();
        assertEquals("can't find file Kconfig\n", run.err());
        assertEquals(1, run.exit());
    }

    @Test
    void filesAreFoundBelowTheSourceTree() {
        ConfRun run = new ConfRun().environment("srctree", "/src").file("/src/Kconfig", "source \"inc\"\n")
                .file("/src/inc", "config A\n\tdef_bool y\n").olddefconfig();
        assertEquals("CONFIG_A=y\n", run.values());
    }

    @Test
    @Tag("K-099")
    void recursiveInclusionShowsThePath() {
        ConfRun run = ConfRun.of("source \"one\"\n").file("one", "\n\n\nsource \"two\"\n")
            .file("two", "\nsource \"three\"\n")
                .file("three", "source \"one\"\n").olddefconfig();
        assertEquals("""
                Recursive inclusion detected.
                Inclusion path:
                  current file : one
                  included from: three:1
                  included from: two:2
                  included from: one:4
                  included from: Kconfig:1
                """, run.err());
        assertEquals(1, run.exit());
    }

    @Test
    @Tag("K-099")
    void repeatedInclusionDependsOnTheLanguage() {
        ConfRun tree = ConfRun.of("source \"one\"\nsource \"two\"\n").file("one", "\nsource \"three\"\n")
                .file("two", "\n\nsource \"three\"\n").file("three", "config A\n\tdef_bool y\n");
        tree.run("--language=linux-6.12", "--olddefconfig", "Kconfig");
        assertEquals("CONFIG_A=y\n", tree.values());
        tree.olddefconfig();
        assertEquals("two:3: error: Repeated inclusion of three\none:2: note: Location of first inclusion of three\n",
            tree.err());
        assertEquals(1, tree.exit());
    }

    @Test
    void typesAreFixedByTheFirst() {
        assertWarns("config A\n\tbool \"A\"\n\ttristate\n",
                "Kconfig:1:warning: ignoring type redefinition of 'A' from 'bool' to 'tristate'\n");
        assertWarns("config A\n\tprompt \"A\"\n", "Kconfig:1:warning: config symbol defined without type\n");
    }

    @Test
    void menuconfigWantsAPrompt() {
        assertWarns("menuconfig A\n\tbool\nconfig B\n\tbool \"B\"\n",
                "Kconfig:3: warning: menuconfig statement without prompt\n");
    }

    @Test
    void modulesIsGivenOnce() {
        assertFails("config A\n\tbool \"A\"\n\tmodules\nconfig B\n\tbool \"B\"\n\tmodules\n",
                "Kconfig:6: symbol 'B' redefines option 'modules' already defined by symbol 'A'\n");
    }

    @Test
    @Tag("K-098")
    void menusCommentsAndTheirEnds() {
        assertValues("""
                menu "outer"
                config A
                \tdef_bool y
                comment "seen"
                \tdepends on A
                comment "unseen"
                \tdepends on !A
                menu "empty"
                endmenu
                menu "hidden"
                \tdepends on !A
                config B
                \tbool "B"
                endmenu
                endmenu
                config C
                \tbool "C"
                """, """

                #
                # outer
                #
                CONFIG_A=y

                #
                # seen
                #

                #
                # empty
                #
                # end of empty
                # end of outer

                # CONFIG_C is not set
                """);
    }

    @Test
    @Tag("K-098")
    void visibleIfHidesPromptsButNotComments() {
        assertValues("""
                config SHOW
                \tbool "SHOW"
                menu "m"
                \tvisible if SHOW
                config A
                \tbool "A"
                config B
                \tbool "B"
                \tdefault y
                comment "in a hidden menu"
                endmenu
                """, """
                # CONFIG_SHOW is not set
                CONFIG_B=y

                #
                # in a hidden menu
                #
                """);
    }

    @Test
    void nestingHasAnEnd() {
        ConfRun parentheses = ConfRun.of("config A\n\tbool \"A\"\n\tdepends on " + "(".repeat(5000) + "\n")
            .olddefconfig();
        assertEquals("Kconfig:3: expression is nested too deeply\n", parentheses.err());
        ConfRun negations = ConfRun.of("config A\n\tbool \"A\"\n\tdepends on " + "!".repeat(5000) + "B\n")
            .olddefconfig();
        assertEquals("Kconfig:3: expression is nested too deeply\n", negations.err());
        ConfRun blocks = ConfRun.of("if A\n".repeat(5000)).olddefconfig();
        assertEquals("Kconfig:1001: blocks are nested too deeply\n", blocks.err());
    }

    private static String chain(int length) {
        StringBuilder kconfig = new StringBuilder("config S0\n\tdef_bool y\n");
        for (int i = length; i > 0; i--) {
            kconfig.append("config S").append(i).append("\n\tdef_bool S").append(i - 1).append('\n');
        }
        return kconfig.toString();
    }

    @Test
    void longChainsOfDependencies() {
        ConfRun run = ConfRun.of(chain(20_000)).olddefconfig();
        assertEquals("", run.err());
        assertTrue(run.values().contains("CONFIG_S20000=y\n"));
    }

    @Test
    void endlessRecursionEndsInOneLine() {
        KconfigException thrown = assertThrows(KconfigException.class, () -> DeepStack.call(() -> depth(0)));
        assertEquals("symbols depend on each other through too many steps", thrown.getMessage());
    }

    private static int depth(int level) {
        return depth(level + 1) + 1;
    }

    @Test
    void longExpressionsAreNoProblem() {
        StringBuilder kconfig = new StringBuilder("config A\n\tbool \"A\"\n\tdepends on B0");
        for (int i = 1; i < 300; i++) {
            kconfig.append(" || B").append(i);
        }
        kconfig.append("\nconfig B299\n\tdef_bool y\n");
        assertValues(kconfig.toString(), "# CONFIG_A is not set\nCONFIG_B299=y\n");
    }
}
