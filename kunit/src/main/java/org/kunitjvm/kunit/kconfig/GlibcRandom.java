package org.kunitjvm.kunit.kconfig;

/**
 * The sequence of glibc's {@code rand()} after {@code srand(seed)}, so that randconfig with a KCONFIG_SEED gives what
 * conf gives.
 */
final class GlibcRandom {
    private static final int DEGREE = 31;
    private static final int SEPARATION = 3;
    private static final int DISCARDED = 310;

    private final int[] state = new int[DEGREE];
    private int front = SEPARATION;
    private int rear;

    GlibcRandom(int seed) {
        int word = seed == 0 ? 1 : seed;
        state[0] = word;
        for (int i = 1; i < DEGREE; i++) {
            // 16807 * word modulo 2^31 - 1, without leaving 32 bits.
            long high = word / 127773;
            long low = word % 127773;
            long next = 16807 * low - 2836 * high;
            word = (int) (next < 0 ? next + Integer.MAX_VALUE : next);
            state[i] = word;
        }
        for (int i = 0; i < DISCARDED; i++) {
            next();
        }
    }

    /** The next number, 0 to 2^31 - 1. */
    int next() {
        state[front] += state[rear];
        int result = state[front] >>> 1;
        front = front + 1 == DEGREE ? 0 : front + 1;
        rear = rear + 1 == DEGREE ? 0 : rear + 1;
        return result;
    }
}
