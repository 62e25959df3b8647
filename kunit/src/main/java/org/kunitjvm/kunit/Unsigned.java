package org.kunitjvm.kunit;

/**
 * An unsigned integer of a C type that Java lacks, for operands of the assertion macros: it compares as C would compare
 * it. Where C converts both sides to an unsigned type, so does the comparison.
 */
public final class Unsigned extends Number {
    private static final long serialVersionUID = 1L;

    private final int bits;
    private final long value;

    private Unsigned(int bits, long value) {
        this.bits = bits;
        this.value = value;
    }

    /** A {@code u8}: the low 8 bits of {@code value}. */
    public static Unsigned u8(long value) {
        return new Unsigned(Byte.SIZE, value & 0xff);
    }

    /** A {@code u16}: the low 16 bits of {@code value}. */
    public static Unsigned u16(long value) {
        return new Unsigned(Short.SIZE, value & 0xffff);
    }

    /** A {@code u32}: the low 32 bits of {@code value}. */
    public static Unsigned u32(long value) {
        return new Unsigned(Integer.SIZE, value & 0xffff_ffffL);
    }

    /** A {@code u64}, {@code unsigned long} or {@code size_t}: all bits of {@code value}. */
    public static Unsigned u64(long value) {
        return new Unsigned(Long.SIZE, value);
    }

    /** Width in bits. */
    public int bits() {
        return bits;
    }

    @Override
    public int intValue() {
        return (int) value;
    }

    /** The 64 bits: zero-extended, so negative only for a {@code u64} with the highest bit set. */
    @Override
    public long longValue() {
        return value;
    }

    @Override
    public float floatValue() {
        return (float) doubleValue();
    }

    @Override
    public double doubleValue() {
        return value >= 0 ? value : (value >>> 1) * 2.0 + (value & 1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Unsigned that && that.bits == bits && that.value == value;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(value) * 31 + bits;
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(value);
    }
}
