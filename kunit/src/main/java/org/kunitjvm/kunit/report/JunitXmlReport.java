package org.kunitjvm.kunit.report;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.ktap.TestCounts;
import org.kunitjvm.kunit.ktap.TestResult;
import org.kunitjvm.kunit.ktap.TestStatus;

/**
 * Write results as {@code --junit} does: nested test suites, indented by two blanks, no times unless
 * {@link CaseDetails} has them. Logs are there only if the parser was told to keep them. Characters that XML cannot
 * hold are shown as {@code \xNN}. Models tools/testing/kunit/kunit_junit.py.
 */
public final class JunitXmlReport {
    /** Suites nested deeper are written as one case each: readers, and the JDK's writer, have limits of their own. */
    static final int MAX_NESTED = 1000;

    private static final int MAX_INDENTED = 40;
    private static final String BLANKS = " ".repeat(2 * MAX_INDENTED);

    private final CaseDetails details;

    public JunitXmlReport(CaseDetails details) {
        this.details = details;
    }

    /**
     * Write {@code root} and all below it as a document in UTF-8 terms to {@code out}, which is flushed and left open.
     */
    public void write(TestResult root, Writer out) throws IOException {
        document(out, xml -> writeTree(root, 0, xml));
    }

    /**
     * A run of one kernel, with its details.
     *
     * @param root what the kernel's console said
     */
    public record Kernel(TestResult root, CaseDetails details) { }

    /** Write the runs of several kernels as one document. One alone stands for itself, as in kunit.py. */
    public static void write(List<Kernel> kernels, Writer out) throws IOException {
        if (kernels.size() == 1) {
            new JunitXmlReport(kernels.getFirst().details()).write(kernels.getFirst().root(), out);
            return;
        }
        document(out, xml -> {
            newLine(0, xml);
            xml.writeStartElement("testsuites");
            for (Kernel kernel : kernels) {
                new JunitXmlReport(kernel.details()).writeTree(kernel.root(), 1, xml);
            }
            newLine(0, xml);
            xml.writeEndElement();
        });
    }

    private interface Content {
        void write(XMLStreamWriter xml) throws XMLStreamException;
    }

