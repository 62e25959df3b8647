package org.kunitjvm.mm.vma;

import java.util.BitSet;

import org.kunitjvm.kernel.hook.Models;

/**
 * {@code vm_flags} as a bitmap of any width, by bit number: what newer kernels use where one machine word will not do.
 * A mutable set; {@link #word} is the part that {@link VmArea#vmFlags} holds.
 */
@Models("include/linux/mm_types.h: vma_flags_t")
public final class VmaFlagSet {
    private final BitSet bits;

    private VmaFlagSet(BitSet bits) {
        this.bits = bits;
    }

    /** The flags with these bit numbers ({@code mk_vma_flags}). */
    public static VmaFlagSet of(int... bitNumbers) {
        VmaFlagSet flags = new VmaFlagSet(new BitSet(Long.SIZE));
        flags.set(bitNumbers);
        return flags;
    }

    /** The flags of a word ({@code legacy_to_vma_flags}). */
    public static VmaFlagSet ofWord(long word) {
        return new VmaFlagSet(BitSet.valueOf(new long[] {word}));
    }

    /** The flags below bit 64 as a word ({@code vma_flags_to_legacy}). */
    public long word() {
        long[] words = bits.toLongArray();
        return words.length == 0 ? 0 : words[0];
    }

    /** Whether this flag is set ({@code vma_flags_test}). */
    public boolean test(int bitNumber) {
        return bits.get(bitNumber);
    }

    /** Whether any of these flags is set ({@code vma_flags_test_any_mask}). */
    public boolean testAny(VmaFlagSet mask) {
        return bits.intersects(mask.bits);
    }

    /** Whether all of these flags are set ({@code vma_flags_test_all_mask}). */
    public boolean testAll(VmaFlagSet mask) {
        return mask.and(this).equals(mask);
    }

    /** Set flags ({@code vma_flags_set}). */
    public void set(int... bitNumbers) {
        for (int bit : bitNumbers) {
            bits.set(bit);
        }
    }

    /** Set all flags of a word and nothing else below bit 64 ({@code vma_flags_overwrite_word}). */
    public void overwriteWord(long word) {
        bits.clear(0, Long.SIZE);
        bits.or(BitSet.valueOf(new long[] {word}));
    }

    /** Clear the flags of {@code mask} ({@code vma_flags_clear_mask}). */
    public void clear(VmaFlagSet mask) {
        bits.andNot(mask.bits);
    }

    /** Clear everything ({@code vma_flags_clear_all}). */
    public void clearAll() {
        bits.clear();
    }

    /** Whether no flag is set ({@code vma_flags_empty}). */
    public boolean isEmpty() {
        return bits.isEmpty();
    }

    /** The flags that exactly one of the two has ({@code vma_flags_diff_pair}). */
    public VmaFlagSet diff(VmaFlagSet other) {
        BitSet result = (BitSet) bits.clone();
        result.xor(other.bits);
        return new VmaFlagSet(result);
    }

    /** The flags that both have ({@code vma_flags_and}). */
    public VmaFlagSet and(VmaFlagSet other) {
        BitSet result = (BitSet) bits.clone();
        result.and(other.bits);
        return new VmaFlagSet(result);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VmaFlagSet flags && bits.equals(flags.bits);
    }

    @Override
    public int hashCode() {
        return bits.hashCode();
    }

    @Override
    public String toString() {
        return bits.toString();
    }
}
