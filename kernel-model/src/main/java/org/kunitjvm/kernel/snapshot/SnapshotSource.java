package org.kunitjvm.kernel.snapshot;

import java.util.List;

/**
 * A part of the kernel that can be shown. It is asked at a failure, so it has to cope with broken structures: walks are
 * bounded, and what cannot be read is said instead of shown. It must not take locks or pass decision points.
 */
@FunctionalInterface
public interface SnapshotSource {
    /** What there is to see now, the most telling first. */
    List<Exhibit> exhibits();
}
