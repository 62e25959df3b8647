package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The options about schedules. A case that explores runs on kernels of its own, so what it needs to know reaches it as
 * a kernel
 * parameter: {@code kunit.schedules}, and {@code kunit.schedule} for a schedule of the form {@code NAME/SCHEDULE},
 * which such a case has
 * printed. A schedule without a name is for the kernel that runs the suites.
 */
final class ExplorationArgs {
    private ExplorationArgs() {
    }

    /** What {@code --schedule} says, without the name in front. */
    static String scheduleText(Options options) {
        String text = options.text(Flag.SCHEDULE, "");
        return text.substring(text.indexOf('/') + 1);
    }

    /** The schedule of the kernel itself, or {@code null}. */
    static @Nullable String kernelSchedule(Options options) {
        String text = options.text(Flag.SCHEDULE);
        return text == null || text.indexOf('/') >= 0 ? null : text;
    }

    /** Parameters for cases that explore. */
    static List<String> kernelParams(Options options) {
        List<String> params = new ArrayList<>();
        String schedule = options.text(Flag.SCHEDULE, "");
        if (schedule.indexOf('/') >= 0) {
            params.add("kunit.schedule=" + schedule);
        }
        if (options.has(Flag.SCHEDULES)) {
            params.add("kunit.schedules=" + options.text(Flag.SCHEDULES, ""));
        }
        return params;
    }
}
