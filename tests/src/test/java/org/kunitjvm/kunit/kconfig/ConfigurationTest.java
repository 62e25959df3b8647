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

/** A wish that was lost comes with the reason and the remedy. */
final class ConfigurationTest {
    private static final String TREE = """
            config ARCH_HAS
            \tbool
            config BASE
            \tbool "BASE"
            config MIDDLE
            \tbool "MIDDLE"
            \tdepends on BASE
            \thelp
            \t  Between.
            config TOP
            \tbool "TOP"
            \tdepends on MIDDLE && !OFF
            config OFF
            \tbool "OFF"
            config HW
            \tbool "HW"
            \tdepends on ARCH_HAS
            config HELPER
            \tbool
            config USER
            \tbool "USER"
            \tselect HELPER
            config FORCED
            \tbool "FORCED"
            config FORCER
            \tbool "FORCER"
            \tdefault y
            \tselect FORCED
            config NUM
            \tint "NUM"
            \trange 1 9
            choice
            \tprompt "Pick"
            config P
            \tbool "P"
            config Q
            \tbool "Q"
            endchoice
            """;

    private static Configuration evaluate(String wanted) {
        return Configuration.evaluate(KconfigFiles.inMemory(new HashMap<>(Map.of("Kconfig", TREE))), "Kconfig",
            Map.of(),
                KunitConfig.parse(wanted));
    }

    private static void assertLost(String wanted, String... messages) {
        List<String> lost = evaluate(wanted).lost(KunitConfig.parse(wanted)).stream().map(LostValue::message).toList();
        assertEquals(List.of(messages), lost);
    }

    @Test
    void valuesAndNames() {
        Configuration configuration = evaluate("CONFIG_BASE=y\nCONFIG_NUM=7\n");
        assertTrue(configuration.isEnabled("BASE") && configuration.isEnabled("CONFIG_FORCED"));
        assertFalse(configuration.isEnabled("NUM") || configuration.isEnabled("NO_SUCH")
            || configuration.isEnabled("TOP"));
        assertEquals("7", configuration.value("NUM"));
        assertEquals("n", configuration.value("ARCH_HAS"));
        assertNull(configuration.value("NO_SUCH"));
        assertTrue(configuration.isDefined("CONFIG_TOP"));
        assertEquals(List.of("ARCH_HAS", "BASE", "MIDDLE", "TOP", "OFF"), configuration.names().subList(0, 5));
        assertEquals("Between.", configuration.help("MIDDLE"));
        assertEquals("", configuration.warnings());
        assertEquals(List.of("Kconfig"), configuration.fileNames());
        assertEquals("y", configuration.generated().value("FORCED"));
    }

    @Test
    void fulfilledWishesAreNotLost() {
        assertLost("CONFIG_BASE=y\nCONFIG_MIDDLE=y\nCONFIG_TOP=y\n# CONFIG_OFF is not set\nCONFIG_Q=y\n");
    }

    @Test
    void unmetDependencies() {
        assertLost("CONFIG_MIDDLE=y\n",
                "CONFIG_MIDDLE=y was lost: it depends on BASE (=n); to get it, add CONFIG_BASE=y");
        assertLost("CONFIG_TOP=y\n", "CONFIG_TOP=y was lost: it depends on MIDDLE (=n), which depends on BASE (=n); "
                + "to get it, add CONFIG_BASE=y and CONFIG_MIDDLE=y");
        assertLost("CONFIG_TOP=y\nCONFIG_OFF=y\nCONFIG_BASE=y\nCONFIG_MIDDLE=y\n",
                "CONFIG_TOP=y was lost: it depends on !OFF [=y]; to get it, add # CONFIG_OFF is not set");
        assertLost("CONFIG_HW=y\n",
                "CONFIG_HW=y was lost: it depends on ARCH_HAS (=n), which has no prompt and cannot be set");
    }

    @Test
    void unknownSymbols() {
        assertLost("CONFIG_MIDLE=y\nCONFIG_XYZZY=y\n",
                "CONFIG_MIDLE=y was lost: no Kconfig file defines it; did you mean CONFIG_MIDDLE?",
                "CONFIG_XYZZY=y was lost: no Kconfig file defines it");
    }

    @Test
    void promptlessAndSelected() {
        assertLost("CONFIG_HELPER=y\n",
            "CONFIG_HELPER=y was lost: it has no prompt and is set only by what selects it: USER; "
                + "to get it, add CONFIG_USER=y");
        assertLost("# CONFIG_FORCED is not set\n",
                "# CONFIG_FORCED is not set was lost: it is selected by FORCER (=y); to get it, add # CONFIG_FORCER is not set");
    }

    private static void assertLostIn(String tree, String wanted, String message) {
        Configuration configuration = Configuration.evaluate(KconfigFiles.inMemory(new HashMap<>(Map.of("Kconfig",
            tree))), "Kconfig", Map.of(), KunitConfig.parse(wanted));
        assertEquals(List.of(message), configuration.lost(KunitConfig.parse(wanted)).stream().map(LostValue::message)
            .toList());
    }

    @Test
    void aSelectorThatCannotBeSetIsFollowedToOneThatCan() {
        assertLostIn("""
            config GOAL
            \tbool "GOAL"
            config INNER
            \tbool
            \tselect GOAL
            config OUTER
            \tbool "OUTER"
            \tdefault y
            \tselect INNER
            """, "# CONFIG_GOAL is not set\n", "# CONFIG_GOAL is not set was lost: it is selected by INNER (=y), "
                + "which is selected by OUTER (=y); to get it, add # CONFIG_OUTER is not set");
    }

    @Test
    void aValueWithoutPromptSaysWhereItComesFrom() {
        assertLostIn("config A\n\tdef_bool y\nconfig B\n\tdef_bool A\n", "# CONFIG_B is not set\n",
            "# CONFIG_B is not set was lost: it has no prompt; its value y follows from A [=y]");
        assertLostIn("config A\n\tdef_bool y\n", "# CONFIG_A is not set\n",
            "# CONFIG_A is not set was lost: it has no prompt; its value y is fixed");
    }

    @Test
    void aModuleNeedsModules() {
        assertLostIn("config MODULES\n\tbool \"m\"\n\tmodules\nconfig A\n\ttristate \"A\"\n", "CONFIG_A=m\n",
            "CONFIG_A=m was lost: there are no modules, so m means y; to get it, add CONFIG_MODULES=y");
    }

    @Test
    void valuesThatCannotBe() {
        assertLost("CONFIG_NUM=50\nCONFIG_BASE=m\n", "CONFIG_NUM=50 was lost: it must be between 1 and 9",
                "CONFIG_BASE=m was lost: a bool cannot be m");
        assertLost("CONFIG_NUM=abc\n", "CONFIG_NUM=abc was lost: abc is no value of type integer");
    }

    @Test
    void oneOfAChoice() {
        assertLost("CONFIG_P=y\nCONFIG_Q=y\n",
                "CONFIG_P=y was lost: of the choice \"Pick\" only one can be set, and that is Q; to get it, add # CONFIG_Q is not set");
    }

    @Test
    void wrongKconfigFilesAreExplained() {
        KconfigException thrown = assertThrows(KconfigException.class, () -> Configuration.evaluate(
                KconfigFiles.inMemory(new HashMap<>(Map.of("Kconfig", "foo\n"))), "Kconfig", Map.of(),
                KunitConfig.empty()));
        assertEquals("Kconfig:1: syntax error\nKconfig:1: unknown statement \"foo\"", thrown.getMessage());
    }
}
