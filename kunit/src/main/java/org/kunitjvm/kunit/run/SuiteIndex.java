package org.kunitjvm.kunit.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a jar of suites says of them, so that a start need not look into class files. It is an entry of the jar, and a
 * file beside it too, because reading the table of contents of a jar costs more than everything else about finding
 * suites. The first line names the initcalls of the program that the jar was made with, which saves looking for
 * services in every jar. A suite is a line, and behind it is its {@link SketchText}, of so many characters:
 *
 * <pre>
 *   initcalls {TAB class}
 *   class TAB name TAB config TAB init TAB link TAB stubs TAB characters
 * </pre>
 *
 * @param initcalls binary names of the classes
 * @param suites the suites, in link order
 */
public record SuiteIndex(List<String> initcalls, List<SuiteScanner.Found> suites) {
    private static final String INITCALLS = "initcalls";
    private static final String OF = "of";
    private static final String SEPARATOR = "\t";

    /** Copy. */
    public SuiteIndex {
        initcalls = List.copyOf(initcalls);
        suites = List.copyOf(suites);
    }

    /** The file beside a jar. */
    public static Path pathBeside(Path jar) {
        return jar.resolveSibling(jar.getFileName() + ".index");
    }

    /** The first line of the file beside a jar: it must speak of the very jar that is there. */
    private static String identity(Path jar) throws IOException {
        BasicFileAttributes facts = Files.readAttributes(jar, BasicFileAttributes.class);
        return OF + SEPARATOR + facts.size() + SEPARATOR + facts.lastModifiedTime().toMillis() + "\n";
    }

    /** The index beside a jar; {@code null} if there is none of this jar. */
    public static @Nullable SuiteIndex beside(Path jar) throws IOException {
        String text;
        try {
            text = new String(Files.readAllBytes(pathBeside(jar)), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return null;
        }
        String first = identity(jar);
        return text.startsWith(first) ? parse(text, first.length()) : null;
    }

    /** Write the index beside a jar that is complete. */
    public void writeBeside(Path jar) throws IOException {
        Files.writeString(pathBeside(jar), identity(jar) + text());
    }

    /** The text of the entry of a jar. */
    public String text() {
        StringBuilder text = new StringBuilder(INITCALLS);
        initcalls.forEach(name -> text.append(SEPARATOR).append(name));
        text.append('\n');
        for (SuiteScanner.Found found : suites) {
            StubReach stubs = found.stubs();
            text.append(String.join(SEPARATOR, found.className(), found.name(), found.config(),
                Boolean.toString(found.init()), Integer.toString(found.link()), stubs == null ? "" : stubs.name(),
                Integer.toString(found.sketch().length()))).append('\n').append(found.sketch());
        }
        return text.toString();
    }

    /** What {@link #text} gave. */
    static SuiteIndex read(byte[] text) throws IOException {
        return parse(new String(text, StandardCharsets.UTF_8), 0);
    }

    private static SuiteIndex parse(String text, int from) throws IOException {
        List<String> first = List.of(line(text, from).split(SEPARATOR, -1));
        if (!first.getFirst().equals(INITCALLS)) {
            throw new IOException("not an index of suites: " + line(text, from));
        }
        List<SuiteScanner.Found> suites = new ArrayList<>();
        int at = from + line(text, from).length() + 1;
        while (at < text.length()) {
            String line = line(text, at);
            at += line.length() + 1;
            String[] parts = line.split(SEPARATOR, -1);
            int end = parts.length == 7 ? at + Integer.parseInt(parts[6]) : Integer.MAX_VALUE;
            if (end > text.length()) {
                throw new IOException("not an index of suites: " + line);
            }
            suites.add(new SuiteScanner.Found(parts[0], parts[1], parts[2], Boolean.parseBoolean(parts[3]),
                Integer.parseInt(parts[4]), parts[5].isEmpty() ? null : StubReach.valueOf(parts[5]),
                text.substring(at, end)));
            at = end;
        }
        return new SuiteIndex(first.subList(1, first.size()), suites);
    }

    private static String line(String text, int from) {
        int end = text.indexOf('\n', from);
        return text.substring(from, end < 0 ? text.length() : end);
    }
}
