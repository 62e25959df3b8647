package org.kunitjvm.kernel.bug;

/** Reasons why a kernel is tainted, with the bit and the letter that Linux uses. */
public enum TaintFlag {
    BAD_PAGE(5, 'B'),
    DIE(7, 'D'),
    WARN(9, 'W'),
    LOCKUP(14, 'L'),
    TEST(18, 'N');

    private final int bit;
    private final char letter;

    TaintFlag(int bit, char letter) {
        this.bit = bit;
        this.letter = letter;
    }

    /** Bit number in {@code /proc/sys/kernel/tainted}. */
    public int bit() {
        return bit;
    }

    /** Letter in oops and warning headers. */
    public char letter() {
        return letter;
    }
}
