package org.kunitjvm.kernel.cpu;

import java.util.Arrays;
import java.util.BitSet;

/** An immutable set of CPU numbers. Prints as {@code %*pbl} does: {@code 0-3,5}. Models {@code struct cpumask}. */
public final class CpuMask {
    /** The empty set. */
    public static final CpuMask NONE = new CpuMask(new long[0]);

    private final long[] words;

    private CpuMask(long[] words) {
        this.words = words;
    }

    /** The set of the given CPUs. */
    public static CpuMask of(int... cpus) {
        BitSet bits = new BitSet();
        for (int cpu : cpus) {
            bits.set(cpu);
        }
        return new CpuMask(bits.toLongArray());
    }

    /** CPUs {@code first} (inclusive) to {@code end} (exclusive). */
    public static CpuMask range(int first, int end) {
        BitSet bits = new BitSet();
        bits.set(first, end);
        return new CpuMask(bits.toLongArray());
    }

    /** Whether {@code cpu} is in the set. */
    public boolean contains(int cpu) {
        int word = cpu >> 6;
        return word < words.length && (words[word] & (1L << cpu)) != 0;
    }

    /** The CPUs that are in both sets. */
    public CpuMask and(CpuMask other) {
        BitSet bits = BitSet.valueOf(words);
        bits.and(BitSet.valueOf(other.words));
        return new CpuMask(bits.toLongArray());
    }

    /** The CPUs that are in one of the sets or in both. */
    public CpuMask or(CpuMask other) {
        BitSet bits = BitSet.valueOf(words);
        bits.or(BitSet.valueOf(other.words));
        return new CpuMask(bits.toLongArray());
    }

    /** The CPUs of this set that are not in the other. */
    public CpuMask andNot(CpuMask other) {
        BitSet bits = BitSet.valueOf(words);
        bits.andNot(BitSet.valueOf(other.words));
        return new CpuMask(bits.toLongArray());
    }

    /** How many CPUs are in the set ({@code cpumask_weight}). */
    public int weight() {
        int weight = 0;
        for (long word : words) {
            weight += Long.bitCount(word);
        }
        return weight;
    }

    /** Whether the set is empty. */
    public boolean isEmpty() {
        return weight() == 0;
    }

    /** The lowest CPU that is not below {@code from}, or -1. */
    public int next(int from) {
        return BitSet.valueOf(words).nextSetBit(from);
    }

    /** The lowest CPU, or -1. */
    public int first() {
        return next(0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CpuMask mask && Arrays.equals(words, mask.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words);
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        BitSet bits = BitSet.valueOf(words);
        for (int start = bits.nextSetBit(0); start >= 0;) {
            int end = bits.nextClearBit(start);
            out.append(out.isEmpty() ? "" : ",").append(start);
            if (end - start > 1) {
                out.append('-').append(end - 1);
            }
            start = bits.nextSetBit(end);
        }
        return out.toString();
    }
}
