package org.kunitjvm.mm;

import java.util.List;

/** There is no isolated node to be had. */
public final class IsolatedNodeUnavailable extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean skip;
    private final List<String> lines;

    private IsolatedNodeUnavailable(boolean skip, List<String> lines) {
        super(String.join("; ", lines));
        this.skip = skip;
        this.lines = List.copyOf(lines);
    }

    /** The machine cannot have one: a suite that needs it is skipped. */
    static IsolatedNodeUnavailable skip(String reason) {
        return new IsolatedNodeUnavailable(true, List.of(reason));
    }

    /** Getting it failed: a suite that needs it fails with these lines. */
    static IsolatedNodeUnavailable error(String... lines) {
        return new IsolatedNodeUnavailable(false, List.of(lines));
    }

    /** Whether to skip rather than to fail. */
    public boolean isSkip() {
        return skip;
    }

    /** What to say, one line each. */
    public List<String> lines() {
        return lines;
    }
}
