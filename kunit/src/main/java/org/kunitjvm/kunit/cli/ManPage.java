package org.kunitjvm.kunit.cli;

import java.util.List;
import java.util.Locale;

/** {@code kunit man}: the manual page, for {@code man -l}, made from the same table as the help. */
final class ManPage {
    private ManPage() {
    }

    static int run(List<String> words, Host host, List<Tool> tools) {
        if (!words.isEmpty()) {
            boolean help = words.equals(List.of("--help")) || words.equals(List.of("-h"));
            (help ? host.out() : host.err()).println("usage: kunit man > kunit.1 && man -l kunit.1");
            return help ? 0 : ExitCode.USAGE.code();
        }
        host.out().print(page(tools));
        return 0;
    }

    private static String page(List<Tool> tools) {
        StringBuilder page = new StringBuilder(".TH KUNIT 1 \"\" kunit-jvm \"User Commands\"\n");
        page.append(".SH NAME\nkunit \\- run KUnit tests on a modelled Linux kernel\n.SH SYNOPSIS\n");
        page.append(".B kunit\n.I command\n[options]\n.SH DESCRIPTION\n");
        paragraph(page, "Boots a model of the Linux memory management core inside a Java virtual machine and runs KUnit suites on it."
            + " Commands, options, output and exit codes are those of the kernel's tools/testing/kunit/kunit.py; what it does"
            + " not have is marked. 'kunit COMMAND --help' explains one command.");
        page.append(".SH COMMANDS\n");
        Command.ALL.forEach(command -> item(page, command.word() + Help.positional(command), command.summary()));
        for (OwnCommand command : OwnCommand.values()) {
            item(page, command.word(), command.summary());
        }
        tools.forEach(tool -> item(page, tool.name(), tool.summary()));
        page.append(".SH OPTIONS\n");
        for (Flag flag : Flag.values()) {
            item(page, flag.word() + value(flag), Help.text(flag) + ". For " + commands(flag) + since(flag) + ".");
        }
        page.append(".SH FILES\n");
        item(page, ".kunit/.config", "the configuration of the last run");
        item(page, ".kunit/.kunitconfig", "the fragment used when no --kunitconfig is given; made once, then yours");
        item(page, ".kunit/last_used_kunitconfig", "the fragment of the last run");
        item(page, ".kunit/test.log", "the whole log of the last kernel");
        item(page, ".kunit/runs/N", "what run number N left, for 'kunit show'; runs/latest is the last");
        page.append(".SH ENVIRONMENT\n");
        item(page, "KUNIT_JAVA_HOME, JAVA_HOME, JAVA25_HOME",
            "where to look for a JDK 25 or newer first, in this order");
        item(page, "KUNIT_JAVA_OPTS", "more options for the JVM");
        item(page, "KUNIT_NO_BUILD", "if set, run what is built even if sources are newer");
        item(page, "KBUILD_OUTPUT", "the folder in which .kunit is, unless --build_dir names another");
        item(page, "NO_COLOR", "if set, print no colours");
        page.append(".SH EXIT STATUS\n");
        for (ExitCode code : ExitCode.values()) {
            item(page, Integer.toString(code.code()), code.meaning());
        }
        page.append(".SH EXAMPLES\n");
        item(page, "kunit run", "run every test of the default configuration");
        item(page, "kunit run 'mermap.*'", "run one suite");
        item(page, "kunit exec --rerun-failed", "run what failed once more, without configuring and building");
        item(page, "kunit run --raw_output | kunit parse", "print the log, and read it again");
        item(page, "dmesg | kunit parse --json=results.json", "read the results of a real kernel, and keep them");
        return page.toString();
    }

    private static String commands(Flag flag) {
        return String.join(", ", flag.commands().stream().sorted().map(Command::word).toList());
    }

    private static String since(Flag flag) {
        return switch (flag.since()) {
            case "" -> "";
            case "own" -> "; kunit.py does not have it";
            default -> String.format(Locale.ROOT, "; in kunit.py since %s", flag.since());
        };
    }

    private static String value(Flag flag) {
        return switch (flag.shape().kind()) {
            case SWITCH -> "";
            case OPTIONAL -> "[=" + flag.shape().metavar() + "]";
            default -> "=" + flag.shape().metavar();
        };
    }

    private static void item(StringBuilder page, String term, String text) {
        page.append(".TP\n.B ").append(escape(term)).append('\n').append(escape(text)).append('\n');
    }

    private static void paragraph(StringBuilder page, String text) {
        page.append(escape(text)).append('\n');
    }

    private static String escape(String text) {
        String escaped = text.replace("\\", "\\e").replace("-", "\\-");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }
}
