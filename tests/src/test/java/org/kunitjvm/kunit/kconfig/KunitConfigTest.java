package org.kunitjvm.kunit.kconfig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kunitconfig fragments as kunit.py reads, merges and checks them. */
final class KunitConfigTest {
    @Test
    void linesAreTrimmedAndTheLastValueCounts() {
        KunitConfig config = KunitConfig.parse("""
                  CONFIG_KUNIT=y\t
                # a comment

                CONFIG_TEXT="two words"
                CONFIG_N=5
                # CONFIG_OFF is not set
                # CONFIG_ODD is  not set
                CONFIG_N=6
                CONFIG_ALSO_OFF=n
                """);
        assertEquals(Map.of("KUNIT", "y", "TEXT", "\"two words\"", "N", "6", "OFF", "n", "ALSO_OFF", "n"),
            config.entries());
        assertEquals("""
                CONFIG_KUNIT=y
                CONFIG_TEXT="two words"
                CONFIG_N=6
                # CONFIG_OFF is not set
                # CONFIG_ALSO_OFF is not set
                """, config.text());
        assertEquals("6", config.value("CONFIG_N"));
        assertNull(config.value("NOTHING"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"KUNIT=y", "CONFIG_KUNIT", "CONFIG_KUNIT=", "CONFIG_=y", "CONFIG_A=two words",
        "CONFIG_A-B=y", "hello"})
    void anythingElseIsRefused(String line) {
        KconfigException thrown = assertThrows(KconfigException.class,
            () -> KunitConfig.parse("CONFIG_A=y\n" + line + "\n"));
        assertEquals("Failed to parse: " + line, thrown.getMessage());
    }

    @Test
    void readsFilesAndDirectories() {
        KconfigFiles files = KconfigFiles.inMemory(new HashMap<>(Map.of("a.cfg", "CONFIG_A=y\n")));
        assertEquals("y", KunitConfig.read("a.cfg", files).config().value("A"));
        KconfigException thrown = assertThrows(KconfigException.class, () -> KunitConfig.read("b.cfg", files));
        assertEquals("Specified kunitconfig (b.cfg) does not exist", thrown.getMessage());
    }

    private static KunitConfig.Source source(String name, String text) {
        return new KunitConfig.Source(name, KunitConfig.parse(text));
    }

    @Test
    void fragmentsMustAgree() {
        KunitConfig merged = KunitConfig.merge(List.of(source("a", "CONFIG_A=y\n"),
            source("b", "CONFIG_B=m\nCONFIG_A=y\n")));
        assertEquals("CONFIG_A=y\nCONFIG_B=m\n", merged.text());
        KconfigException thrown = assertThrows(KconfigException.class, () -> KunitConfig.merge(List.of(
                source("a.cfg", "CONFIG_KUNIT=y\nCONFIG_B=y\nCONFIG_C=y\n"),
                source("b.cfg", "CONFIG_KUNIT=m\n# CONFIG_B is not set\nCONFIG_C=y\n"))));
        assertEquals("""
                Multiple values specified for 2 options in kunitconfig:
                CONFIG_KUNIT=y
                  vs from b.cfg
                CONFIG_KUNIT=m

                CONFIG_B=y
                  vs from b.cfg
                # CONFIG_B is not set""", thrown.getMessage());
    }

    @Test
    void overridesWin() {
        KunitConfig base = KunitConfig.parse("CONFIG_A=y\nCONFIG_B=y\n");
        assertEquals("CONFIG_A=m\nCONFIG_B=y\nCONFIG_C=y\n",
                base.overriddenBy(KunitConfig.parse("CONFIG_A=m\nCONFIG_C=y\n")).text());
        assertTrue(KunitConfig.empty().isEmpty());
    }

    @Test
    void notSetIsSatisfiedByAbsence() {
        KunitConfig wanted = KunitConfig.parse("CONFIG_A=y\n# CONFIG_B is not set\n");
        assertTrue(wanted.isSubsetOf(KunitConfig.parse("CONFIG_A=y\nCONFIG_Z=y\n")));
        assertTrue(wanted.isSubsetOf(KunitConfig.parse("CONFIG_A=y\nCONFIG_B=n\n")));
        assertFalse(wanted.isSubsetOf(KunitConfig.parse("CONFIG_A=y\nCONFIG_B=m\n")));
        assertFalse(wanted.isSubsetOf(KunitConfig.parse("CONFIG_A=m\n")));
    }

    @Test
    void onlyWhatIsMissingIsNamed() {
        KunitConfig wanted = KunitConfig.parse("CONFIG_A=y\n# CONFIG_OFF is not set\nCONFIG_B=y\nCONFIG_C=y\n");
        KunitConfig generated = KunitConfig.parse("CONFIG_C=y\n");
        assertEquals("""
                Not all Kconfig options selected in kunitconfig were in the generated .config.
                This is probably due to unsatisfied dependencies.
                Missing: CONFIG_A=y, CONFIG_B=y""", wanted.missingMessage(generated, false));
        assertTrue(String.valueOf(wanted.missingMessage(generated, true)).endsWith("CONFIG_B=y\n"
                + "Note: many Kconfig options aren't available on UML. You can try running on a different architecture with "
                + "something like \"--arch=x86_64\"."));
        assertNull(wanted.missingMessage(KunitConfig.parse("CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=y\n"), true));
    }

    @Test
    void equalityIgnoresOrder() {
        assertEquals(KunitConfig.parse("CONFIG_A=y\nCONFIG_B=y\n"), KunitConfig.parse("CONFIG_B=y\nCONFIG_A=y\n"));
    }
}
