package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words behind a subcommand mean what argparse takes them for. */
@Tag("K-070")
class WordsTest {
    private static List<String> run(String... words) {
        return Words.inOrder(Command.RUN, List.of(words));
    }

    @Test
    void optionsAndPositionalStandInAnyOrder() {
        assertEquals(List.of("--alltests", "--timeout=3", "--", "a.b"), run("a.b", "--alltests", "--timeout", "3"));
        assertEquals(List.of("--alltests", "--timeout=3", "--", "a.b"), run("--alltests", "a.b", "--timeout=3"));
    }

    @ParameterizedTest
    @CsvSource({"--raw, --raw_output=all", "--kuni=x, --kunitconfig=x", "--buil=x, --build_dir=x",
        "--ju, --junit=stdout", "--m=x, --make_options=x",
        "--list_s, --list_suites", "--sum, --summary", "--q=x, ''"})
    void beginningsStandForTheOption(String word, String expected) {
        if (expected.isEmpty()) {
            UsageException e = assertThrows(UsageException.class, () -> run(word));
            assertEquals("ambiguous option: --q=x could match --qemu_config, --qemu_args (write one of them in full)",
                e.getMessage());
        } else {
            assertEquals(List.of(expected), run(word));
        }
    }

    @Test
    void wholeWordIsNotAmbiguousWithALongerOne() {
        assertEquals(List.of("--filter=x", "--list_tests"), run("--filter", "x", "--list_tests"));
    }

    @Test
    @Tag("K-079")
    @Tag("K-080")
    @Tag("K-081")
    void optionalValueDoesNotSwallowThePositional() {
        assertEquals(List.of("--raw_output=kunit", "--json=stdout", "--junit=stdout", "--", "glob"),
            run("--raw_output", "--json", "--junit", "glob"));
        assertEquals(List.of("--raw_output=all", "--json=f"), run("--raw_output=all", "--json=f"));
    }

    @Test
    void abbreviatedOptionTakesTheNextWordAsItsOptionalValue() {
        assertEquals(List.of("--json=glob"), run("--js", "glob"));
        assertEquals(List.of("--raw_output=all", "--", "glob"), run("--raw_o", "--", "glob"));
    }

    @Test
    void whatIsAmbiguousIsSaidBeforeAnythingElse() {
        for (List<String> words : List.of(List.of("--nope", "--arch", "--q"), List.of("--help", "--q"))) {
            UsageException e = assertThrows(UsageException.class, () -> Words.inOrder(Command.RUN, words));
            assertEquals("ambiguous option: --q could match --qemu_config, --qemu_args (write one of them in full)",
                e.getMessage());
        }
    }

    @Test
    void unknownWordsAreSaidLastAndTogether() {
        assertEquals("argument --jobs: invalid int value: 'x' (write a whole number)",
            assertThrows(UsageException.class, () -> run("--nope", "--jobs=x")).getMessage());
        assertEquals("unrecognized arguments: -v --nope b ('kunit run --help' lists the options)",
            assertThrows(UsageException.class,
                () -> Words.inOrder(Command.RUN, List.of("-v"), List.of("--nope", "a", "b"))).getMessage());
    }

    @Test
    void numbersAreWhatPythonReads() {
        assertEquals(List.of("--jobs=1000", "--jobs=5", "--timeout=-7"), run("--jobs=1_000", "--jobs", " +5 ",
            "--timeout", "-7"));
        assertEquals(Integer.MAX_VALUE, Options.of(Command.RUN, List.of("--timeout=99999999999")).timeoutSeconds());
    }

    @Test
    void valueMayBeginWithADashIfItHasABlankOrIsANumber() {
        assertEquals(List.of("--qemu_args=-m 4G", "--timeout=-1"), run("--qemu_args", "-m 4G", "--timeout", "-1"));
        assertEquals(List.of("--qemu_args=-nographic"), run("--qemu_args=-nographic"));
    }

    @Test
    void twoDashesEndTheOptions() {
        assertEquals(List.of("--alltests", "--", "--summary"), run("--alltests", "--", "--summary"));
    }

    @Test
    void configAndBuildTakeOptionsOnly() {
        UsageException e = assertThrows(UsageException.class,
            () -> Words.inOrder(Command.CONFIG, List.of("--alltests", "mermap.*")));
        assertEquals("unrecognized arguments: mermap.* ('kunit config' takes options only)", e.getMessage());
    }

    @Test
    void helpWinsOverWhatFollows() {
        assertEquals(List.of("--help"), Words.inOrder(Command.CONFIG, List.of("--he", "--nope", "--arch")));
        assertEquals(List.of("--help"), run("-h", "--jobs"));
    }

    @Test
    void whatCameLaterDoesNotMakeOldBeginningsAmbiguous() {
        assertEquals(List.of("--json=stdout"), Words.inOrder(Command.PARSE, List.of("--j")));
        assertEquals(List.of("--json=f"), Words.inOrder(Command.EXEC, List.of("--j=f")));
    }

    @Test
    void lastValueCountsAndListsGrow() {
        Options options = Options.of(Command.RUN, List.of("--arch=um", "--arch", "x86_64", "--kernel_args=a",
            "--kernel_args", "b c"));

        assertEquals("x86_64", options.text(Flag.ARCH));
        assertEquals(List.of("a", "b c"), options.list(Flag.KERNEL_ARGS));
    }

    @Test
    void valuesReachTheCommandAsTheyAre() {
        Options options = Options.of(Command.RUN, List.of("--filter=\"speed>slow\", module!=x", "--kernel_args=",
            "--seed=0x2f", "@file"));

        assertEquals("\"speed>slow\", module!=x", options.text(Flag.FILTER));
        assertEquals(List.of(""), options.list(Flag.KERNEL_ARGS));
        assertEquals(0x2fL, options.number(Flag.SEED));
        assertEquals("@file", options.positional());
    }

    @Test
    void defaults() {
        Options options = Options.of(Command.RUN, List.of());

        assertEquals(300, options.timeoutSeconds());
        assertEquals("", options.positional());
        assertEquals(List.of(), options.list(Flag.KUNITCONFIG));
        assertEquals(false, options.newest());
    }
}
