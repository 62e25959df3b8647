package org.kunitjvm.kunit.report.ci;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kunit.report.ControlText;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.FailureResult;
import org.kunitjvm.kunit.results.ResultStatus;
import org.kunitjvm.kunit.results.RunResults;
import org.kunitjvm.kunit.results.SuiteResult;

/**
 * Failures as workflow commands of GitHub Actions, which shows them beside the lines of a change: {@code ::error
 * file=…,line=…,title=…::message}.
 */
public final class GithubAnnotations {
    /** GitHub shows ten of a step; more than this would only be noise. */
    private static final int MOST = 50;
    private static final int MAX_CHARS = 4_000;

    private GithubAnnotations() {
    }

    /** One line for each test that failed, about its first failure. */
    public static List<String> of(RunResults run) {
        List<String> lines = new ArrayList<>();
        for (SuiteResult suite : run.suites()) {
            for (CaseResult result : suite.cases()) {
                if (result.status().isBad() && lines.size() < MOST) {
                    add(suite, result, lines);
                }
            }
        }
        return lines;
    }

    private static void add(SuiteResult suite, CaseResult result, List<String> lines) {
        String title = result.fullName() + (suite.machine().isEmpty() ? "" : " on " + suite.machine());
        if (result.failures().isEmpty()) {
            lines.add(command(result.file(), result.line(), title, result.status() == ResultStatus.ERROR
                ? result.reason() : "failed"));
        }
        FailureResult first = result.firstFailure();
        if (first != null) {
            int more = result.failures().size() - 1;
            boolean placed = !first.file().isEmpty();
            lines.add(command(placed ? first.file() : result.file(), placed ? first.line() : result.line(), title,
                String.join("\n", first.message()) + (more == 0 ? ""
                : "\nand " + more + (more == 1 ? " more failure" : " more failures"))));
        }
    }

    private static String command(String file, int line, String title, String message) {
        String place = file.isEmpty() ? "" : "file=" + property(file) + (line > 0 ? ",line=" + line : "") + ",";
        String text = message.length() <= MAX_CHARS ? message : message.substring(0, MAX_CHARS) + "…";
        return "::error " + place + "title=" + property(title) + "::" + data(text);
    }

    /** Escape as the command's data: whatever a test printed, it stays one command. */
    private static String data(String text) {
        String safe = ControlText.escapeForXml(text.replace("\r", ""));
        return safe.replace("%", "%25").replace("\n", "%0A");
    }

    private static String property(String text) {
        return data(text).replace(":", "%3A").replace(",", "%2C");
    }
}
