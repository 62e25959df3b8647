/**
 * Suites that fail on purpose: ports of C suites whose output on a real kernel was recorded. Their CONFIG symbols are
 * off by default. {@code ProbeTest} compares what they print here with the recordings, byte for byte.
 */
@NullMarked
package org.kunitjvm.kunit.probe;

import org.jspecify.annotations.NullMarked;
