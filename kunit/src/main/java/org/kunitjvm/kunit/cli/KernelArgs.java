package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;

/** The kernel parameters of one run, in kunit.py's order. Models kunit_kernel.py: LinuxSourceTree.run_kernel. */
final class KernelArgs {
    private KernelArgs() {
    }

    /** The parameters for a run of the tests that match {@code glob}, behind those of machine and user. */
    static List<String> forRun(Options options, List<String> first, String glob) {
        List<String> args = new ArrayList<>(first);
        if (!glob.isEmpty()) {
            args.add("kunit.filter_glob=" + glob);
        }
        String filter = options.text(Flag.FILTER, "");
        if (!filter.isEmpty()) {
            args.add("kunit.filter=\"" + filter + "\"");
        }
        String action = options.text(Flag.FILTER_ACTION);
        if (action != null) {
            args.add("kunit.filter_action=" + action);
        }
        args.addAll(ExplorationArgs.kernelParams(options));
        args.add("kunit.enable=1");
        return args;
    }

    /** The parameters for a list of the tests; {@code action} is {@code list} or {@code list_attr}. */
    static List<String> forList(Options options, List<String> first, String action) {
        List<String> args = new ArrayList<>();
        args.add("kunit.action=" + action);
        args.addAll(forRun(options, first, options.positional()));
        return args;
    }
}
