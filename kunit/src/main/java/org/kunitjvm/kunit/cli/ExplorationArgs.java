package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.sched.SchedulePlan;

/**
 * The options about schedules. A case that explores runs on kernels of its own, so what it needs to know reaches it as
 * a kernel parameter: {@code kunit.schedules}, and {@code kunit.schedule} for a schedule of the form
 * {@code NAME/SCHEDULE}, which such a case has printed. A schedule without a name is for the kernel that runs the
 * suites.
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

    /**
     * What {@code --schedules} says, or {@code null}; random ones follow from {@code --seed} unless they name a seed of
     * their own.
     *
     * @throws CliException if it says nothing sensible
     */
    static @Nullable SchedulePlan plan(Options options) {
        String text = options.text(Flag.SCHEDULES);
        Long seed = options.number(Flag.SEED);
        try {
            return text == null ? null : SchedulePlan.parse(text, seed == null ? 0 : seed);
        } catch (IllegalArgumentException e) {
            throw new CliException("--schedules: " + e.getMessage());
        }
    }

    /** Parameters for cases that explore. */
    static List<String> kernelParams(Options options) {
        List<String> params = new ArrayList<>();
        String schedule = options.text(Flag.SCHEDULE, "");
        if (schedule.indexOf('/') >= 0) {
            params.add("kunit.schedule=" + schedule);
        }
        SchedulePlan plan = plan(options);
        if (plan != null) {
            params.add("kunit.schedules=" + plan);
        }
        return params;
    }
}
