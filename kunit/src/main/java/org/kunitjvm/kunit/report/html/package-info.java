/**
 * The report for people: one HTML file that needs nothing else.
 * {@link org.kunitjvm.kunit.report.html.HtmlReport} is the entry point. It works without JavaScript; the script in it
 * only filters.
 * Style and script are resources beside the classes and are copied into the page.
 * Uses {@code org.kunitjvm.kunit.results} and the snapshots of the kernel model; what a snapshot is about it does not
 * know.
 * Invariants: every text from outside is escaped, no other resource is referred to, the size is bounded, and the same
 * results give the same bytes.
 */
@NullMarked
package org.kunitjvm.kunit.report.html;

import org.jspecify.annotations.NullMarked;
