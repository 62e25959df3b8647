/**
 * Puts the parts of a run together that were made on several machines.
 * {@link org.kunitjvm.kunit.merge.RunMerge} is the entry point: it refuses what does not belong together, and makes of
 * the rest the results and the KTAP that one run of everything would have made, but for times.
 * Uses {@code org.kunitjvm.kunit.results} and the KTAP lines of {@code org.kunitjvm.kunit.run}.
 * Invariant: the order of the parts does not matter.
 */
@NullMarked
package org.kunitjvm.kunit.merge;

import org.jspecify.annotations.NullMarked;
