/**
 * JMH benchmarks; docs/performance.md has the commands and what was measured.
 * They are compiled with the tests and run by hand only.
 */
@NullMarked
package org.kunitjvm.bench;

import org.jspecify.annotations.NullMarked;
