/**
 * Runs suites: loading, filters, attributes, the life cycle of suites and cases, statistics. {@link
 * org.kunitjvm.kunit.run.KunitExecutor} is the one core behind every front end. What happens comes out as a stream of
 * {@link org.kunitjvm.kunit.run.KunitEvent}s; the KTAP text of {@link org.kunitjvm.kunit.run.KtapWriter} is one
 * consumer. Uses the test API of {@code org.kunitjvm.kunit} and the kernel model. Invariant: whatever a case does, the
 * run ends and every planned case has a result. Models lib/kunit/executor.c, lib/kunit/test.c, lib/kunit/attributes.c
 * and lib/kunit/debugfs.c.
 */
@NullMarked
package org.kunitjvm.kunit.run;

import org.jspecify.annotations.NullMarked;
