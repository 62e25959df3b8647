package org.kunitjvm.kunit.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Class file sketches as lines of text, for an index that spares a start the reading of class files. A class is a line,
 * and each of its methods one behind it:
 *
 * <pre>
 *   class TAB name                 {TAB @descriptor {TAB element TAB value}}
 *   method TAB key TAB line        {TAB @descriptor {TAB element TAB value}}
 * </pre>
 */
final class SketchText {
    private static final String CLASS = "class";
    private static final String METHOD = "method";
    private static final String SEPARATOR = "\t";

    private SketchText() {
    }

    /** The text of a suite's classes; of their methods those that annotations are on, or that an annotation names. */
    static String encode(List<ClassFileSketch> sketches) {
        Set<String> named = new HashSet<>();
        sketches.forEach(sketch -> sketch.methods().forEach(method ->
            method.annotations().elements().values().forEach(elements -> named.addAll(elements.values()))));
        StringBuilder text = new StringBuilder();
        for (ClassFileSketch sketch : sketches) {
            text.append(CLASS).append(SEPARATOR).append(sketch.className());
            append(sketch.annotations(), text);
            text.append('\n');
            for (ClassFileSketch.MethodSketch method : sketch.methods()) {
                if (!method.annotations().elements().isEmpty() || named.contains(method.name())) {
                    text.append(METHOD).append(SEPARATOR).append(method.key()).append(SEPARATOR).append(method.line());
                    append(method.annotations(), text);
                    text.append('\n');
                }
            }
        }
        return text.toString();
    }

    private static void append(ClassFileSketch.Marks marks, StringBuilder text) {
        for (Map.Entry<String, Map<String, String>> annotation : marks.elements().entrySet()) {
            text.append(SEPARATOR).append('@').append(annotation.getKey());
            for (Map.Entry<String, String> element : annotation.getValue().entrySet()) {
                text.append(SEPARATOR).append(element.getKey()).append(SEPARATOR).append(escape(element.getValue()));
            }
        }
    }

    /** The classes that lines are of, in their order. */
    static List<ClassFileSketch> decode(String text) throws IOException {
        List<ClassFileSketch> sketches = new ArrayList<>();
        List<ClassFileSketch.MethodSketch> methods = new ArrayList<>();
        for (String line : text.split("\n")) {
            String[] parts = line.split(SEPARATOR, -1);
            if (parts.length >= 2 && parts[0].equals(CLASS)) {
                methods = new ArrayList<>();
                sketches.add(new ClassFileSketch(parts[1], marks(parts, 2), methods));
            } else if (parts.length >= 3 && parts[0].equals(METHOD) && !sketches.isEmpty()) {
                methods.add(new ClassFileSketch.MethodSketch(parts[1], marks(parts, 3), Integer.parseInt(parts[2])));
            } else {
                throw new IOException("not a line about a class: " + line);
            }
        }
        return sketches;
    }

    private static ClassFileSketch.Marks marks(String[] parts, int from) throws IOException {
        if (from == parts.length) {
            return ClassFileSketch.Marks.NONE;
        }
        Map<String, Map<String, String>> found = new LinkedHashMap<>();
        Map<String, String> elements = new LinkedHashMap<>();
        for (int i = from; i < parts.length; i++) {
            if (parts[i].startsWith("@")) {
                elements = new LinkedHashMap<>();
                found.put(parts[i].substring(1), elements);
            } else if (i + 1 < parts.length) {
                elements.put(parts[i], unescape(parts[++i]));
            } else {
                throw new IOException("an element without a value: " + parts[i]);
            }
        }
        return new ClassFileSketch.Marks(found);
    }

    /** A value in one field of one line. */
    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
    }

    private static String unescape(String field) {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        StringBuilder value = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c != '\\' || i + 1 == field.length()) {
                value.append(c);
                continue;
            }
            char escaped = field.charAt(++i);
            value.append(escaped == 't' ? '\t' : escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : escaped);
        }
        return value.toString();
    }
}
