/**
 * What became of a run, as data: {@link org.kunitjvm.kunit.results.RunResults} with its suites, cases and failures, and
 * the file format that it is kept in. {@link org.kunitjvm.kunit.results.ResultsFile} reads and writes
 * {@code results.json}, which is the JSON of kunit.py with more fields;
 * {@link org.kunitjvm.kunit.results.ResultsJournal} is the form that grows while tests run. docs/reports.md describes
 * both.
 * Uses jackson-core and nothing of this project, so that every report can build on it.
 * Invariant: what was written can be read back without loss, also if its end is missing.
 */
@NullMarked
package org.kunitjvm.kunit.results;

import org.jspecify.annotations.NullMarked;
