/**
 * Where tests hook into the kernel without the kernel knowing tests.
 * The visibility annotations mark what a test may reach, {@link org.kunitjvm.kernel.hook.KunitHooks} is the table that
 * the test framework fills in, as lib/kunit/hooks.c is always built in.
 * Uses nothing of the model.
 */
@NullMarked
package org.kunitjvm.kernel.hook;

import org.jspecify.annotations.NullMarked;
