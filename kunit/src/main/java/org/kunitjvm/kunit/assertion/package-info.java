/**
 * What a failed check prints: the text formats, and the source text of the operands.
 * {@link org.kunitjvm.kunit.assertion.AssertFormat} has one method per kind of check;
 * {@link org.kunitjvm.kunit.assertion.ArgumentSource} finds the text of a call's arguments in the source file.
 * Uses only the JDK and the hook annotations of the kernel model; knows neither the test context nor the run.
 * Invariant: nothing here runs before a check has failed.
 * Models lib/kunit/assert.c.
 */
@NullMarked
package org.kunitjvm.kunit.assertion;

import org.jspecify.annotations.NullMarked;
