package org.kunitjvm.kunit.kconfig;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How values come about (rows K-091 to K-096, K-100, K-101). */
final class KconfigValueTest {
    private static final String MODULES = "config MODULES\n\tdef_bool y\n\tmodules\n";
    private static final String RECURSION_HELP = """
            For a resolution refer to Documentation/kbuild/kconfig-language.rst
            subsection "Kconfig recursive dependency limitations"

            """;

    private static void assertValues(String kconfig, String config, String values) {
        ConfRun run = ConfRun.of(kconfig).config(config).olddefconfig();
        assertEquals("", run.err());
        assertEquals(values, run.values());
    }

    // ---- expressions ----

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "n && m, n", "m && y, m", "n || m, m", "m || y, y", "!n, y", "!m, m", "!y, n", "!n && m, m", "y && n || m, m",
        "Y = y, y", "Y != y, n", "M = m, y", "M != n, y", "M < Y, y", "M >= Y, n", "!(M = m), n", "!(M < Y), n",
        "I = 5, y", "I < 10, y", "I > 10, n", "I <= 5, y", "H = 0x10, y", "H = 16, y", "H = 17, n", "H > 15, y",
        "I < H, y", "S = \"abc\", y", "S < \"abd\", y", "S = abc, y", "S, n", "I, n", "UNDEF, n", "UNDEF = n, n",
        "UNDEF = UNDEF, y", "UNDEF = \"UNDEF\", y", "UNDEF = \"\", n", "EMPTY = \"\", y", "\"10\" < \"9\", n",
        "ZERO = n, y", "ZERO = m, n", "!UNDEF, y", "(n || y) && m, m"})
    @Tag("K-091")
    void expressions(String expression, String value) {
        String kconfig = MODULES + """
                config Y
                \tdef_tristate y
                config M
                \tdef_tristate m
                config I
                \tint
                \tdefault 5
                config ZERO
                \tint
                config H
                \thex
                \tdefault 0x10
                config S
                \tstring
                \tdefault "abc"
                config EMPTY
                \tstring
                config RESULT
                \tdef_tristate %s
                """.formatted(expression);
        ConfRun run = ConfRun.of(kconfig).olddefconfig();
        assertEquals("", run.err());
        String line = run.values().lines().filter(l -> l.startsWith("CONFIG_RESULT=")).findFirst()
            .orElse("CONFIG_RESULT=n");
        assertEquals("CONFIG_RESULT=" + value, line);
    }

    @Test
    @Tag("K-091")
    void mWithoutModulesHidesSymbolsAndMeansY() {
        String kconfig = "config A\n\ttristate \"A\"\n\tdepends on m\nconfig B\n\ttristate \"B\"\n\tdefault m\n";
        assertValues(kconfig, "CONFIG_A=y\n", "CONFIG_B=y\n");
        assertValues(MODULES + kconfig, "CONFIG_A=y\n", "CONFIG_MODULES=y\nCONFIG_A=m\nCONFIG_B=m\n");
    }

    @Test
    void testingABoolForMIsPointedOut() {
        ConfRun run = ConfRun.of("config A\n\tbool \"A\"\nconfig B\n\tbool \"B\"\n\tdepends on A = m || A != m\n")
            .olddefconfig();
        assertEquals("""
                boolean symbol A tested for 'm'? test forced to 'y'
                boolean symbol A tested for 'm'? test forced to 'n'
                #
                # configuration written to .config
                #
                """, run.out());
        assertEquals("# CONFIG_A is not set\n# CONFIG_B is not set\n", run.values());
    }

    // ---- defaults, select, imply ----

    @Test
    void theFirstApplicableDefaultCounts() {
        assertValues(MODULES + "config A\n\ttristate \"A\"\n\tdefault y if n\n\tdefault m\n\tdefault y\n", "",
                "CONFIG_MODULES=y\nCONFIG_A=m\n");
    }

    @Test
    void aSecondDefinitionAddsToTheFirst() {
        assertValues("config A\n\tbool \"A\"\n\tdepends on X\nconfig A\n\tbool\n\tdefault y\n", "", "CONFIG_A=y\n");
    }

    @Test
    @Tag("K-092")
    void selectBeatsTheUserAndIsLimitedByItsCondition() {
        String kconfig = MODULES + "config A\n\ttristate \"A\"\n\tselect Z if C\nconfig C\n\ttristate \"C\"\n"
                + "config Z\n\ttristate \"Z\"\n";
        assertValues(kconfig, "CONFIG_A=y\nCONFIG_C=m\n# CONFIG_Z is not set\n",
                "CONFIG_MODULES=y\nCONFIG_A=y\nCONFIG_C=m\nCONFIG_Z=m\n");
    }

    @Test
    @Tag("K-092")
    void implyYieldsToTheUserAndToDependencies() {
        String kconfig = "config A\n\tdef_bool y\n\timply Z\n\timply U\nconfig Z\n\tbool \"Z\"\nconfig U\n\tbool \"U\"\n\tdepends on NO\n";
        assertValues(kconfig, "", "CONFIG_A=y\nCONFIG_Z=y\n# CONFIG_U is not set\n");
        assertValues(kconfig, "# CONFIG_Z is not set\n", "CONFIG_A=y\n# CONFIG_Z is not set\n# CONFIG_U is not set\n");
    }

    @Test
    @Tag("K-092")
    void unmetDependenciesAreListedWithValues() {
        ConfRun run = ConfRun.of(MODULES + """
                config A
                \tdef_bool y
                \tselect Z if !X
                config B
                \tdef_tristate m
                \tselect Z
                config C
                \tbool "C"
                \tselect Z
                config X
                \tbool "X"
                config S
                \tstring "S"
                config Z
                \ttristate
                \tdepends on (X || S = "a b") && !MODULES
                """).olddefconfig();
        assertEquals("""

                WARNING: unmet direct dependencies detected for Z
                  Depends on [n]: (X [=n] || S [=]=a b) && !MODULES [=y]
                  Selected by [y]:
                  - A [=y] && !X [=n]
                  Selected by [m]:
                  - B [=m]
                """, run.err());
        assertEquals(0, run.exit());
    }

    @Test
    void unmetDependenciesCanBeErrors() {
        ConfRun run = ConfRun.of("config A\n\tdef_bool y\n\tselect Z\nconfig Z\n\tbool\n\tdepends on NO\n")
                .environment("KCONFIG_WERROR", "1").olddefconfig();
        assertEquals(0, run.exit(), "without a .config nothing is computed before writing");
        run.config("").olddefconfig();
        assertEquals(1, run.exit());
        assertEquals("", run.out());
    }

    @Test
    void wrongTargetsAndSelectors() {
        ConfRun run = ConfRun.of("config A\n\tint \"A\"\n\tselect B\nconfig B\n\tstring \"B\"\nconfig C\n\tbool \"C\"\n\timply B\n\tselect NOPE\n")
                .olddefconfig();
        assertEquals("""
                Kconfig:3:warning: config symbol 'A' uses select, but is not bool or tristate
                Kconfig:8:warning: 'B' has wrong type. 'imply' only accept arguments of bool and tristate type
                """, run.err());
    }

    // ---- choices ----

    private static final String CHOICE = """
            choice
            \tprompt "c"
            \tdefault B
            config A
            \tbool "A"
            config B
            \tbool "B"
            config C
            \tbool "C"
            \tdepends on X
            endchoice
            config X
            \tbool "X"
            """;

    @Test
    @Tag("K-093")
    void ofSeveralWishesForAChoiceTheLastVisibleCounts() {
        assertValues(CHOICE, "", "# CONFIG_A is not set\nCONFIG_B=y\n# CONFIG_X is not set\n");
        assertValues(CHOICE, "CONFIG_B=y\nCONFIG_A=y\nCONFIG_C=y\n",
            "CONFIG_A=y\n# CONFIG_B is not set\n# CONFIG_X is not set\n");
        assertValues(CHOICE, "CONFIG_A=y\nCONFIG_C=y\nCONFIG_X=y\n",
                "# CONFIG_A is not set\n# CONFIG_B is not set\nCONFIG_C=y\nCONFIG_X=y\n");
    }

    @Test
    void refusedMembersAreAvoidedAsLongAsPossible() {
        assertValues(CHOICE, "# CONFIG_B is not set\n", "CONFIG_A=y\n# CONFIG_B is not set\n# CONFIG_X is not set\n");
        assertValues(CHOICE, "# CONFIG_A is not set\n# CONFIG_B is not set\n",
                "CONFIG_A=y\n# CONFIG_B is not set\n# CONFIG_X is not set\n");
    }

    @Test
    @Tag("K-093")
    void choiceRules() {
        ConfRun run = ConfRun.of("""
                choice
                \tprompt "c"
                config A
                \ttristate "A"
                config B
                \tbool
                endchoice
                choice
                config C
                \tbool "C"
                endchoice
                """).olddefconfig();
        assertEquals("Kconfig:3: error: choice member must be bool\nKconfig:5: error: choice member must have a prompt\n"
                + "Kconfig:8: error: choice must have a prompt\n", run.err());
        run = ConfRun.of("choice\n\tprompt \"c\"\n\tdefault Z\nconfig A\n\tbool \"A\"\n\tdefault y\nendchoice\nconfig Z\n\tbool \"Z\"\n")
                .olddefconfig();
        assertEquals("Kconfig:3:warning: choice default symbol 'Z' is not contained in the choice\n"
                + "Kconfig:6: error: defaults for choice values not supported\n", run.err());
        assertEquals(1, run.exit());
    }

    @Test
    void aMemberDefinedTwiceDependsOnTheLanguage() {
        ConfRun run = ConfRun.of("choice\n\tprompt \"c\"\nconfig A\n\tbool \"A\"\nconfig A\n\tbool \"A again\"\nendchoice\n");
        run.run("--language=6.12", "--olddefconfig", "Kconfig");
        assertEquals("CONFIG_A=y\n", run.values());
        run.olddefconfig();
        assertEquals("Kconfig:6: error: choice value must not have a prompt in another entry\n"
                + "Kconfig:4: error: choice value must not have a prompt in another entry\n", run.err());
        ConfRun outside = ConfRun.of("config A\n\tbool \"out\"\nchoice\n\tprompt \"c\"\nconfig A\n\tbool \"A\"\nendchoice\n")
                .olddefconfig();
        assertEquals("Kconfig:2: error: choice value has a prompt outside its choice group\n", outside.err());
    }

    // ---- numbers and texts ----

    @Test
    @Tag("K-094")
    void numbersAreLimitedToTheirRange() {
        String kconfig = """
                config LOW
                \tint
                \tdefault 3
                config N
                \tint "N"
                \trange LOW 20
                config H
                \thex "H"
                \trange 0x10 0x20
                \tdefault 0x15
                config E
                \tint "E"
                \trange 5 9 if NO
                """;
        assertValues(kconfig, "CONFIG_N=30\nCONFIG_H=0x99\nCONFIG_E=77\n",
                "CONFIG_LOW=3\nCONFIG_N=20\nCONFIG_H=0x20\nCONFIG_E=77\n");
        assertValues(kconfig, "CONFIG_N=-1\nCONFIG_H=0x1\n", "CONFIG_LOW=3\nCONFIG_N=3\nCONFIG_H=0x10\nCONFIG_E=0\n");
    }

    @Test
    void defaultsAndRangesAreChecked() {
        ConfRun run = ConfRun.of("""
                config A
                \tint "A"
                \tdefault "x"
                \trange 1 z
                config B
                \tbool "B"
                \trange 1 2
                config C
                \tstring "C"
                \tdefault A && B
                """).olddefconfig();
        assertEquals("""
                Kconfig:3:warning: 'A': number is invalid
                Kconfig:4:warning: range is invalid
                Kconfig:7:warning: range is only allowed for int or hex symbols
                Kconfig:7:warning: range is invalid
                Kconfig:10:warning: default for config symbol 'C' must be a single symbol
                """, run.err());
    }

    // ---- .config ----

    @Test
    @Tag("K-095")
    void readerWarnings() {
        ConfRun run = ConfRun.of("config N\n\tint \"N\"\nconfig Y\n\tbool \"Y\"\nconfig S\n\tstring \"S\"\nconfig T\n\tstring \"T\"\n")
                .environment("KCONFIG_WARN_UNKNOWN_SYMBOLS", "1")
                .config("CONFIG_N=abc\r\nCONFIG_Y=y\nCONFIG_Y=n\n\n# a comment\n# CONFIG_ZZ is not set\nhello\n"
                        + "CONFIG_S=plain\nCONFIG_T=\"open\nCONFIG_N=007\nCONFIG_Y\n#CONFIG_Y is not set\n")
                .olddefconfig();
        assertEquals("""
                .config:1:warning: symbol value 'abc' invalid for N
                .config:3:warning: override: reassigning to symbol Y
                .config:6:warning: unknown symbol: ZZ
                .config:7:warning: unexpected data: hello
                .config:9:warning: invalid string found
                .config:10:warning: symbol value '007' invalid for N
                .config:11:warning: unexpected data: CONFIG_Y
                """, run.err());
        assertEquals("CONFIG_N=0\n# CONFIG_Y is not set\nCONFIG_S=\"\"\nCONFIG_T=\"\"\n", run.values());
        assertEquals(0, run.exit());
        String before = run.text(".config");
        run.file(".config", "CONFIG_N=abc\n").environment("KCONFIG_WERROR", "").olddefconfig();
        assertEquals(1, run.exit());
        assertEquals("CONFIG_N=abc\n", run.text(".config"));
        assertEquals(true, before != null);
    }

    @Test
    @Tag("K-096")
    void writingKeepsTheOldFileAndSaysWhenNothingChanged() {
        ConfRun run = ConfRun.of("config A\n\tbool \"A\"\n").config("CONFIG_A=y\n").olddefconfig();
        assertEquals("#\n# configuration written to .config\n#\n", run.out());
        assertEquals("CONFIG_A=y\n", run.text(".config.old"));
        run.olddefconfig();
        assertEquals("#\n# No change to .config\n#\n", run.out());
        assertEquals("CONFIG_A=y\n", run.text(".config.old"));
        run.environment("KCONFIG_CONFIG", "sub/other").run("-s", "--olddefconfig", "Kconfig");
        assertEquals("", run.out());
        assertEquals(true, String.valueOf(run.text("sub/other")).endsWith("#\n# CONFIG_A is not set\n"));
    }

    // ---- loops ----

    @Test
    @Tag("K-099")
    void everyKindOfLoopIsExplained() {
        ConfRun run = ConfRun.of("""
                config A
                \tbool "A"
                \tdepends on A
                config B
                \tbool
                \tselect B
                config C1
                \tbool "C1"
                \tdepends on C2
                \timply C2
                config C2
                \tbool "C2"
                config D1
                \tbool "D1"
                \tdefault D2
                config D2
                \tbool "D2" if D1
                choice
                \tprompt "c"
                config E
                \tbool "E"
                \tdepends on F
                config G
                \tbool "G"
                endchoice
                config F
                \tbool "F"
                \tdepends on G
                """).olddefconfig();
        assertEquals("error: recursive dependency detected!\n\tsymbol A depends on A\n" + RECURSION_HELP
                + "error: recursive dependency detected!\n\tsymbol B is selected by B\n" + RECURSION_HELP
                + "error: recursive dependency detected!\n\tsymbol C1 depends on C2\n\tsymbol C2 is implied by C1\n"
                + RECURSION_HELP + "error: recursive dependency detected!\n\tsymbol D1 default value contains D2\n"
                + "\tsymbol D2 prompt is visible depending on D1\n" + RECURSION_HELP
                + "error: recursive dependency detected!\n\tsymbol <choice> unknown is visible depending on E\n"
                + "\tsymbol E prompt is visible depending on F\n\tsymbol F depends on G\n"
                + "\tsymbol G is part of choice block at Kconfig:18\n" + RECURSION_HELP, run.err());
        assertEquals(1, run.exit());
    }

    // ---- later additions ----

    private static final String TRANSITION = """
            config NEW
            \tbool "NEW"
            \tdefault OLD
            config OLD
            \tbool
            \ttransitional
            \thelp
            \t  The old name of NEW.
            config NUMBER
            \tint "NUMBER"
            \tdefault OLD_NUMBER
            config OLD_NUMBER
            \tint
            \ttransitional
            """;

    @Test
    @Tag("K-100")
    void transitionalSymbolsHandTheirValueOn() {
        assertValues(TRANSITION, "CONFIG_OLD=y\nCONFIG_OLD_NUMBER=42\n", "CONFIG_NEW=y\nCONFIG_NUMBER=42\n");
        assertValues(TRANSITION, "CONFIG_OLD=y\n# CONFIG_NEW is not set\nCONFIG_NUMBER=7\n",
                "# CONFIG_NEW is not set\nCONFIG_NUMBER=7\n");
        ConfRun asked = ConfRun.of(TRANSITION).config("CONFIG_OLD=y\nCONFIG_OLD_NUMBER=42\n")
            .run("--oldconfig", "Kconfig");
        assertEquals("#\n# configuration written to .config\n#\n", asked.out());
        ConfRun strict = ConfRun.of(TRANSITION).run("--language=linux-6.12", "--olddefconfig", "Kconfig");
        assertEquals(1, strict.exit());
    }

    @Test
    void transitionalSymbolsHaveNothingButHelp() {
        ConfRun run = ConfRun.of("config A\n\tbool\n\ttransitional\n\tdefault y\nconfig B\n\tbool\n\ttransitional\n\tdepends on A\n"
                + "config C\n\ttransitional\n").olddefconfig();
        assertEquals("""
                Kconfig:9:warning: config symbol defined without type
                Kconfig:4: error: transitional symbols can only have help sections
                Kconfig:5: error: transitional symbols can only have help sections
                """, run.err());
        assertEquals(1, run.exit());
    }

    @Test
    @Tag("K-100")
    void conditionalDependencies() {
        String kconfig = "config X\n\tbool \"X\"\nconfig Y\n\tbool \"Y\"\nconfig A\n\tbool \"A\"\n\tdepends on X if Y\n\tdefault y\n";
        assertValues(kconfig, "", "# CONFIG_X is not set\n# CONFIG_Y is not set\nCONFIG_A=y\n");
        assertValues(kconfig, "CONFIG_Y=y\n", "# CONFIG_X is not set\nCONFIG_Y=y\n");
        ConfRun strict = ConfRun.of(kconfig).run("--language=linux-6.12", "--olddefconfig", "Kconfig");
        assertEquals("Kconfig:7: syntax error\nKconfig:7: invalid statement\nKconfig:8: invalid statement\n",
            strict.err());
    }

    @Test
    void changedWishesAreListedOnRequest() {
        String kconfig = "config DEP\n\tbool \"DEP\"\nconfig A\n\tbool \"A\"\n\tdepends on DEP\nconfig N\n\tint \"N\"\n\trange 1 5\n"
                + "config A\n\tbool\n\tdepends on DEP\n";
        ConfRun run = ConfRun.of(kconfig).config("CONFIG_A=y\nCONFIG_N=9\n").olddefconfig();
        assertEquals("", run.err());
        run.config("CONFIG_A=y\nCONFIG_N=9\n").environment("KCONFIG_WARN_CHANGED_INPUT", "1").olddefconfig();
        assertEquals("warning: user-provided values changed by Kconfig:\n  CONFIG_A: y -> n\n  CONFIG_N: 9 -> 5\n",
            run.err());
        run.config("CONFIG_A=y\nCONFIG_N=9\n").run("--savedefconfig=small", "Kconfig");
        assertEquals("warning: user-provided values changed by Kconfig:\n  CONFIG_A: y -> n\n  CONFIG_N: 9 -> 5\n",
            run.err());
        assertEquals("CONFIG_N=5\n", run.text("small"));
    }

    // ---- tests ----

    @Test
    @Tag("K-101")
    void allTestsSwitchesOnWhatCanBeTested() {
        String kconfig = MODULES + """
                config KUNIT
                \ttristate "KUnit"
                config KUNIT_ALL_TESTS
                \ttristate "All tests"
                \tdepends on KUNIT
                config SUBJECT
                \tbool "Subject"
                config OTHER
                \tbool "Other"
                config SUBJECT_KUNIT_TEST
                \ttristate "Test" if !KUNIT_ALL_TESTS
                \tdepends on KUNIT && SUBJECT
                \tdefault KUNIT_ALL_TESTS
                config OTHER_KUNIT_TEST
                \ttristate "Test" if !KUNIT_ALL_TESTS
                \tdepends on KUNIT && OTHER
                \tdefault KUNIT_ALL_TESTS
                """;
        String rest = "CONFIG_SUBJECT=y\n# CONFIG_OTHER is not set\n";
        assertValues(kconfig,
            "CONFIG_KUNIT=y\nCONFIG_KUNIT_ALL_TESTS=y\nCONFIG_SUBJECT=y\n# CONFIG_SUBJECT_KUNIT_TEST is not set\n",
                "CONFIG_MODULES=y\nCONFIG_KUNIT=y\nCONFIG_KUNIT_ALL_TESTS=y\n" + rest
                + "CONFIG_SUBJECT_KUNIT_TEST=y\n");
        assertValues(kconfig, "CONFIG_KUNIT=y\nCONFIG_KUNIT_ALL_TESTS=m\nCONFIG_SUBJECT=y\n",
                "CONFIG_MODULES=y\nCONFIG_KUNIT=y\nCONFIG_KUNIT_ALL_TESTS=m\n" + rest
                + "CONFIG_SUBJECT_KUNIT_TEST=m\n");
    }
}
