package org.kunitjvm.kernel;

import java.util.List;

/** A kernel was closed while something was left behind. The message has one line per leak. */
public final class KernelLeak extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> leaks;

    KernelLeak(List<String> leaks) {
        super("the kernel was closed with leaks:\n  " + String.join("\n  ", leaks));
        this.leaks = List.copyOf(leaks);
    }

    /** One line per leak. */
    public List<String> leaks() {
        return leaks;
    }
}
