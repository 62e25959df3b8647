package org.kunitjvm.kunit.cli;

import java.io.IOException;
import java.io.Writer;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.snapshot.Snapshot;
import org.kunitjvm.kunit.report.PrettyPrinter;
import org.kunitjvm.kunit.report.ci.CodeQualityReport;
import org.kunitjvm.kunit.report.ci.GithubAnnotations;
import org.kunitjvm.kunit.report.ci.KcidbReport;
import org.kunitjvm.kunit.report.html.HtmlReport;
import org.kunitjvm.kunit.results.CaseResult;
import org.kunitjvm.kunit.results.RunResults;
import org.kunitjvm.kunit.results.SuiteResult;

/** The reports about a whole run, all kernels in one: HTML, KernelCI, GitHub, GitLab. */
final class RunReports {
    private static final String DEFAULT_ORIGIN = "kunit_jvm";

    /** Where the files about a case are; of a merged run, they are in several folders. */
    interface Files {
        List<String> log(SuiteResult suite, CaseResult result);

        @Nullable Snapshot snapshot(SuiteResult suite, CaseResult result);
    }

    private final Options options;
    private final Options rerun;
    private final Host host;
    private final BuildDir buildDir;
    private final PrettyPrinter printer;

    /**
     * Reports as {@code options} ask for them.
     *
     * @param rerun the options of the command that ran the tests, for the commands that run them again
     */
    RunReports(Options options, Options rerun, Host host, BuildDir buildDir, PrettyPrinter printer) {
        this.options = options;
        this.rerun = rerun;
        this.host = host;
        this.buildDir = buildDir;
        this.printer = printer;
    }

    /** Whether the reports show what kernels looked like when tests failed. */
    static boolean wantSnapshots(Options options) {
        return options.has(Flag.HTML);
    }

    /**
     * Refuse what no report could be made with, before any test runs.
     *
     * @throws CliException if there is something
     */
    static void check(Options options, Host host) {
        if (options.has(Flag.KCIDB)) {
            origin(host);
        }
    }

    /** Write what was asked for. */
    void write(RunResults run, Files files) {
        String html = options.text(Flag.HTML);
        if (html != null) {
            String name = html.equals(Flag.HTML.shape().bare()) ? buildDir.nameOf(html) : html;
            store(name, out -> out.write(HtmlReport.of(run, source(files))));
        }
        String kcidb = options.text(Flag.KCIDB);
        if (kcidb != null) {
            store(kcidb, out -> new KcidbReport(origin(host), run, files::log).write(out));
        }
        String quality = options.text(Flag.CODE_QUALITY);
        if (quality != null) {
            store(quality, out -> CodeQualityReport.write(run, out));
        }
        if (options.has(Flag.GITHUB) || "true".equals(host.variable("GITHUB_ACTIONS"))) {
            host.out().flush();
            GithubAnnotations.of(run).forEach(host.err()::println);
        }
    }

    private static String origin(Host host) {
        String name = host.variable("KCIDB_ORIGIN");
        if (name != null && !KcidbReport.isOrigin(name)) {
            throw new CliException("KCIDB_ORIGIN=" + name
                + ": an origin has lower case letters, digits and underscores only");
        }
        return name == null ? DEFAULT_ORIGIN : name;
    }

    private interface Report {
        void write(Writer out) throws IOException;
    }

    private void store(String where, Report report) {
        Reports.store(where, host, printer, report::write);
    }

    private HtmlReport.Source source(Files files) {
        return new HtmlReport.Source() {
            @Override
            public List<String> log(SuiteResult suite, CaseResult result) {
                return files.log(suite, result);
            }

            @Override
            public @Nullable Snapshot snapshot(SuiteResult suite, CaseResult result) {
                return files.snapshot(suite, result);
            }

            @Override
            public String rerun(SuiteResult suite, CaseResult result) {
                return ShellWords.join(rerun.rerunCommand(host.command(), suite.machine(), result.fullName()));
            }

            @Override
            public String rerunFailed() {
                return ShellWords.join(rerun.rerunCommand(host.command(), "", Flag.RERUN_FAILED.word()));
            }
        };
    }
}
