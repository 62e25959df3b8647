package org.kunitjvm.kernel.hw;

/** Reads sizes as the kernel's command line and QEMU write them. */
public final class MemorySize {
    private static final String SUFFIXES = "KMGTPE";

    private MemorySize() {
    }

    /**
     * Read {@code 4G}, {@code 512M}, {@code 0x1000}, {@code 4096}. Models lib/cmdline.c: memparse.
     *
     * @return bytes
     * @throws IllegalArgumentException if the text is not a size; the message names it
     */
    public static long parse(String text) {
        String digits = text.strip();
        int shift = 0;
        if (!digits.isEmpty()) {
            boolean hex = digits.startsWith("0x") || digits.startsWith("0X");
            int suffix = SUFFIXES.indexOf(Character.toUpperCase(digits.charAt(digits.length() - 1)));
            if (suffix >= 0 && !(hex && suffix == SUFFIXES.indexOf('E'))) {
                shift = 10 * (suffix + 1);
                digits = digits.substring(0, digits.length() - 1);
            }
        }
        try {
            long value = Long.decode(digits);
            if (value < 0 || value > (Long.MAX_VALUE >> shift)) {
                throw new NumberFormatException();
            }
            return value << shift;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text
                + "' is not a size; write bytes or a number with K, M, G or T", e);
        }
    }

    /** Write a size with the largest suffix that divides it. */
    public static String format(long bytes) {
        int shift = 0;
        while (shift < 40 && bytes != 0 && (bytes & 1023) == 0) {
            bytes >>= 10;
            shift += 10;
        }
        return bytes + (shift == 0 ? "" : SUFFIXES.substring(shift / 10 - 1, shift / 10));
    }
}
