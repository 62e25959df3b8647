package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;

/** The reports of runs of real suites on the modelled kernel. */
class ReportFilesTest {
    private static final String KCONFIG = """
        config KUNIT
        \tbool "KUnit"
        config KUNIT_DEFAULT_ENABLED
        \tbool "Enabled"
        \tdepends on KUNIT
        \tdefault y
        config SAMPLE_GOOD_KUNIT_TEST
        \tbool "Good"
        \tdepends on KUNIT
        config SAMPLE_BAD_KUNIT_TEST
        \tbool "Bad"
        \tdepends on KUNIT
        """;
    /** What Jenkins, GitLab and Bazel know of each element. */
    private static final Map<String, Set<String>> CHILDREN = Map.of("testsuites", Set.of("testsuite"), "testsuite",
        Set.of("testsuite", "testcase", "properties", "system-out"), "properties", Set.of("property"), "testcase",
        Set.of("failure", "error", "skipped", "system-out"), "property", Set.of(), "failure", Set.of(), "error",
        Set.of(), "skipped", Set.of(), "system-out", Set.of());
    private static final Map<String, Set<String>> ATTRIBUTES = Map.of("testsuites", Set.of(), "testsuite",
        Set.of("name", "tests", "failures", "errors", "skipped", "time", "timestamp", "file"), "testcase",
        Set.of("name", "classname", "file", "line", "time"), "property", Set.of("name", "value"), "failure",
        Set.of("type", "message"), "error", Set.of("type", "message"), "properties", Set.of(), "skipped", Set.of(),
        "system-out", Set.of());

    @TempDir
    Path root;
    private CliRun cli;
    private Path suites;

    @BeforeEach
    void project() {
        cli = new CliRun(root).onRealKernels().write("Kconfig", KCONFIG)
            .write("good/.kunitconfig", "CONFIG_KUNIT=y\nCONFIG_SAMPLE_GOOD_KUNIT_TEST=y\n")
            .write("bad/.kunitconfig",
            "CONFIG_KUNIT=y\nCONFIG_SAMPLE_GOOD_KUNIT_TEST=y\nCONFIG_SAMPLE_BAD_KUNIT_TEST=y\n")
            .write(".git/HEAD", "0123456789abcdef0123456789abcdef01234567\n");
        suites = cli.sampleSuites();
    }

    private CliRun.Result run(String config, String... words) {
        List<String> all = new ArrayList<>(List.of("run", "--kunitconfig=" + config, "--suite_path=" + suites));
        all.addAll(List.of(words));
        return cli.run(all.toArray(String[]::new));
    }

    private String file(String name) {
        String text = cli.read(name);
        assertNotNull(text, name);
        return text;
    }

