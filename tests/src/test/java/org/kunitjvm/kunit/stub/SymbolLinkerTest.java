package org.kunitjvm.kunit.stub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.hook.ExportSymbolIfKunit;
import org.kunitjvm.kernel.hook.VisibleIfKunit;
import org.kunitjvm.kunit.ImportNs;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.KunitSymbols;
import org.kunitjvm.kunit.run.Runs;

/** Exported members are reached as the module loader would let them be reached, and no other way. */
final class SymbolLinkerTest {
    /** The code under test. */
    static final class Target {
        @VisibleIfKunit
        @ExportSymbolIfKunit(symbol = "__target_count")
        private int count;

        @VisibleIfKunit
        @ExportSymbolIfKunit
        private Target(int count) {
            this.count = count;
        }

        @VisibleIfKunit
        @ExportSymbolIfKunit
        private int addTo(int a, long b) {
            return count + a + (int) b;
        }

        @VisibleIfKunit
        @ExportSymbolIfKunit
        private static String join(String a, String b) {
            return a + b;
        }

        @VisibleIfKunit
        private static int hidden() {
            return 1;
        }
    }

    /** All that is exported. */
    @KunitSymbols(of = Target.class)
    interface Symbols {
        Target newInstance(int count);

        int count(Target self);

        int addTo(Target self, int a, long b);

        String join(String a, String b);
    }

    @KunitSymbols(of = Target.class)
    interface NotExported {
        int hidden();
    }

    @KunitSymbols(of = Target.class)
    interface WrongType {
        long addTo(Target self, int a, long b);
    }

    @KunitSymbols(of = Target.class)
    interface Missing {
        int noSuchThing();
    }

    @ImportNs(ExportSymbolIfKunit.EXPORTED_FOR_KUNIT_TESTING)
    @KunitSuite(value = "good", module = "good_test", config = "KUNIT_PROBE_TEST")
    static final class Good {
        private Symbols target;

        @KunitCase
        void test(Kunit test) {
            Target made = target.newInstance(40);
            KUNIT_EXPECT_EQ(test, target.count(made), 40);
            KUNIT_EXPECT_EQ(test, target.addTo(made, 1, 1), 42);
            KUNIT_EXPECT_EQ(test, target.join("a", "b"), "ab");
        }
    }

    @KunitSuite(value = "no_import", module = "no_import_test", config = "KUNIT_PROBE_TEST")
    static final class NoImport {
        private Symbols target;

        @KunitCase
        void test(Kunit test) {
        }
    }

    @ImportNs(ExportSymbolIfKunit.EXPORTED_FOR_KUNIT_TESTING)
    @KunitSuite(value = "not_exported", module = "m", config = "KUNIT_PROBE_TEST")
    static final class HiddenSuite {
        private NotExported target;

        @KunitCase
        void test(Kunit test) {
        }
    }

    @ImportNs(ExportSymbolIfKunit.EXPORTED_FOR_KUNIT_TESTING)
    @KunitSuite(value = "wrong_type", module = "m", config = "KUNIT_PROBE_TEST")
    static final class WrongTypeSuite {
        private WrongType target;

        @KunitCase
        void test(Kunit test) {
        }
    }

    @ImportNs(ExportSymbolIfKunit.EXPORTED_FOR_KUNIT_TESTING)
    @KunitSuite(value = "missing", module = "m", config = "KUNIT_PROBE_TEST")
    static final class MissingSuite {
        private Missing target;

        @KunitCase
        void test(Kunit test) {
        }
    }

    private static List<String> afterHeader(Class<?> suite) {
        return Runs.of(suite).run().lines().stream().skip(2).toList();
    }

    @Test
    @Tag("K-032")
    void exportedMembersAreReached() {
        assertTrue(afterHeader(Good.class).contains("ok 1 good"), afterHeader(Good.class).toString());
    }

    @Test
    @Tag("K-032")
    void codeThatWasGeneratedBeforeLinksAsWell() throws ModuleLinkException {
        SymbolLinker linker = new SymbolLinker(Good.class, "good_test", KernelConfig.defconfig());
        byte[] code = linker.code(Symbols.class);

        Symbols symbols = linker.link(Symbols.class, code);

        assertEquals(42, symbols.addTo(symbols.newInstance(40), 1, 1L));
        assertEquals("ab", symbols.join("a", "b"));
    }

    @Test
    @Tag("K-032")
    void linkingFailsAsInsmodDoes() {
        assertEquals(List.of(
            "no_import_test: module uses symbol (SYMBOL) from namespace EXPORTED_FOR_KUNIT_TESTING, "
                + "but does not import it.",
            "no_import_test: Unknown symbol SYMBOL (err -22)", "    # no_import:     # failed to initialize (-2)",
            "not ok 1 no_import"),
            afterHeader(NoImport.class).stream().map(l -> l.replaceAll("symbol \\(\\w+\\)", "symbol (SYMBOL)")
                .replaceAll("Unknown symbol \\w+", "Unknown symbol SYMBOL")).toList());
        assertEquals("m: Unknown symbol hidden (err -2)", afterHeader(HiddenSuite.class).getFirst());
        assertEquals("m: Unknown symbol no_such_thing (err -2)", afterHeader(MissingSuite.class).getFirst());
        assertEquals(List.of("m: disagrees about version of symbol add_to", "m: Unknown symbol add_to (err -22)"),
            afterHeader(WrongTypeSuite.class).subList(0, 2));
    }

    @Test
    @Tag("K-032")
    void withoutKunitNothingIsExported() {
        String text = Runs.of(Good.class).config("KUNIT", "n").run().text();
        assertTrue(text.contains("(err -2)\n    # good:     # failed to initialize (-2)\nnot ok 1 good\n"), text);
    }
}
