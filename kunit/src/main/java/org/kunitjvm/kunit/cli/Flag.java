package org.kunitjvm.kunit.cli;

import static org.kunitjvm.kunit.cli.Command.BUILD;
import static org.kunitjvm.kunit.cli.Command.CONFIG;
import static org.kunitjvm.kunit.cli.Command.EXEC;
import static org.kunitjvm.kunit.cli.Command.PARSE;
import static org.kunitjvm.kunit.cli.Command.RUN;
import static org.kunitjvm.kunit.cli.OptionShape.integer;
import static org.kunitjvm.kunit.cli.OptionShape.list;
import static org.kunitjvm.kunit.cli.OptionShape.number;
import static org.kunitjvm.kunit.cli.OptionShape.onOff;
import static org.kunitjvm.kunit.cli.OptionShape.oneOf;
import static org.kunitjvm.kunit.cli.OptionShape.optional;
import static org.kunitjvm.kunit.cli.OptionShape.optionalOneOf;
import static org.kunitjvm.kunit.cli.OptionShape.text;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Every option of {@code run config build exec parse}: the one table that parsing, help, completion and the manual page
 * come from. The first block is kunit.py's, in its order; the second is this project's own. Models
 * tools/testing/kunit/kunit.py: add_common_opts and its neighbours.
 */
enum Flag {
    BUILD_DIR("--build_dir", text("DIR"), Sets.TREE, "",
        "Where .config, kunitconfig and logs are kept; made if missing. Default: .kunit"),
    MAKE_OPTIONS("--make_options", list("X=Y"), Sets.TREE, "", "Option for make; has no effect here, there is no make"),
    ALLTESTS("--alltests", onOff(), Sets.TREE, "", "Run all tests, by adding kunit/configs/all_tests.config"),
    KUNITCONFIG("--kunitconfig", list("PATH"), Sets.TREE, "",
        "File with the CONFIG_ lines that the kernel must have, or folder with a .kunitconfig. Several are merged"),
    KCONFIG_ADD("--kconfig_add", list("CONFIG_X=Y"), Sets.TREE, "", "One more CONFIG_ line, which overrides all files"),
    ARCH("--arch", text("ARCH"), Sets.TREE, "",
        "Which machine to model: um (4 GiB, 2 CPUs) or x86_64 (a QEMU PC, see --qemu_args). 'help' lists all. Default: um"),
    CROSS_COMPILE("--cross_compile", text("PREFIX"), Sets.TREE, "",
        "Compiler prefix; has no effect here, nothing is cross-compiled"),
    QEMU_CONFIG("--qemu_config", text("FILE"), Sets.TREE, "",
        "kunit.py's Python description of a machine; refused, use --qemu_args"),
    QEMU_ARGS("--qemu_args", list("ARGS"), Sets.TREE, "", "Describe the machine as for QEMU: -m, -smp and -numa"),
    JOBS("--jobs", integer("N"), EnumSet.of(RUN, BUILD, EXEC), "",
        "Suites that run at the same time, each on its own kernel; compiling is not divided. Default: all CPUs"),
    TIMEOUT("--timeout", integer("SECONDS"), Sets.EXECUTE, "", "Most time for one kernel's run. Default: 300"),
    FILTER("--filter", text("FILTER"), Sets.EXECUTE, "", "Only tests with these attributes, such as 'speed>slow'"),
    FILTER_ACTION("--filter_action", oneOf("skip"), Sets.EXECUTE, "",
        "What to do with the others: 'skip' reports them as skipped"),
    KERNEL_ARGS("--kernel_args", list("ARGS"), Sets.EXECUTE, "", "Parameters for the kernel, such as movablecore=2G"),
    RUN_ISOLATED("--run_isolated", oneOf("suite", "test"), Sets.EXECUTE, "",
        "Boot a kernel for every suite, or for every test"),
    LIST_TESTS("--list_tests", onOff(), Sets.EXECUTE, "", "List the tests that would run"),
    LIST_TESTS_ATTR("--list_tests_attr", onOff(), Sets.EXECUTE, "",
        "List the tests that would run, and their attributes"),
    LIST_SUITES("--list_suites", onOff(), Sets.EXECUTE, "7.1", "List the suites that would run"),
    RAW_OUTPUT("--raw_output", optionalOneOf("kunit", "all", "kunit"), Sets.RESULTS, "",
        "Print the log as it is: 'kunit' (the default) its KTAP part, 'all' everything"),
    JSON("--json", optional("FILE", "stdout"), Sets.RESULTS, "", "Print the results as JSON, or store them in FILE"),
    JUNIT("--junit", optional("FILE", "stdout"), Sets.RESULTS, "7.2",
        "Print the results as JUnit XML, or store them in FILE"),
    SUMMARY("--summary", onOff(), Sets.RESULTS, "6.13", "Print the summary line only"),
    FAILED("--failed", onOff(), Sets.RESULTS, "6.13", "Print only what failed, and the summary line"),

