/**
 * KUnit as a test author sees it: the annotations, the context that every case gets, and the assertion macros. {@link
 * org.kunitjvm.kunit.Kunit} is the test context, {@link org.kunitjvm.kunit.KunitAssert} has the macros under their C
 * names. Uses {@code .assertion} for texts, {@code .resource} for what a test owns, and the kernel model; never {@code
 * .run}, which calls it. Invariant: nothing here waits on a host clock or starts a host thread. Models
 * include/kunit/test.h, lib/kunit/test.c and lib/kunit/try-catch.c.
 */
@NullMarked
package org.kunitjvm.kunit;

import org.jspecify.annotations.NullMarked;
