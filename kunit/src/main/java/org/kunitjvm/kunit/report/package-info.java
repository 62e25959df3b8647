/**
 * Results for people and machines: pretty text, JSON, JUnit XML.
 * {@link org.kunitjvm.kunit.report.KtapConsumer} is the entry point: push console lines in, text comes out as in
 * kunit.py, and an {@link org.kunitjvm.kunit.report.Outcome} remains from which the reports are written and the exit
 * status follows.
 * Uses {@code org.kunitjvm.kunit.ktap}, jackson-core and StAX; the latter two only when a report is asked for.
 * Invariant: nothing is printed except through the consumer of lines that the caller passed in.
 * Models kunit_printer.py, kunit_json.py and kunit_junit.py.
 */
@NullMarked
package org.kunitjvm.kunit.report;

import org.jspecify.annotations.NullMarked;
