package org.kunitjvm.kernel.sync;

/**
 * In which interrupt contexts a class was used, as bits. Models enum lock_usage_bit and the texts of
 * kernel/locking/lockdep.c.
 */
final class LockUsage {
    static final int IN_HARDIRQ = 1;
    static final int IN_HARDIRQ_READ = 1 << 1;
    static final int HARDIRQ_ON = 1 << 2;
    static final int HARDIRQ_ON_READ = 1 << 3;
    static final int IN_SOFTIRQ = 1 << 4;
    static final int IN_SOFTIRQ_READ = 1 << 5;
    static final int SOFTIRQ_ON = 1 << 6;
    static final int SOFTIRQ_ON_READ = 1 << 7;
    /** Number of bits. */
    static final int BITS = 8;

    private static final int BITS_PER_STATE = 4;
    private static final String[] NAMES = {"IN-HARDIRQ-W", "IN-HARDIRQ-R", "HARDIRQ-ON-W", "HARDIRQ-ON-R",
        "IN-SOFTIRQ-W", "IN-SOFTIRQ-R", "SOFTIRQ-ON-W", "SOFTIRQ-ON-R"};

    private LockUsage() {
    }

    /** The bits that one acquisition adds. */
    static int of(int preemptCount, boolean irqsDisabled, LockObserver.Mode mode) {
        int usage = 0;
        int shift = mode == LockObserver.Mode.READ ? 1 : 0;
        // A trylock in an interrupt cannot deadlock with what was interrupted.
        if (mode != LockObserver.Mode.TRY) {
            usage |= (preemptCount & Preempt.HARDIRQ_MASK) != 0 ? IN_HARDIRQ << shift : 0;
            usage |= (preemptCount & Preempt.SOFTIRQ_OFFSET) != 0 ? IN_SOFTIRQ << shift : 0;
        }
        if (!irqsDisabled) {
            usage |= HARDIRQ_ON << shift;
            usage |= (preemptCount & (Preempt.SOFTIRQ_MASK | Preempt.HARDIRQ_MASK)) == 0 ? SOFTIRQ_ON << shift : 0;
        }
        return usage;
    }

    /** The bits of {@code have} that make the single bit {@code bit} a deadlock. */
    static int conflicts(int bit, int have) {
        boolean read = (bit & (IN_HARDIRQ_READ | HARDIRQ_ON_READ | IN_SOFTIRQ_READ | SOFTIRQ_ON_READ)) != 0;
        boolean in = isInIrq(bit);
        int base = isSoftirq(bit) ? SOFTIRQ_SHIFT : 0;
        int opposite = (in ? HARDIRQ_ON : IN_HARDIRQ) << base;
        // Readers do not exclude readers.
        return have & (read ? opposite : opposite | opposite << 1);
    }

    private static final int SOFTIRQ_SHIFT = BITS_PER_STATE;

    static boolean isInIrq(int bit) {
        return (bit & (IN_HARDIRQ | IN_HARDIRQ_READ | IN_SOFTIRQ | IN_SOFTIRQ_READ)) != 0;
    }

    static boolean isSoftirq(int bit) {
        return bit >= IN_SOFTIRQ;
    }

    /** {@code IN-HARDIRQ-W} and so on, for a single bit. */
    static String name(int bit) {
        return NAMES[Integer.numberOfTrailingZeros(bit)];
    }

    /** {@code HARDIRQ} or {@code SOFTIRQ}. */
    static String stateName(int bit) {
        return isSoftirq(bit) ? "SOFTIRQ" : "HARDIRQ";
    }

    /** The four characters in braces of a lock's description. */
    static String chars(int usage) {
        char[] out = new char[4];
        for (int i = 0; i < out.length; i++) {
            int in = IN_HARDIRQ << ((i >> 1) * BITS_PER_STATE) << (i & 1);
            int on = in << 2;
            boolean isIn = (usage & in) != 0;
            boolean isOn = (usage & on) != 0;
            out[i] = isIn ? isOn ? '?' : '-' : isOn ? '+' : '.';
        }
        return new String(out);
    }
}