    private static Document xml(String text) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(text)));
    }

    private static void assertKnown(Element element) {
        String name = element.getTagName();
        for (int i = 0; i < element.getAttributes().getLength(); i++) {
            String attribute = element.getAttributes().item(i).getNodeName();
            assertTrue(ATTRIBUTES.get(name).contains(attribute), name + " has " + attribute);
        }
        for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element inner) {
                assertTrue(CHILDREN.get(name).contains(inner.getTagName()), name + " has " + inner.getTagName());
                assertKnown(inner);
            }
        }
    }

    private static Element testcase(Document document, String name) {
        for (int i = 0; i < document.getElementsByTagName("testcase").getLength(); i++) {
            Element element = (Element) document.getElementsByTagName("testcase").item(i);
            if (element.getAttribute("name").equals(name)) {
                return element;
            }
        }
        throw new AssertionError("no test case " + name);
    }

    @Test
    void junitHasPlaceTimeAndOutput() throws Exception {
        run("bad", "--junit=out.xml", "--seed=7");

        Document document = xml(file("out.xml"));
        assertKnown(document.getDocumentElement());
        assertEquals("main", document.getDocumentElement().getAttribute("name"));
        assertEquals("8", document.getDocumentElement().getAttribute("tests"));
        assertTrue(file("out.xml").contains("<property name=\"seed\" value=\"7\"/>"), file("out.xml"));
        assertTrue(file("out.xml").contains("<property name=\"commit\" value=\"0123456789abcdef"), file("out.xml"));
        Element fails = testcase(document, "fails");
        assertEquals("sample_bad", fails.getAttribute("classname"));
        assertTrue(fails.getAttribute("time").matches("[0-9]+\\.[0-9]{3}"), fails.getAttribute("time"));
        Element failure = (Element) fails.getElementsByTagName("failure").item(0);
        assertEquals("expectation", failure.getAttribute("type"));
        assertEquals("Expected found == 4, but", failure.getAttribute("message"));
        assertTrue(failure.getTextContent().contains("Expected found == 4, but"), failure.getTextContent());
        assertTrue(fails.getElementsByTagName("system-out").item(0).getTextContent().contains("EXPECTATION FAILED"));
        assertEquals("no such machine", testcase(document, "skips").getElementsByTagName("skipped").item(0)
            .getTextContent());
    }

    @Test
    void bazelFindsItsXml() throws Exception {
        cli.environment("XML_OUTPUT_FILE", root.resolve("test.xml").toString());
        CliRun.Result result = run("bad");

        assertFalse(result.out().contains("<testsuite"), result.out());
        assertKnown(xml(file("test.xml")).getDocumentElement());
        assertTrue(file("test.xml").contains("Expected found == 4, but"));
    }

    @Test
    void junitFileHasEveryKernelOfAnIsolatedRun() throws Exception {
        run("bad", "--junit=out.xml", "--run_isolated=suite");

        Document document = xml(file("out.xml"));
        assertKnown(document.getDocumentElement());
        assertEquals("testsuites", document.getDocumentElement().getTagName());
        assertEquals(8, document.getElementsByTagName("testcase").getLength());
    }

    @Test
    void htmlShowsTheFailuresAndTheKernelAtEach() {
        CliRun.Result result = run("bad", "--html");

        assertTrue(result.out().contains("Test results stored in " + root.resolve(".kunit/report.html")), result.out());
        String page = file(".kunit/report.html");
        for (String part : List.of("kunit: 2 of 8 tests failed", "id=\"case-1-sample_bad.fails\"",
            "Expected found == 4, but", "Who ran when", "sample_bad.skips", "no such machine",
            "0123456789abcdef0123456789abcdef01234567", "bin/kunit run --kunitconfig=bad --suite_path=" + suites
            + " sample_bad.fails")) {
            assertTrue(page.contains(part), part);
        }
        assertEquals(List.of("sample_bad.crashes.json", "sample_bad.fails.json"),
            cli.list(".kunit/runs/latest/snapshots/1"));
    }

    @Test
    void nobodyTakesPicturesThatNobodyWants() {
        run("bad");
        assertEquals(List.of(), cli.list(".kunit/runs/latest/snapshots"));
        assertNull(cli.read(".kunit/report.html"));

        run("good", "--html");
        assertEquals(List.of(), cli.list(".kunit/runs/latest/snapshots"));
        assertTrue(file(".kunit/report.html").contains("kunit: 3 tests passed"));
    }

    @Test
    void htmlIsTheSameButForTimes() {
        run("bad", "--html=one.html", "--jobs=1");
        String one = timeless(file("one.html"));
        run("bad", "--html=two.html", "--jobs=2");

        assertEquals(one.replace("--jobs=1", "--jobs=2").replace("one.html", "two.html"), timeless(file("two.html")));
    }

    private static String timeless(String page) {
        // The slowest tests stand in the order of their times.
        return page.replaceAll("(?s)<section id=\"slowest\">.*?</section>", "").replaceAll("[0-9.]+ (ms|s)\\b", "T")
            .replaceAll("20\\d\\d-[0-9T:.-]+Z", "D");
    }

    @Test
    void kcidbIsPrintedOrStored() {
        assertTrue(run("bad", "--kcidb").out().contains("\"path\" : \"kunit.sample_bad.fails\""));
        run("bad", "--kcidb=kcidb.json");
        assertTrue(file("kcidb.json").contains("\"origin\" : \"kunit_jvm\""));
        cli.environment("KCIDB_ORIGIN", "my_ci");
        run("bad", "--kcidb=kcidb.json");
        assertTrue(file("kcidb.json").contains("\"origin\" : \"my_ci\""));
        cli.environment("KCIDB_ORIGIN", "My CI");
        CliRun.Result wrong = run("bad", "--kcidb=kcidb.json");
        assertTrue(wrong.err().contains("kunit: KCIDB_ORIGIN=My CI: an origin has lower case letters"), wrong.err());
    }

    @Test
    void codeQualityIsStored() {
        run("bad", "--code-quality");

        assertTrue(file("gl-code-quality-report.json").contains("\"check_name\" : \"kunit.expectation\""));
    }

    @Test
    void githubGetsAnnotationsByItselfOrWhenAsked() {
        assertFalse(run("bad").err().contains("::error"));
        assertTrue(run("bad", "--github").err().contains("title=sample_bad.fails::# fails: EXPECTATION FAILED at "));
        cli.environment("GITHUB_ACTIONS", "true");
        assertTrue(run("bad").err().contains("title=sample_bad.crashes::"));
        assertFalse(run("good").err().contains("::error"));
    }
}
