package org.kunitjvm.kunit.kconfig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The macro language (row K-097). */
final class KconfigMacroTest {
    private static final String WARNING = "warning = $(warning-if,y,$(1))\n";

    private static String stderr(String kconfig) {
        return ConfRun.of(kconfig).environment("FROM_ENV", "env").olddefconfig().err();
    }

    @Test
    @Tag("K-097")
    void flavorsOfVariables() {
        assertEquals("Kconfig:5: 1 | 2\nKconfig:11: 1 3 | 4 4\nKconfig:14: x y\n", stderr(WARNING + """
                X := 1
                SIMPLE := $(X)
                X := 2
                $(warning,$(SIMPLE) | $(X))
                REC = $(Y)
                Y := 3
                SIMPLE += $(Y)
                Y := 4
                REC += $(Y)
                $(warning,$(SIMPLE) | $(REC))
                NEW += x
                NEW += y
                $(warning,$(NEW))
                """));
    }

    @Test
    @Tag("K-097")
    void userFunctionsAndArguments() {
        assertEquals("Kconfig:3: Hello, my name is John.\nKconfig:4: Hello, my name is .\nKconfig:6: a(b,c)d-e\n",
                stderr(WARNING + """
                greet = $(1), my name is $(2).
                $(warning,$(greet,Hello,John,ignored))
                $(warning,$(greet,Hello))
                pair = $(1)-$(2)
                $(warning,$(pair,a(b,c)d,e))
                """));
    }

    @Test
    void dollarsCommasAndParenthesesAreEscapedByVariables() {
        assertEquals("""
                Kconfig:3: a, b
                Kconfig:4: $ $$
                Kconfig:6: $(X)
                Kconfig:8: (
                Kconfig:10: $(X)
                """, stderr(WARNING + """
                comma := ,
                $(warning,a$(comma) b)
                $(warning,$ $$)
                dollar := $
                $(warning,$(dollar)(X))
                left := (
                $(warning,$(left))
                Y = $(dollar)(X)
                $(warning,$(Y))
                """));
    }

    @Test
    void environmentFileAndLine() {
        assertEquals("Kconfig:2: env  Kconfig 2\n",
                stderr(WARNING + "$(warning,$(FROM_ENV) $(UNDEFINED) $(filename) $(lineno))\n"));
    }

    @Test
    void expansionInWordsNamesAndStrings() {
        ConfRun run = ConfRun.of("""
                P := FOO
                $(P)_NAME := BAR
                config $(P)_$(FOO_NAME)
                \tstring "prompt of $(P)"
                \tdefault "$(FOO_NAME)-$(P)"
                \tdepends on $(nothing) YES
                config YES
                \tdef_bool $(shell,anything) y
                """).olddefconfig();
        assertEquals("", run.err());
        assertEquals("CONFIG_FOO_BAR=\"BAR-FOO\"\nCONFIG_YES=y\n", run.values());
    }

    @Test
    void anExpandedWordIsNoKeyword() {
        assertEquals("Kconfig:2: syntax error\nKconfig:2: unknown statement \"config\"\n",
                stderr("C := config\n$(C) A\n"));
    }

    @Test
    void infoGoesToStdoutAndErrorEndsIt() {
        ConfRun run = ConfRun.of("$(info,hello)\n$(error-if,n,no)\n$(error-if,y,stop here)\n$(info,unreached)\n")
            .olddefconfig();
        assertEquals("hello\n", run.out());
        assertEquals("Kconfig:3: stop here\n", run.err());
        assertEquals(1, run.exit());
    }

    @Test
    @Tag("K-097")
    void mistakes() {
        assertEquals("Kconfig:3: Recursive variable 'X' references itself (eventually)\n",
            stderr("X = $(Y)\nY = $(X)\n$(info,$(X))\n"));
        assertEquals("Kconfig:1: unterminated reference to 'x': missing ')'\n", stderr("$(x\n"));
        assertEquals("Kconfig:1: too few function arguments passed to 'info'\n", stderr("$(info)\n"));
        assertEquals("Kconfig:1: too many function arguments passed to 'info'\n", stderr("$(info,a,b)\n"));
        assertEquals("Kconfig:1: too many function arguments\n", stderr("$(x" + ",a".repeat(17) + ")\n"));
        assertEquals("Kconfig:2: Too deep recursive expansion\n", stderr("f = $(f,a)\n$(f,a)\n"));
    }

    @Test
    void expansionsThatExplodeAreStopped() {
        StringBuilder kconfig = new StringBuilder("A0 = 0123456789\n");
        for (int i = 1; i < 60; i++) {
            kconfig.append("A").append(i).append(" = $(A").append(i - 1).append(")$(A").append(i - 1).append(")\n");
        }
        kconfig.append("$(info,$(A59))\n");
        assertEquals("Kconfig:61: expansion is too long\n", stderr(kconfig.toString()));
    }

    @Test
    void shellOutputIsOneLine(@TempDir Path directory) {
        Map<String, String> environment = Map.of("WORD", "world");
        ConfRun run = ConfRun.of("$(info,$(shell,printf 'hello\\n$WORD\\n\\n4\\n\\n'))\n$(info,$(shell,echo \"$WORD\"; pwd))\n")
                .shell(ShellCommand.in(directory, environment)).olddefconfig();
        assertTrue(run.out().startsWith("hello $WORD  4\nworld " + directory), run.out());
    }
}
