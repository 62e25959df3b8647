package org.kunitjvm.mm.trace;

import static org.kunitjvm.mm.types.MmConstants.STRUCT_PAGE_SIZE;

import java.util.HashMap;
import java.util.Map;

/**
 * How {@code page=%p} of a trace event is printed. A kernel prints addresses with {@code no_hash_pointers}, a
 * placeholder before there is entropy, and from then on a hash of 32 bits in 16 digits. The hash cannot be computed
 * here, so it is learnt: what counts is that a page always has the same one and no other page has it.
 */
final class PagePointers {
    private static final String NULL_POINTER = "0000000000000000";
    private static final String NO_HASH_YET = "(____ptrval____)";
    private static final String UNKNOWN_HASH = "(hash never seen)";
    private static final int DIGITS = 16;

    private enum Form {
        ADDRESS, PLACEHOLDER, HASH
    }

    private final Map<Integer, String> hashes = new HashMap<>();
    private final Map<String, Integer> frames = new HashMap<>();
    private long vmemmap;
    private Form form = Form.ADDRESS;
    private boolean settled;

    /** Addresses from {@code vmemmap} on, until something else is learnt. */
    PagePointers(long vmemmap) {
        this.vmemmap = vmemmap;
    }

    void showPlaceholders() {
        form = Form.PLACEHOLDER;
        settled = true;
    }

    /** Whether a further event could tell something. */
    boolean isLearning() {
        return !settled;
    }

    /** Take what the text of a recorded event tells. */
    void learn(String text) {
        int page = text.indexOf("page=");
        int pfn = text.indexOf(" pfn=0x");
        if (page < 0 || pfn < page) {
            return;
        }
        String pointer = text.substring(page + "page=".length(), pfn);
        int end = text.indexOf(' ', pfn + 1);
        String frame = text.substring(pfn + " pfn=0x".length(), end < 0 ? text.length() : end);
        if (pointer.startsWith("(")) {
            showPlaceholders();
        } else if (!pointer.equals(NULL_POINTER) && pointer.length() == DIGITS) {
            learn(pointer, Integer.parseInt(frame, DIGITS));
        }
    }

    private void learn(String pointer, int pfn) {
        long value = Long.parseUnsignedLong(pointer, DIGITS);
        // Addresses of the kernel are in the upper half.
        if (value < 0) {
            vmemmap = value - (long) pfn * STRUCT_PAGE_SIZE;
            settled = true;
            return;
        }
        form = Form.HASH;
        if (!hashes.containsKey(pfn) && !frames.containsKey(pointer)) {
            hashes.put(pfn, pointer);
            frames.put(pointer, pfn);
        }
    }

    /** Append the pointer to a page; -1 stands for no page. */
    void append(int pfn, StringBuilder out) {
        if (pfn < 0) {
            out.append(NULL_POINTER);
            return;
        }
        switch (form) {
            case PLACEHOLDER -> out.append(NO_HASH_YET);
            case HASH -> out.append(hashes.getOrDefault(pfn, UNKNOWN_HASH));
            case ADDRESS -> {
                long address = vmemmap + (long) pfn * STRUCT_PAGE_SIZE;
                for (int shift = Long.SIZE - 4; shift >= 0; shift -= 4) {
                    out.append(Character.forDigit((int) (address >>> shift) & 0xf, DIGITS));
                }
            }
        }
    }
}
