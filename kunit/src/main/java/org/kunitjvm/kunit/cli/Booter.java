package org.kunitjvm.kunit.cli;

import java.util.function.Consumer;

/** Boots the modelled kernel, runs what its command line says, and halts it. */
interface Booter {
    /** How a boot ended. */
    enum End { HALTED, TIMED_OUT, INTERRUPTED }

    /**
     * Boot once.
     *
     * @param console takes the lines of the console, in order, each as soon as it is there
     * @param listener hears what happens
     * @throws CliException if a parameter or a suite makes no sense; before the first line
     */
    End boot(BootRequest request, Consumer<String> console, RunListener listener);
}
