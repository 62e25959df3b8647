package org.kunitjvm.kunit.kconfig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Our conf does what the real one did: .config, stdout, stderr and exit code are identical. */
final class KconfigGoldenTest {
    /**
     * Quirk Q-38: for a bool symbol, {@code A != y} makes conf 6.12 take a symbol for an expression. It then crashes,
     * prints {@code Oops! How to check <part of an address>?}, or counts the comparison as more than y. We take it as
     * {@code !A}. These are the recordings in which that shows.
     */
    private static final Set<Integer> WRECKED = Set.of(
            18, 23, 36, 50, 55, 63, 73, 83, 91, 102, 104, 124, 131, 150, 154, 174, 178, 187, 194, 204, 246, 251, 255,
            271, 284, 288, 289, 294, 298, 299, 322, 327, 332, 350, 355, 367, 370, 394, 396, 407, 409, 412, 414, 420,
            428, 431, 453, 454, 458, 493, 494, 499);

    private static final int CRASHED = -11;
    private static final String OOPS = "Oops! How to check ";
    private static final Pattern BOOL_NOT_YES = Pattern.compile("(S\\d+) != y");

    @TestFactory
    Stream<DynamicTest> handMadeCases(@TempDir Path directory) {
        List<RecordedConf> cases = RecordedConf.load("cases.jsonl.gz");
        assertEquals(18, cases.size());
        Map<String, String> environment = Map.of("MYENV", "env-value");
        return cases.stream().map(recorded -> DynamicTest.dynamicTest(recorded.name(), () -> assertEquals(recorded,
                recorded.replay(environment, ShellCommand.in(directory, environment), KconfigLanguage.LINUX_6_12))));
    }

    @Test
    @Tag("K-091")
    @Tag("K-092")
    @Tag("K-093")
    @Tag("K-094")
    @Tag("K-096")
    void generatedTrees() {
        for (KconfigLanguage language : KconfigLanguage.values()) {
            List<RecordedConf> recordings = RecordedConf.load("fuzz.jsonl.gz");
            assertEquals(500, recordings.size());
            List<RecordedConf> wanted = new ArrayList<>();
            List<RecordedConf> got = new ArrayList<>();
            Set<Integer> different = new TreeSet<>();
            for (int i = 0; i < recordings.size(); i++) {
                RecordedConf recorded = recordings.get(i);
                RecordedConf ours = recorded.replay(Map.of(), ShellCommand.DISABLED, language);
                if (WRECKED.contains(i)) {
                    if (!ours.equals(recorded)) {
                        different.add(i);
                    }
                } else {
                    wanted.add(recorded);
                    got.add(ours);
                }
            }
            assertEquals(wanted, got);
            assertEquals(new TreeSet<>(WRECKED), different, "listed as different, but the same by now");
        }
    }

    @Test
    void everyExceptionComparesABoolWithNotYesAndShowsIt() {
        List<RecordedConf> recordings = RecordedConf.load("fuzz.jsonl.gz");
        for (int i : WRECKED) {
            RecordedConf recorded = recordings.get(i);
            assertTrue(comparesBoolWithNotYes(recorded.kconfig()), "case " + i);
            assertTrue(recorded.exit() == CRASHED || recorded.stderr().contains(OOPS), "case " + i);
        }
    }

    @Test
    void butForTheOopsMostExceptionsAreTheSame() {
        List<RecordedConf> recordings = RecordedConf.load("fuzz.jsonl.gz");
        Set<Integer> different = new TreeSet<>();
        for (int i : WRECKED) {
            RecordedConf recorded = recordings.get(i);
            RecordedConf ours = recorded.replay(Map.of(), ShellCommand.DISABLED, KconfigLanguage.CURRENT);
            if (recorded.exit() != CRASHED && !withoutOops(recorded).equals(ours)) {
                different.add(i);
            }
        }
        assertEquals(Set.of(350, 367, 396, 420, 453, 454), different, "here the wrong value decides something");
    }

    private static RecordedConf withoutOops(RecordedConf run) {
        String stderr = run.stderr().replaceAll("(?m)^" + Pattern.quote(OOPS) + ".*\n", "");
        return new RecordedConf(run.name(), run.kconfig(), run.config(), run.result(), run.stdout(), stderr,
            run.exit());
    }

    private static boolean comparesBoolWithNotYes(String kconfig) {
        Matcher matcher = BOOL_NOT_YES.matcher(kconfig);
        while (matcher.find()) {
            if (kconfig.contains("config " + matcher.group(1) + "\n\tbool")) {
                return true;
            }
        }
        return false;
    }
}
