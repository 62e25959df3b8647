/**
 * What a kernel looks like at one moment, as data that a report can show without knowing what it is about.
 * {@link org.kunitjvm.kernel.snapshot.Snapshot} is the whole picture; each part of the kernel that has something to
 * show adds a {@link org.kunitjvm.kernel.snapshot.SnapshotSource}, which is asked for
 * {@link org.kunitjvm.kernel.snapshot.Exhibit}s.
 * Uses nothing of the kernel, so that both the parts that are shown and the reports that show them may use it.
 * Invariant: taking a snapshot changes nothing: no lock, no decision point, no page record is made.
 */
@NullMarked
package org.kunitjvm.kernel.snapshot;

import org.jspecify.annotations.NullMarked;
