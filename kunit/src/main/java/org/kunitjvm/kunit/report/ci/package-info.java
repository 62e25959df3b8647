/**
 * Reports that other programs read: the KernelCI database, GitHub, GitLab, and what JUnit XML has beyond kunit.py's.
 * {@link org.kunitjvm.kunit.report.ci.KcidbReport}, {@link org.kunitjvm.kunit.report.ci.CodeQualityReport},
 * {@link org.kunitjvm.kunit.report.ci.GithubAnnotations} and {@link org.kunitjvm.kunit.report.ci.ResultDetails} each
 * take the results of a run.
 * Uses {@code org.kunitjvm.kunit.results}, the report package and jackson-core.
 * Invariant: whatever a test printed, the reader of the format accepts the report, and nothing in it can act as a
 * command.
 */
@NullMarked
package org.kunitjvm.kunit.report.ci;

import org.jspecify.annotations.NullMarked;
