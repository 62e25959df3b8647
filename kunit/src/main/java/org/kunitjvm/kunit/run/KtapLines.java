package org.kunitjvm.kunit.run;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kunit.KunitStatus;
import org.kunitjvm.kunit.Speed;

/** The lines of KUnit's KTAP, without line ends. */
public final class KtapLines {
    /** The first line of a KTAP text. */
    public static final String VERSION = "KTAP version 1";
    /** What a level of subtests is indented by. */
    public static final String INDENT = "    ";
    static final String INDENT2 = INDENT + INDENT;

    private KtapLines() {
    }

    /** The line that announces {@code count} tests. */
    public static String plan(int count) {
        return "1.." + count;
    }

    static String subtest(String name) {
        return "# Subtest: " + name;
    }

    /** A result; the directive only for a skip, with a blank after it even when there is no reason. */
    public static String result(KunitStatus status, int number, String name, String comment) {
        String line = (status == KunitStatus.FAILURE ? "not ok " : "ok ") + number + " " + name;
        return status == KunitStatus.SKIPPED ? line + " # SKIP " + comment : line;
    }

    /** The line with the statistics of a suite or a case. */
    public static String stats(String name, Stats stats) {
        return "# " + name + ": " + stats.text();
    }

    /** The attribute lines of a suite, without indent. */
    static List<String> attributes(TestSuite suite) {
        List<String> lines = new ArrayList<>();
        if (suite.speed() != Speed.UNSET) {
            lines.add("# speed: " + suite.speed().text());
        }
        // An empty suite has no case to take the module from and shows an empty one.
        if (suite.cases().isEmpty() || !suite.module().isEmpty()) {
            lines.add("# module: " + suite.module());
        }
        if (suite.isInit()) {
            lines.add("# is_init: true");
        }
        return lines;
    }

    /** The attribute lines of a case, without indent. */
    static List<String> attributes(TestCase testCase) {
        return testCase.speed() == Speed.UNSET ? List.of()
            : List.of("# " + testCase.name() + ".speed: " + testCase.speed().text());
    }
}