    private static void document(Writer out, Content content) throws IOException {
        try {
            XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out);
            xml.writeStartDocument("utf-8", "1.0");
            content.write(xml);
            xml.writeEndDocument();
            xml.flush();
            out.flush();
        } catch (XMLStreamException e) {
            throw new IOException("cannot write the JUnit XML report: " + e.getMessage(), e);
        }
    }

    private record Open(TestResult group, Iterator<TestResult> subtests) { }

    private void writeTree(TestResult root, int top, XMLStreamWriter xml) throws XMLStreamException {
        ArrayDeque<Open> stack = new ArrayDeque<>();
        stack.push(start(root, top, xml));
        while (!stack.isEmpty()) {
            Open open = stack.element();
            int depth = top + stack.size();
            if (!open.subtests().hasNext()) {
                stack.pop();
                if (!open.group().subtests().isEmpty()) {
                    newLine(depth - 1, xml);
                }
                xml.writeEndElement();
                continue;
            }
            TestResult test = open.subtests().next();
            if (test.isGroup() && depth < MAX_NESTED) {
                stack.push(start(test, depth, xml));
            } else {
                writeCase(test, depth, xml);
            }
        }
    }

    private Open start(TestResult group, int depth, XMLStreamWriter xml) throws XMLStreamException {
        newLine(depth, xml);
        TestCounts counts = group.counts();
        xml.writeStartElement("testsuite");
        attribute("name", group.name(), xml);
        attribute("tests", Long.toString(counts.total()), xml);
        attribute("failures", Long.toString(counts.failed()), xml);
        attribute("skipped", Long.toString(counts.skipped()), xml);
        attribute("errors", Long.toString(counts.crashed() + counts.errors()), xml);
        CaseDetails.@Nullable Detail detail = details.of(group);
        place(detail, xml);
        if (group.parent() == null) {
            run(depth, xml);
        } else if (detail != null && !group.log().isEmpty()) {
            element("system-out", String.join("\n", group.log().lines()), depth + 1, xml);
        }
        return new Open(group, group.subtests().iterator());
    }

    /** What is true of the whole run. */
    private void run(int depth, XMLStreamWriter xml) throws XMLStreamException {
        String timestamp = details.timestamp();
        if (timestamp != null) {
            attribute("timestamp", timestamp, xml);
        }
        if (details.properties().isEmpty()) {
            return;
        }
        newLine(depth + 1, xml);
        xml.writeStartElement("properties");
        for (Map.Entry<String, String> property : details.properties().entrySet()) {
            newLine(depth + 2, xml);
            xml.writeEmptyElement("property");
            attribute("name", property.getKey(), xml);
            attribute("value", property.getValue(), xml);
        }
        newLine(depth + 1, xml);
        xml.writeEndElement();
    }

    private void writeCase(TestResult test, int depth, XMLStreamWriter xml) throws XMLStreamException {
        CaseDetails.@Nullable Detail detail = details.of(test);
        boolean log = !test.log().isEmpty();
        boolean content = log || test.status() == TestStatus.FAILURE || test.status() == TestStatus.SKIPPED
                || test.status() == TestStatus.CRASHED;
        newLine(depth, xml);
        if (!content) {
            xml.writeEmptyElement("testcase");
            attribute("name", test.name(), xml);
            place(detail, xml);
            return;
        }
        xml.writeStartElement("testcase");
        attribute("name", test.name(), xml);
        place(detail, xml);
        String failure = detail == null ? null : detail.failure();
        switch (test.status()) {
            case FAILURE -> failure("failure", failure == null ? "Test Failed" : failure, detail, depth + 1, xml);
            case SKIPPED -> element("skipped", test.skipReason(), depth + 1, xml);
            case CRASHED -> failure("error", failure == null ? "Test Crashed" : failure, detail, depth + 1, xml);
            case SUCCESS, NO_TESTS, FAILURE_TO_PARSE -> { }
        }
        if (log) {
            element("system-out", String.join("\n", test.log().lines()), depth + 1, xml);
        }
        newLine(depth, xml);
        xml.writeEndElement();
    }

    private static void failure(String name, String text, CaseDetails.@Nullable Detail detail, int depth,
        XMLStreamWriter xml) throws XMLStreamException {
        newLine(depth, xml);
        xml.writeStartElement(name);
        if (detail != null && !detail.type().isEmpty()) {
            attribute("type", detail.type(), xml);
            attribute("message", detail.message(), xml);
        }
        xml.writeCharacters(ControlText.escapeForXml(text));
        xml.writeEndElement();
    }

    private static void place(CaseDetails.@Nullable Detail detail, XMLStreamWriter xml) throws XMLStreamException {
        if (detail == null) {
            return;
        }
        if (!detail.className().isEmpty()) {
            attribute("classname", detail.className(), xml);
        }
        String file = detail.file();
        if (file != null) {
            attribute("file", file, xml);
        }
        if (detail.line() > 0) {
            attribute("line", Integer.toString(detail.line()), xml);
        }
        if (detail.seconds() >= 0) {
            attribute("time", String.format(Locale.ROOT, "%.3f", detail.seconds()), xml);
        }
    }

    private static void element(String name, String text, int depth, XMLStreamWriter xml) throws XMLStreamException {
        newLine(depth, xml);
        if (text.isEmpty()) {
            xml.writeEmptyElement(name);
            return;
        }
        xml.writeStartElement(name);
        xml.writeCharacters(ControlText.escapeForXml(text));
        xml.writeEndElement();
    }

    private static void attribute(String name, String value, XMLStreamWriter xml) throws XMLStreamException {
        xml.writeAttribute(name, ControlText.escapeForXml(value));
    }

    private static void newLine(int depth, XMLStreamWriter xml) throws XMLStreamException {
        xml.writeCharacters("\n");
        xml.writeCharacters(BLANKS.substring(0, 2 * Math.min(depth, MAX_INDENTED)));
    }
}
