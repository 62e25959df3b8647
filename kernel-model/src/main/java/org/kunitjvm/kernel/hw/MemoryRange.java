package org.kunitjvm.kernel.hw;

/**
 * A run of page frames with memory behind them.
 *
 * @param startPfn first frame, inclusive
 * @param endPfn last frame, exclusive
 * @param nid node it belongs to
 */
public record MemoryRange(int startPfn, int endPfn, int nid) {
    /** Check the bounds. */
    public MemoryRange {
        if (startPfn < 0 || endPfn <= startPfn) {
            throw new IllegalArgumentException("memory range " + startPfn + "-" + endPfn + " is empty or negative");
        }
    }

    /** Number of frames. */
    public int nrPages() {
        return endPfn - startPfn;
    }
}
