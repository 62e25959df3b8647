package org.kunitjvm.kunit.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The face of a class changes with what the compiler would tell its users, and with nothing else. */
class ClassFaceTest {
    private static final String SOURCE = """
        package p;
        class A {
            static final int SIZE = 4;
            int count;
            private int hidden;
            int twice(int x) { return 2 * x; }
            private void secret() { }
            static class Nested { }
            enum Kind { ONE, TWO }
            record Pair(int left) { }
            sealed interface Shape permits Circle, Square { }
            record Circle() implements Shape { }
            record Square() implements Shape { }
            static class Child extends Nested { private int own; }
        }
        """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "return 2 * x;         | return 3 * x;",
        "return 2 * x;         | Runnable r = () -> { }; r.run(); return x;",
        "return 2 * x;         | return new Object() { int y = 2; }.y * x;",
        "return 2 * x;         | class Local { } return new Local().hashCode();",
        "return 2 * x;         | return switch (Kind.ONE) { case ONE -> x; case TWO -> 2; };",
        "private int hidden;   | private long other; private static final int MORE = 1;",
        "private void secret() | private int secret(int x) { return x; } private void more()",
        "class A {             | /** Comment. */ class A {",
    })
    void staysTheSame(String from, String to) throws IOException {
        assertEquals(Map.of(), difference(from, to));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "SIZE = 4                | SIZE = 5",
        "int count;              | long count;",
        "int count;              | protected int count;",
        "int twice(int x)        | long twice(int x)",
        "int twice(int x)        | int twice(int x) throws java.io.IOException",
        "int twice(int x)        | @Deprecated int twice(int x)",
        "int twice(int x)        | <T> int twice(int x)",
        "private void secret()   | void secret()",
        "class A {               | final class A {",
        "class A {               | class A implements Runnable { public void run() { }",
        "class A {               | class A extends Thread {",
        "static class Nested     | static private class Nested",
        "ONE, TWO                | ONE, TWO, THREE",
        "Pair(int left)          | Pair(int left, int right)",
        "class Nested { }        | class Nested { } static class Another { }",
        "class Nested { }        | class Nested { int own; }",
        "private int own;        | private int count;",
    })
    void changes(String from, String to) throws IOException {
        assertFalse(difference(from, to).isEmpty());
    }

    @Test
    void oneMoreKindOfASealedTypeChangesIt() throws IOException {
        assertTrue(difference("permits Circle, Square { }",
            "permits Circle, Square, Line { } record Line() implements Shape { }").containsKey("A$Shape.class"));
    }

    @Test
    void localAndAnonymousClassesHaveNone() throws IOException {
        Map<String, @Nullable ClassFace> faces = faces(SOURCE.replace("return 2 * x;",
            "class Local { } new Object() { }; return x;"));

        assertTrue(faces.containsKey("A$1.class") && faces.get("A$1.class") == null, faces.keySet().toString());
        assertTrue(faces.containsKey("A$1Local.class") && faces.get("A$1Local.class") == null);
    }

    @Test
    void namesItsSource() throws IOException {
        faces(SOURCE);

        assertEquals("A.java", ClassFace.source(Files.readAllBytes(folder.resolve("out/p/A$Nested.class"))));
    }

    /** The visible classes whose faces an edit changes. */
    private Map<String, @Nullable ClassFace> difference(String from, String to) throws IOException {
        assertTrue(SOURCE.contains(from), from);
        Map<String, @Nullable ClassFace> before = faces(SOURCE);
        Map<String, @Nullable ClassFace> after = faces(SOURCE.replace(from, to));
        before.forEach((name, face) -> {
            if (face != null && face.equals(after.get(name))) {
                after.remove(name);
            }
        });
        after.values().removeIf(face -> face == null);
        return after;
    }

    private Map<String, @Nullable ClassFace> faces(String source) throws IOException {
        Path output = folder.resolve("out");
        if (Files.exists(output)) {
            try (Stream<Path> files = Files.list(output.resolve("p"))) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
        Files.createDirectories(output);
        Path file = Files.writeString(folder.resolve("A.java"), source);
        assertEquals("", Javac.compile(List.of(file), List.of(), output));
        Map<String, @Nullable ClassFace> faces = new TreeMap<>();
        try (Stream<Path> files = Files.list(output.resolve("p"))) {
            for (Path each : files.toList()) {
                faces.put(each.getFileName().toString(), ClassFace.of(Files.readAllBytes(each)));
            }
        }
        return faces;
    }
}
