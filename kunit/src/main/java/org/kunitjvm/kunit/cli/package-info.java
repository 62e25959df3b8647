/**
 * The command line: {@code bin/kunit}.
 * {@code Main} is the entry point; each subcommand is a class of its own, other modules add theirs as a {@link
 * org.kunitjvm.kunit.cli.Tool}.
 * Uses every other package of this module; the only one that may touch {@code System.out}, the environment and the exit
 * code.
 * Models tools/testing/kunit/kunit.py.
 */
@NullMarked
package org.kunitjvm.kunit.cli;

import org.jspecify.annotations.NullMarked;
