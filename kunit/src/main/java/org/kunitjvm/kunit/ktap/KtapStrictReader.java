package org.kunitjvm.kunit.ktap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Check that text is KTAP exactly as KUnit prints it: the opposite of the tolerant {@link KtapParser}, for testing
 * writers.
 *
 * <p>Three levels, at 0, 4 and 8 blanks: the run, its suites, the cases of a suite; parameters stand at 8.
 * <pre>
 *   KTAP version 1, plan, suites        every line is at exactly its level's indentation
 *       KTAP version 1, # Subtest:, attributes, plan, cases
 *           KTAP version 1, # Subtest:, [plan], parameters
 * </pre>
 * Each level is closed by the result line of its name on the level above. Numbers count from 1 without gaps, plans are
 * exact, {@code pass: fail: skip: total:} lines agree with the results they count, and what fails below fails above.
 * Between these lines stand only diagnostics ({@code # …}) and the text of a failed check; anything else is stray,
 * unless kernel lines are allowed. Push lines, then ask for {@link #finish}.
 */
public final class KtapStrictReader {
    private static final int STEP = 4;
    private static final int LEVELS = 3;
    private static final String VERSION = "KTAP version 1";
    private static final String SUBTEST = "# Subtest: ";
    private static final String SKIP = " # SKIP";

    /** What a level waits for. */
    private enum State { CLOSED, HEADER, ATTRIBUTES, RESULTS }

    /** The block open at one level, and the tally of its results. */
    private static final class Block {
        State state = State.CLOSED;
        String name = "";
        long plan = TestResult.NO_PLAN;
        long results;
        final long[] tally = new long[3];
        final long[] leaves = new long[3];

        void reset(State newState) {
            state = newState;
            name = "";
            plan = TestResult.NO_PLAN;
            results = 0;
            Arrays.fill(tally, 0);
            Arrays.fill(leaves, 0);
        }
    }

    private static final int PASS = 0;
    private static final int FAIL = 1;
    private static final int SKIPPED = 2;

    private final boolean kernelLines;
    private final List<String> problems = new ArrayList<>();
    private final Block[] blocks = new Block[LEVELS];
    private int lineNumber;
    private boolean failureText;
    private boolean suiteInitFailed;
    private long cases;

    /** Create a reader; {@code kernelLines} allows any other line of a kernel's console between the lines of KTAP. */
    public KtapStrictReader(boolean kernelLines) {
        this.kernelLines = kernelLines;
        for (int i = 0; i < LEVELS; i++) {
            blocks[i] = new Block();
        }
    }

    /** Read {@code text} whole and return what is wrong with it, empty if nothing. */
    public static List<String> check(String text, boolean kernelLines) {
        KtapStrictReader reader = new KtapStrictReader(kernelLines);
        text.lines().forEach(reader::accept);
        return reader.finish();
    }

    /** Take in the next line, without line end. */
    public void accept(String line) {
        lineNumber++;
        int indent = indent(line);
        String text = line.substring(indent);
        if (lineNumber == 1) {
            if (!line.equals(VERSION)) {
                problem("the first line is not '" + VERSION + "'");
            }
            blocks[0].state = State.ATTRIBUTES;
        } else if (text.equals(VERSION)) {
            open(indent);
        } else if (text.startsWith(SUBTEST)) {
            header(indent, text.substring(SUBTEST.length()));
        } else if (isPlan(text)) {
            plan(indent, text);
        } else if (text.startsWith("ok ") || text.startsWith("not ok ")) {
            result(indent, text);
        } else if (text.startsWith("#")) {
            diagnostic(indent, text);
        } else {
            other(line);
        }
    }

    /** Return every problem in order, each with its line; call once, after the last line. */
    public List<String> finish() {
        lineNumber++;
        if (blocks[2].state != State.CLOSED || blocks[1].state != State.CLOSED) {
            problem("the run ends inside '" + blocks[blocks[2].state != State.CLOSED ? 2 : 1].name + "'");
        }
        if (blocks[0].plan == TestResult.NO_PLAN) {
            problem("the run has no plan");
        } else if (blocks[0].results != blocks[0].plan) {
            problem("the run has " + blocks[0].results + " suites of " + blocks[0].plan + " planned");
        }
        return List.copyOf(problems);
    }

    /** Return how many result lines of cases were read; parameters are not cases. */
    public long cases() {
        return cases;
    }

    private void open(int indent) {
        int level = level(indent);
        if (level < 1) {
            problem("version line at indentation " + indent);
            return;
        }
        if (blocks[level - 1].state != State.RESULTS || blocks[level].state != State.CLOSED) {
            problem("version line inside '" + blocks[level].name + "'");
        }
        blocks[level].reset(State.HEADER);
        failureText = false;
    }

    private void header(int indent, String name) {
        int level = level(indent);
        if (level < 1 || blocks[level].state != State.HEADER) {
            problem("header of '" + name + "' without a version line before it");
            return;
        }
        blocks[level].name = name;
        // Parameters need no plan, so results may follow at once.
        blocks[level].state = level == 2 ? State.RESULTS : State.ATTRIBUTES;
    }

    private static boolean isPlan(String text) {
        return text.startsWith("1..") && text.length() > 3 && PySpace.skipDigits(text, 3) == text.length();
    }

    private void plan(int indent, String text) {
        int level = level(indent);
        if (level < 0) {
            problem("plan at indentation " + indent);
            return;
        }
        Block block = blocks[level];
        boolean expected = level == 2 ? block.state == State.RESULTS && block.results == 0 && block.plan < 0
                : block.state == State.ATTRIBUTES;
        if (!expected) {
            problem("plan where none is due");
        }
        block.plan = number(text, 3, text.length());
        block.state = State.RESULTS;
    }

    private void result(int indent, String text) {
        failureText = false;
        int level = level(indent);
        int at = text.startsWith("ok ") ? 3 : 7;
        int end = PySpace.skipDigits(text, at);
        if (level < 0 || end == at || !text.startsWith(" ", end)) {
            problem("malformed result line '" + text + "' at indentation " + indent);
            return;
        }
        int skip = text.indexOf(SKIP, end);
        String name = text.substring(end + 1, skip < 0 ? text.length() : Math.max(skip, end + 1));
        int kind = skip >= 0 ? SKIPPED : at == 3 ? PASS : FAIL;
        if (blocks[level].state != State.RESULTS) {
            problem("result of '" + name + "' before the plan");
        }
        numbered(level, number(text, at, end), name);
        Block below = level + 1 < LEVELS ? blocks[level + 1] : null;
        boolean parent = below != null && below.state != State.CLOSED;
        if (below != null && parent) {
            close(below, name, kind);
        } else if (level == 0 && !suiteInitFailed) {
            problem("result of suite '" + name + "' without the suite");
        }
        count(level, kind, parent ? below : null);
        suiteInitFailed = false;
    }

    private void numbered(int level, long number, String name) {
        Block block = blocks[level];
        block.results++;
        if (number != block.results) {
            problem("'" + name + "' has number " + number + ", expected " + block.results);
        }
        if (level == 1) {
            cases++;
        }
        if (block.plan >= 0 && block.results > block.plan) {
            problem("'" + name + "' is more than the plan of " + block.plan);
        }
    }

    private void close(Block block, String name, int kind) {
        if (!block.name.equals(name)) {
            problem("result of '" + name + "' closes '" + block.name + "'");
        }
        if (block.state != State.RESULTS) {
            problem("'" + name + "' ends before its plan");
        } else if (block.plan >= 0 && block.results < block.plan) {
            problem("'" + name + "' has " + block.results + " results of " + block.plan + " planned");
        }
        if (block.tally[FAIL] > 0 && kind != FAIL) {
            problem("'" + name + "' is ok though something in it is not");
        }
    }

    private void count(int level, int kind, @Nullable Block closed) {
        Block block = blocks[level];
        block.tally[kind]++;
        if (closed == null) {
            block.leaves[kind]++;
        } else {
            // A parameterised case without parameters counts as a case, and has no leaves.
            for (int i = 0; i < block.leaves.length; i++) {
                block.leaves[i] += closed.leaves[i];
            }
        }
        if (closed != null) {
            closed.reset(State.CLOSED);
        }
    }

    private void diagnostic(int indent, String text) {
        failureText = text.contains("EXPECTATION FAILED at ") || text.contains("ASSERTION FAILED at ");
        suiteInitFailed |= text.contains("# failed to initialize (");
        int pass = text.indexOf(": pass:");
        if (pass < 0 || !text.startsWith("# ")) {
            return;
        }
        String name = text.substring(2, pass);
        int level = level(indent) + 1;
        if (level < 1 || level >= LEVELS || blocks[level].state == State.CLOSED) {
            problem("statistics of '" + name + "' outside it");
            return;
        }
        boolean totals = name.equals("Totals");
        if (!totals && !blocks[level].name.equals(name)) {
            problem("statistics of '" + name + "' inside '" + blocks[level].name + "'");
        }
        String expected = statistics(totals ? blocks[level].leaves : blocks[level].tally);
        if (!text.substring(pass + 2).equals(expected)) {
            problem("statistics of '" + name + "' should be '" + expected + "'");
        }
    }

    private static String statistics(long[] tally) {
        return "pass:" + tally[PASS] + " fail:" + tally[FAIL] + " skip:" + tally[SKIPPED] + " total:"
                + (tally[PASS] + tally[FAIL] + tally[SKIPPED]);
    }

    private void other(String line) {
        if (!failureText && !kernelLines) {
            problem("stray line '" + line + "'");
        }
    }

    private static int indent(String line) {
        int i = 0;
        while (i < line.length() && line.charAt(i) == ' ') {
            i++;
        }
        return i;
    }

    private static int level(int indent) {
        return indent % STEP == 0 && indent / STEP < LEVELS ? indent / STEP : -1;
    }

    private static long number(String text, int from, int to) {
        return to - from > 18 ? Long.MAX_VALUE : Long.parseLong(text, from, to, 10);
    }

    private void problem(String text) {
        problems.add("line " + lineNumber + ": " + text);
    }
}
