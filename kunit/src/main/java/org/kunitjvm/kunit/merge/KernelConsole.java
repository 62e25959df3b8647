package org.kunitjvm.kunit.merge;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.SuiteResult;
import org.kunitjvm.kunit.run.KtapLines;

/** Knows which lines of a console belong to which suite of one kernel. */
final class KernelConsole {
    /**
     * The lines of a suite: what comes before its first case, the cases, and what comes behind them.
     *
     * @param head from its first line up to its first case
     * @param tail from behind its last case up to its result line, which is not in it
     * @param result its result line, or {@code null} if the run ended before
     */
    record Lines(List<String> head, List<String> tail, @Nullable String result) {
    }

    private final List<String> console;
    private final Map<String, Lines> suites = new HashMap<>();
    private int end;

    /**
     * Find the suites.
     *
     * @param start line where the kernel's part of the console begins
     * @param ran the kernel's suites in the order in which they ran
     */
    KernelConsole(List<String> console, int start, List<SuiteResult> ran) {
        this.console = console;
        int at = behindPlan(start);
        for (SuiteResult suite : ran) {
            at = find(suite, at);
        }
        end = at;
    }

    /** The line behind the plan that all suites stand under. */
    private int behindPlan(int start) {
        for (int i = start; i + 1 < console.size(); i++) {
            if (console.get(i).equals(KtapLines.VERSION) && console.get(i + 1).startsWith("1..")) {
                return i + 2;
            }
        }
        return start;
    }

    private int find(SuiteResult suite, int from) {
        int firstCase = suite.cases().stream().mapToInt(CaseResult::fromLine).min().orElse(-1);
        int behindCases = suite.cases().stream().mapToInt(CaseResult::toLine).max().orElse(from);
        int result = resultLine(suite.name(), behindCases);
        int behindTail = result < 0 ? behindCases : result;
        int behindHead = firstCase < 0 ? behindTail : firstCase;
        suites.put(suite.name(), new Lines(part(from, behindHead), part(Math.max(behindCases, behindHead), behindTail),
            result < 0 ? null : console.get(result)));
        return result < 0 ? behindCases : result + 1;
    }

    private int resultLine(String suite, int from) {
        for (int i = from; i < console.size(); i++) {
            String line = console.get(i);
            if (line.matches("(not )?ok \\d+ .*") && nameOf(line).equals(suite)) {
                return i;
            }
        }
        return -1;
    }

    /** The name in a result line without indentation. */
    private static String nameOf(String line) {
        String behindNumber = line.replaceFirst("^(not )?ok \\d+ ", "");
        int directive = behindNumber.indexOf(" # ");
        return directive < 0 ? behindNumber : behindNumber.substring(0, directive);
    }

    /**
     * Lines of the console, as far as they are there: the log of a run that was killed may end earlier than its
     * results.
     */
    List<String> part(int from, int behind) {
        int last = Math.min(behind, console.size());
        return from >= last ? List.of() : console.subList(from, last);
    }

    /** The lines of a suite. */
    Lines of(String suite) {
        return suites.getOrDefault(suite, new Lines(List.of(), List.of(), null));
    }

    /** The line behind the last suite. */
    int end() {
        return end;
    }
}
