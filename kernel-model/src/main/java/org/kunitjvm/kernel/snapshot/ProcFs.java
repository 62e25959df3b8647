package org.kunitjvm.kernel.snapshot;

import java.util.List;

/**
 * The files below {@code /proc} of one kernel. A part of the kernel {@link org.kunitjvm.kernel.Kernel#provide provides}
 * it; reading takes no lock, passes no decision point and changes nothing.
 */
public interface ProcFs {
    /** Names of all files, without {@code /proc/}. */
    List<String> names();

    /** The whole text of one of them, as it is now. */
    String text(String name);
}
