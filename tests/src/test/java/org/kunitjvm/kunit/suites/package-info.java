/**
 * KUnit's own suites: they test KUnit with KUnit, under the names that the kernel's have, and are the first thing to
 * read for how a suite is written.
 */
@NullMarked
package org.kunitjvm.kunit.suites;

import org.jspecify.annotations.NullMarked;
