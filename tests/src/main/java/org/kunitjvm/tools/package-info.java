/**
 * Subcommands of the launcher that need the memory management, which the command line itself cannot see.
 * Each implements {@link org.kunitjvm.kunit.cli.Tool} and is found as a service.
 * May use every module; nothing uses this package.
 */
@NullMarked
package org.kunitjvm.tools;

import org.jspecify.annotations.NullMarked;
