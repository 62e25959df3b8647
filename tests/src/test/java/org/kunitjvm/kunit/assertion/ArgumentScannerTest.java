package org.kunitjvm.kunit.assertion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** The scanner cuts the same argument texts out of a file as the compiler's own parser. */
final class ArgumentScannerTest {
    private static List<String> args(String call) {
        return ArgumentScanner.arguments(call, ArgumentScanner.findCall(call, "F", 0));
    }

    @Test
    void bracketsLiteralsAndCommentsDoNotEndAnArgument() {
        assertEquals(List.of(), args("F()"));
        assertEquals(List.of("a"), args("F(a)"));
        assertEquals(List.of("test", "g(a, b)", "x[i, j]"), args("F(test, g(a, b), x[i, j])"));
        assertEquals(List.of("new int[] {1, 2}", "y"), args("F(new int[] {1, 2}, y)"));
        assertEquals(List.of("\"a, \\\"b)\"", "')'", "'\\''"), args("F(\"a, \\\"b)\", ')', '\\'')"));
        assertEquals(List.of("a", "b"), args("F(a /* , c) */, // d)\n  b)"));
        assertEquals(List.of("\"\"\"\n x, \"y\" )\"\"\"", "z"), args("F(\"\"\"\n x, \"y\" )\"\"\", z)"));
        assertEquals(List.of("() -> { return 1; }"), args("F(() -> { return 1; })"));
    }

    @Test
    void whiteSpaceBecomesSingleBlanksOutsideOfLiterals() {
        assertEquals(List.of("a + b", "\"c  d\""), args("F(  a\n      +\tb ,\"c  d\" )"));
    }

    @Test
    void callIsFoundByItsWholeNameOutsideOfLiteralsAndComments() {
        String text = "GF(1); \"F(2)\"; /* F(3) */ F2(4); F (5);";
        assertEquals(List.of("5"), ArgumentScanner.arguments(text, ArgumentScanner.findCall(text, "F", 0)));
        assertEquals(-1, ArgumentScanner.findCall("F; // F(1)", "F", 0));
        assertNull(ArgumentScanner.arguments("F(a, (b", 1));
    }

    @Test
    void textThatIsNoJavaNeverMakesItFail() {
        for (long seed = 0; seed < 2000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            StringBuilder text = new StringBuilder("F(");
            for (int i = random.nextInt(60); i > 0; i--) {
                text.append("(){}[]\"'\\/*,\n aF".charAt(random.nextInt(16)));
            }
            String source = text.toString();
            for (int open = ArgumentScanner.findCall(source, "F", 0); open >= 0;
                open = ArgumentScanner.findCall(source, "F", open)) {
                List<String> found = ArgumentScanner.arguments(source, open);
                assertTrue(found == null || found.size() <= source.length(), "seed " + seed);
            }
        }
    }

    @Test
    void agreesWithTheCompilerOnEveryAssertionOfThisProject() throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(Path.of("src/test/java/org/kunitjvm"))) {
            files = walk.filter(f -> f.toString().endsWith(".java")).sorted().toList();
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        int[] compared = new int[1];
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(null, manager, null, List.of("-proc:none"), null,
                manager.getJavaFileObjectsFromPaths(files));
            Trees trees = Trees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                compare(unit, trees.getSourcePositions(), compared);
            }
        }
        assertTrue(compared[0] > 100, "only " + compared[0] + " calls were compared");
    }

    private static void compare(CompilationUnitTree unit, SourcePositions positions, int[] compared)
        throws IOException {
        String source = unit.getSourceFile().getCharContent(true).toString();
        unit.accept(new TreeScanner<Void, Void>() {
            @Override
            public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
                String name = call.getMethodSelect().toString();
                if (name.startsWith("KUNIT_") && !call.getArguments().isEmpty()) {
                    List<String> expected = new ArrayList<>();
                    for (ExpressionTree argument : call.getArguments()) {
                        expected.add(normalised(source.substring((int) positions.getStartPosition(unit, argument),
                            (int) positions.getEndPosition(unit, argument))));
                    }
                    int start = (int) positions.getStartPosition(unit, call);
                    int open = ArgumentScanner.findCall(source, name, start);
                    assertEquals(expected, ArgumentScanner.arguments(source, open),
                        unit.getSourceFile().getName() + ":" + unit.getLineMap().getLineNumber(start));
                    compared[0]++;
                }
                return super.visitMethodInvocation(call, nothing);
            }
        }, null);
    }

    /** White space as the scanner leaves it, by its own means: through a call with one argument. */
    private static String normalised(String text) {
        return String.join(", ", ArgumentScanner.arguments("(" + text + ")", 0));
    }
}
