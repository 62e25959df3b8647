package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** Says which options of a command do nothing there: kunit.py takes them without a word. */
final class WithoutEffect {
    private static final List<Flag> FOR_MAKE = List.of(Flag.MAKE_OPTIONS, Flag.CROSS_COMPILE);
    private static final List<Flag> FOR_CONFIGURING = List.of(Flag.ALLTESTS, Flag.KUNITCONFIG, Flag.KCONFIG_ADD);
    /** Of several lists the first is printed. */
    private static final List<Flag> LISTS = List.of(Flag.LIST_TESTS_ATTR, Flag.LIST_TESTS, Flag.LIST_SUITES);
    private static final List<Flag> FOR_PARSED = List.of(Flag.JSON, Flag.JUNIT, Flag.SUMMARY, Flag.FAILED);
    private static final List<Flag> FOR_RUNNING = List.of(Flag.RUN_ISOLATED, Flag.RAW_OUTPUT, Flag.JSON, Flag.JUNIT,
        Flag.SUMMARY, Flag.FAILED, Flag.HTML, Flag.KCIDB, Flag.CODE_QUALITY, Flag.GITHUB, Flag.REPEAT, Flag.FAIL_FAST,
        Flag.DURATIONS, Flag.PROC);

    private final Options options;
    private final List<String> notes = new ArrayList<>();

    private WithoutEffect(Options options) {
        this.options = options;
    }

    /** Say it on standard error. */
    static void say(Options options, Host host) {
        if (options.has(Flag.QUIET)) {
            return;
        }
        WithoutEffect all = new WithoutEffect(options);
        all.collect();
        for (String note : all.notes) {
            host.err().println("kunit: note: ".concat(note));
        }
    }

    private void collect() {
        note(FOR_MAKE, " has no effect here; nothing is made or cross-compiled");
        if (options.command() == Command.EXEC) {
            note(FOR_CONFIGURING, " has no effect, because exec takes .config as it is; 'kunit run' configures");
        }
        Flag list = first(LISTS);
        if (list != null) {
            List<Flag> others = new ArrayList<>(LISTS.subList(LISTS.indexOf(list) + 1, LISTS.size()));
            others.addAll(FOR_RUNNING);
            note(others, " has no effect with ".concat(list.word()));
        } else if (options.has(Flag.RAW_OUTPUT)) {
            note(FOR_PARSED, " has no effect with --raw_output");
        } else if (options.has(Flag.SUMMARY)) {
            note(List.of(Flag.FAILED), " has no effect with --summary");
        }
    }

    private @Nullable Flag first(List<Flag> flags) {
        for (Flag flag : flags) {
            if (options.has(flag)) {
                return flag;
            }
        }
        return null;
    }

    private void note(List<Flag> flags, String why) {
        List<String> words = new ArrayList<>();
        for (Flag flag : flags) {
            for (String value : options.list(flag)) {
                words.add(value.isEmpty() || flag.shape().kind() == OptionShape.Kind.SWITCH ? flag.word()
                    : flag.word() + "=" + value);
            }
        }
        if (!words.isEmpty()) {
            notes.add(String.join(" ", words).concat(why));
        }
    }
}
