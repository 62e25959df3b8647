/**
 * Reclaim, compaction and the OOM killer against a population of pages: who frees what, when, and what the log says.
 */
@NullMarked
package org.kunitjvm.mm.reclaim;

import org.jspecify.annotations.NullMarked;