    MACHINE("--machine", list("FILE|NAME|GLOB"), Sets.TREE, "own",
        "Run on the machine that this profile describes; several, or a pattern, run on each. 'help' lists all"),
    MODE("--mode", oneOf("6.12", "7.x"), Sets.ALL, "own",
        "Which release's kunit.py and KUnit to follow where they differ. Default: 6.12"),
    SEED("--seed", number("N"), Sets.EXECUTE, "own",
        "Switch between kthreads at random, as this seed decides; the same seed gives the same run"),
    SCHEDULE("--schedule", text("S"), Sets.EXECUTE, "own", "Replay the schedule that a failure printed"),
    SCHEDULES("--schedules", text("N|all:K"), Sets.EXECUTE, "own",
        "Try every case under N random schedules (random:N:SEED: as SEED decides), or under all that have at most K"
            + " preemptions; a failure names the schedule that replays it"),
    SUITE_PATH("--suite_path", list("PATH"), Sets.EXECUTE, "own", "Look for suites in this folder of class files too"),
    CASE_TIMEOUT("--case-timeout", integer("SECONDS"), Sets.EXECUTE, "own",
        "Most time for one case, the kernel's and the host's; 3 times as much for slow cases, 12 times for very slow ones. Default: 120"),
    CASE_STEPS("--case-steps", number("N"), Sets.EXECUTE, "own",
        "Most decision points for one case, which are the places where kthreads may switch; so a loop without end is"
            + " found at the same step in every run. Default: 100000000"),
    RERUN_FAILED("--rerun-failed", optional("RUN", "latest"), Sets.EXECUTE, "own",
        "Only the tests that failed in run number RUN, or in the last one; -R RUN for short"),
    FAIL_FAST("--fail-fast", onOff(), Sets.EXECUTE, "own", "Skip all tests behind the first that fails"),
    REPEAT("--repeat", integer("N"), Sets.EXECUTE, "own", "Run N times, and fail if one run differs from the first"),
    SHUFFLE("--shuffle", optional("SEED", "random"), Sets.EXECUTE, "own",
        "Run suites and cases in an order that the seed decides"),
    DURATIONS("--durations", optional("N", "10"), Sets.EXECUTE, "own",
        "Name the N slowest tests at the end. Default: 10"),
    SHARD("--shard", text("I/N"), Sets.EXECUTE, "own", "Only the I-th of N parts of the tests, I from 1"),
    QUIET("--quiet", onOff(), Sets.EXECUTE, "own", "Say nothing on standard error but errors"),
    VERBOSE("--verbose", onOff(), Sets.EXECUTE, "own", "List each skipped test with its reason at the end, too"),
    PROC("--proc", onOff(), Sets.EXECUTE, "own",
        "Keep /proc of each suite's kernel as it was at the end of the suite; kunit proc FILE latest SUITE prints it"),
    PARANOID("--paranoid", onOff(), Sets.EXECUTE, "own",
        "Check every zone after every operation of the allocator and name the first that broke something; slow"),
    HTML("--html", optional("FILE", "report.html"), Sets.EXECUTE, "own",
        "Store a report for people, one HTML file that needs no other. Default: report.html in the build folder"),
    KCIDB("--kcidb", optional("FILE", "stdout"), Sets.EXECUTE, "own",
        "Print the results as a submission to the KernelCI database, or store them in FILE"),
    CODE_QUALITY("--code-quality", optional("FILE", "gl-code-quality-report.json"), Sets.EXECUTE, "own",
        "Store failures as a Code Quality report of GitLab. Default: gl-code-quality-report.json"),
    GITHUB("--github", onOff(), Sets.EXECUTE, "own",
        "Print failures on standard error as annotations of GitHub Actions; done unasked where GITHUB_ACTIONS=true"),
    DEBUG("--debug", optional("PORT", "5005"), Sets.EXECUTE, "own",
        "Wait for a Java debugger on this port. Default: 5005");

    /** Combinations of commands that occur more than once. */
    private static final class Sets {
        static final Set<Command> TREE = EnumSet.of(RUN, CONFIG, BUILD, EXEC);
        static final Set<Command> EXECUTE = EnumSet.of(RUN, EXEC);
        static final Set<Command> RESULTS = EnumSet.of(RUN, EXEC, PARSE);
        static final Set<Command> ALL = EnumSet.allOf(Command.class);
    }

    private final String word;
    private final OptionShape shape;
    private final Set<Command> commands;
    private final String since;
    private final String help;

    Flag(String word, OptionShape shape, Set<Command> commands, String since, String help) {
        this.word = word;
        this.shape = shape;
        this.commands = commands;
        this.since = since;
        this.help = help;
    }

    /** The flags of one command, in the order of the help. */
    static List<Flag> of(Command command) {
        return Arrays.stream(values()).filter(flag -> flag.commands.contains(command)).toList();
    }

    /** The option as it is typed. */
    String word() {
        return word;
    }

    OptionShape shape() {
        return shape;
    }

    Set<Command> commands() {
        return commands;
    }

    /** The release of kunit.py that brought it: empty for 6.12 and before, {@code own} for this project. */
    String since() {
        return since;
    }

    String help() {
        return help;
    }
}
