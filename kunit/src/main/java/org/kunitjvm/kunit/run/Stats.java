package org.kunitjvm.kunit.run;

import org.kunitjvm.kunit.KunitStatus;

/** How many results there were of each kind. */
public record Stats(int passed, int failed, int skipped) {
    /** No results. */
    public static final Stats NONE = new Stats(0, 0, 0);

    /** These and one more. */
    public Stats plus(KunitStatus status) {
        return switch (status) {
            case SUCCESS -> new Stats(passed + 1, failed, skipped);
            case FAILURE -> new Stats(passed, failed + 1, skipped);
            case SKIPPED -> new Stats(passed, failed, skipped + 1);
        };
    }

    /** These and those. */
    public Stats plus(Stats other) {
        return new Stats(passed + other.passed, failed + other.failed, skipped + other.skipped);
    }

    /** All results. */
    public int total() {
        return passed + failed + skipped;
    }

    /** Failure if something failed, else success if something passed, else skipped. */
    public KunitStatus status() {
        if (failed > 0) {
            return KunitStatus.FAILURE;
        }
        return passed > 0 ? KunitStatus.SUCCESS : KunitStatus.SKIPPED;
    }

    /** The text of a statistics line, without indent and name. */
    public String text() {
        return "pass:" + passed + " fail:" + failed + " skip:" + skipped + " total:" + total();
    }
}
