package org.kunitjvm.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Tags;
import org.junit.jupiter.api.Test;

/**
 * Every feature that the project promises names the tests that show it. A test says which rows it shows by
 * {@code @Tag("M-031")}; this test joins the tags with the list of rows, writes the table to {@code target/parity.md},
 * and fails for a row without a test.
 */
final class ParityTableTest {
    private static final Path TABLE = Path.of("target", "parity.md");

    private static Map<String, String> read(String resource) throws IOException {
        Map<String, String> rows = new LinkedHashMap<>();
        try (InputStream in = Objects.requireNonNull(ParityTableTest.class.getResourceAsStream("/parity/" + resource),
            resource)) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                if (!line.startsWith("#") && !line.isBlank()) {
                    String[] columns = line.split("\t", 2);
                    assertEquals(2, columns.length, line);
                    rows.put(columns[0], columns[1]);
                }
            }
        }
        return rows;
    }

    private static Map<String, TreeSet<String>> testsByTag() {
        Map<String, TreeSet<String>> tests = new TreeMap<>();
        JavaClasses classes = new ClassFileImporter().importPath(Path.of("target", "test-classes"));
        for (JavaClass type : classes) {
            collect(tests, type.getAnnotations(), type.getSimpleName());
            for (JavaMethod method : type.getMethods()) {
                collect(tests, method.getAnnotations(), type.getSimpleName() + "." + method.getName());
            }
        }
        return tests;
    }

    private static void collect(Map<String, TreeSet<String>> tests, Iterable<? extends JavaAnnotation<?>> annotations,
        String test) {
        for (JavaAnnotation<?> annotation : annotations) {
            if (annotation.getRawType().isEquivalentTo(Tag.class)) {
                tests.computeIfAbsent((String) annotation.get("value").orElseThrow(), tag -> new TreeSet<>()).add(test);
            } else if (annotation.getRawType().isEquivalentTo(Tags.class)) {
                for (Object tag : (Object[]) annotation.get("value").orElseThrow()) {
                    collect(tests, List.of((JavaAnnotation<?>) tag), test);
                }
            }
        }
    }

    @Test
    void everyRowNamesATestOrAReason() throws IOException {
        Map<String, String> rows = read("rows.tsv");
        Map<String, String> exceptions = read("exceptions.tsv");
        Map<String, TreeSet<String>> tests = testsByTag();
        assertTrue(rows.size() > 150, "rows read: " + rows.size());

        StringBuilder table = new StringBuilder("| Id | Feature | Shown by |\n| --- | --- | --- |\n");
        List<String> empty = new ArrayList<>();
        rows.forEach((id, feature) -> {
            TreeSet<String> shownBy = tests.getOrDefault(id, new TreeSet<>());
            String text = shownBy.isEmpty() ? exceptions.getOrDefault(id, "") : String.join("<br>", shownBy);
            if (text.isEmpty()) {
                empty.add(id + " " + feature);
            }
            table.append("| ").append(id).append(" | ").append(feature).append(" | ").append(text).append(" |\n");
        });
        Files.writeString(TABLE, table);
        assertEquals("", String.join("\n", empty), "rows that no test names; see " + TABLE.toAbsolutePath());
    }

    @Test
    void tagsNameRowsThatExist() throws IOException {
        Map<String, String> rows = read("rows.tsv");
        TreeSet<String> unknown = new TreeSet<>();
        for (String tag : testsByTag().keySet()) {
            if (tag.matches("[KM]-\\d+") && !rows.containsKey(tag)) {
                unknown.add(tag);
            }
        }
        assertEquals(new TreeSet<String>(), unknown);
    }

    @Test
    void exceptionsAreRowsWithoutATest() throws IOException {
        Map<String, TreeSet<String>> tests = testsByTag();
        for (String id : read("exceptions.tsv").keySet()) {
            assertTrue(read("rows.tsv").containsKey(id) && !tests.containsKey(id), id);
        }
    }
}
