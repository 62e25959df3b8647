package org.kunitjvm.kunit.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kunit.ktap.KtapParser.KeepLogs;
import org.kunitjvm.kunit.ktap.KunitRelease;
import org.kunitjvm.kunit.report.CaseDetails.Detail;
import org.kunitjvm.kunit.report.KtapConsumer.Options;
import org.kunitjvm.kunit.report.KtapConsumer.Show;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import org.kunitjvm.kunit.report.PrettyPrinter.Screen;

/** K-080, K-081: JSON as Python writes it, JUnit XML that readers accept. */
class ReportsTest {
    private static final String LOG = """
            KTAP version 1
            1..2
            # Subtest: s
            1..5
            ok 1 a
            # b: first
              second <&>
            not ok 2 b
            ok 3 c # SKIP no "device"
            # Subtest: e
            1..0
            ok 4 e
            # Subtest: p
            ok 1 one
            not ok 2 two
            not ok 5 p
            not ok 1 s
            """;

    private static ToolRun run(KeepLogs keep) {
        return ToolRun.parse(LOG, new Options(KunitRelease.V7_2, Screen.NONE, Show.ALL, keep));
    }

    @Test
    void jsonPutsGroupsBeforeCasesAndCountsFrom70() {
        String json = ToolRun.parse("KTAP version 1\n1..1\n# Subtest: s\n1..1\nok 1 a\nok 1 s\n")
                .json(KunitRelease.V7_0, RunMetadata.of("um", ".kunit"));

        assertEquals("""
                {
                    "name": "KUnit Test Group",
                    "sub_groups": [
                        {
                            "name": "s",
                            "sub_groups": [],
                            "test_cases": [
                                {
                                    "name": "a",
                                    "status": "PASS"
                                }
                            ],
                            "misc": {
                                "tests": 1,
                                "passed": 1,
                                "failed": 0,
                                "crashed": 0,
                                "skipped": 0,
                                "errors": 0
                            },
                            "arch": "um",
                            "defconfig": "kunit_defconfig",
                            "build_environment": ".kunit",
                            "lab_name": null,
                            "kernel": null,
                            "job": null,
                            "git_branch": "kselftest"
                        }
                    ],
                    "test_cases": [],
                    "misc": {
                        "tests": 1,
                        "passed": 1,
                        "failed": 0,
                        "crashed": 0,
                        "skipped": 0,
                        "errors": 0
                    },
                    "arch": "um",
                    "defconfig": "kunit_defconfig",
                    "build_environment": ".kunit",
                    "lab_name": null,
                    "kernel": null,
                    "job": null,
                    "git_branch": "kselftest"
                }""", json);
    }

    @Test
    void jsonEscapesAsPythonDoes() {
        String json = ToolRun.parse("KTAP version 1\n1..1\nok 1 \u00e9\ud83d\ude00\u20ac \"q\" \\ / \t\b\u001f\u007f\u0085x\n")
                .json(KunitRelease.V6_12, RunMetadata.UNKNOWN);

        assertTrue(json.contains("\"name\": \"\\u00e9\\ud83d\\ude00\\u20ac \\\"q\\\" \\\\ / \\t\\b\\u001f\\u007f\\u0085x\""), json);
    }

    @Test
    void jsonShowsNamelessCrashedCasesAndNoTestsAsFailure() {
        String json = ToolRun.parse("KTAP version 1\n1..2\n# Subtest: e\n1..0\nok 1 e\n")
            .json(KunitRelease.V6_12, RunMetadata.UNKNOWN);

        assertTrue(json.contains("\"name\": \"\",\n            \"status\": \"ERROR\""), json);
        assertTrue(json.contains("\"name\": \"e\",\n            \"status\": \"FAIL\""), json);
    }

    private static String junit(ToolRun run, CaseDetails details) throws IOException {
        StringWriter xml = new StringWriter();
        new JunitXmlReport(details).write(run.root(), xml);
        return xml.toString();
    }

    @Test
    void junitNestsSuitesAndKeepsReasonsAndLogs() throws IOException {
        assertEquals("""
                <?xml version="1.0" encoding="utf-8"?>
                <testsuite name="main" tests="6" failures="2" skipped="1" errors="3">
                  <testsuite name="s" tests="5" failures="2" skipped="1" errors="1">
                    <testcase name="a"/>
                    <testcase name="b">
                      <failure>Test Failed</failure>
                      <system-out># b: first
                  second &lt;&amp;&gt;</system-out>
                    </testcase>
                    <testcase name="c">
                      <skipped>no "device"</skipped>
                    </testcase>
                    <testcase name="e"/>
                    <testsuite name="p" tests="2" failures="1" skipped="0" errors="0">
                      <testcase name="one"/>
                      <testcase name="two">
                        <failure>Test Failed</failure>
                      </testcase>
                    </testsuite>
                  </testsuite>
                  <testcase name="">
                    <error>Test Crashed</error>
                  </testcase>
                </testsuite>""", junit(run(KeepLogs.ALL), CaseDetails.NONE).replace("?><", "?>\n<"));
    }

    @Test
    void junitTakesPlaceTimeAndFailureFromWhoeverKnows() throws IOException {
        String xml = junit(run(KeepLogs.NONE), test -> test.name().equals("b")
                ? new Detail("tests/B.java", 12, 0.25, "Expected x == 1") : null);

        assertTrue(xml.contains("<testcase name=\"b\" file=\"tests/B.java\" line=\"12\" time=\"0.250\">"), xml);
        assertTrue(xml.contains("<failure>Expected x == 1</failure>"), xml);
        assertTrue(xml.contains("<testcase name=\"a\"/>"), xml);
    }

    @Test
    void junitIsWellFormedWhateverTheLogHolds() throws Exception {
        String nasty = "n\u0001\u001b\u0085]]>&<\"'\ufffe\ud800x\ud83d\ude00";
        ToolRun run = ToolRun.parse("KTAP version 1\n1..1\n# log " + nasty.replace("\ud800", "") + "\nnot ok 1 " + nasty
            + "\n",
                new Options(KunitRelease.V7_2, Screen.NONE, Show.ALL, KeepLogs.ALL));

        Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new InputSource(new StringReader(junit(run, CaseDetails.NONE))));

        Element test = (Element) document.getElementsByTagName("testcase").item(0);
        assertEquals("n\\x01\\x1b\\x85]]>&<\"'\ufffd?x\ud83d\ude00", test.getAttribute("name"));
        assertEquals("# log n\\x01\\x1b\\x85]]>&<\"'\ufffdx\ud83d\ude00",
                test.getElementsByTagName("system-out").item(0).getTextContent());
    }
}
