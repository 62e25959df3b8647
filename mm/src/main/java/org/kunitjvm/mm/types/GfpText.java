package org.kunitjvm.mm.types;

/**
 * Writes {@code gfp_t} as text. Names are taken from an ordered table: each name whose bits are all still set is
 * written and its bits are dropped; what no name covers is written in hex. Models mm/debug.c: gfpflag_names and
 * lib/vsprintf.c: format_flags.
 */
public final class GfpText {
    private static final int[] MASKS = {
        GfpFlags.GFP_TRANSHUGE, GfpFlags.GFP_TRANSHUGE_LIGHT, GfpFlags.GFP_HIGHUSER_MOVABLE, GfpFlags.GFP_HIGHUSER,
        GfpFlags.GFP_USER, GfpFlags.GFP_KERNEL_ACCOUNT, GfpFlags.GFP_KERNEL, GfpFlags.GFP_NOFS, GfpFlags.GFP_ATOMIC,
        GfpFlags.GFP_NOIO, GfpFlags.GFP_NOWAIT, GfpFlags.GFP_DMA, GfpFlags.__GFP_HIGHMEM, GfpFlags.GFP_DMA32,
        GfpFlags.__GFP_HIGH, GfpFlags.__GFP_IO, GfpFlags.__GFP_FS, GfpFlags.__GFP_NOWARN, GfpFlags.__GFP_RETRY_MAYFAIL,
        GfpFlags.__GFP_NOFAIL, GfpFlags.__GFP_NORETRY, GfpFlags.__GFP_COMP, GfpFlags.__GFP_ZERO,
        GfpFlags.__GFP_NOMEMALLOC, GfpFlags.__GFP_MEMALLOC, GfpFlags.__GFP_HARDWALL, GfpFlags.__GFP_THISNODE,
        GfpFlags.__GFP_RECLAIMABLE, GfpFlags.__GFP_MOVABLE, GfpFlags.__GFP_ACCOUNT, GfpFlags.__GFP_WRITE,
        GfpFlags.__GFP_RECLAIM, GfpFlags.__GFP_DIRECT_RECLAIM, GfpFlags.__GFP_KSWAPD_RECLAIM, GfpFlags.__GFP_ZEROTAGS,
        GfpFlags.__GFP_UNMAPPED};
    private static final String[] NAMES = {
        "GFP_TRANSHUGE", "GFP_TRANSHUGE_LIGHT", "GFP_HIGHUSER_MOVABLE", "GFP_HIGHUSER",
        "GFP_USER", "GFP_KERNEL_ACCOUNT", "GFP_KERNEL", "GFP_NOFS", "GFP_ATOMIC",
        "GFP_NOIO", "GFP_NOWAIT", "GFP_DMA", "__GFP_HIGHMEM", "GFP_DMA32",
        "__GFP_HIGH", "__GFP_IO", "__GFP_FS", "__GFP_NOWARN", "__GFP_RETRY_MAYFAIL",
        "__GFP_NOFAIL", "__GFP_NORETRY", "__GFP_COMP", "__GFP_ZERO", "__GFP_NOMEMALLOC",
        "__GFP_MEMALLOC", "__GFP_HARDWALL", "__GFP_THISNODE", "__GFP_RECLAIMABLE",
        "__GFP_MOVABLE", "__GFP_ACCOUNT", "__GFP_WRITE", "__GFP_RECLAIM",
        "__GFP_DIRECT_RECLAIM", "__GFP_KSWAPD_RECLAIM", "__GFP_ZEROTAGS",
        "__GFP_UNMAPPED"};
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private GfpText() {
    }

    /** The text of {@code %pGg}: nothing for 0. */
    public static String printk(int mask) {
        StringBuilder out = new StringBuilder();
        append(mask, out);
        return out.toString();
    }

    /** The text in a trace event: {@code none} for 0. */
    public static String trace(int mask) {
        StringBuilder out = new StringBuilder();
        appendTrace(mask, out);
        return out.toString();
    }

    /** Append the text of {@code %pGg}; makes no garbage if {@code out} has room. */
    public static void append(int mask, StringBuilder out) {
        int left = mask;
        boolean first = true;
        for (int i = 0; i < MASKS.length && left != 0; i++) {
            if ((left & MASKS[i]) == MASKS[i]) {
                if (!first) {
                    out.append('|');
                }
                out.append(NAMES[i]);
                first = false;
                left &= ~MASKS[i];
            }
        }
        if (left != 0) {
            if (!first) {
                out.append('|');
            }
            appendHex(left, out);
        }
    }

    /** Append the text of a trace event; makes no garbage if {@code out} has room. */
    public static void appendTrace(int mask, StringBuilder out) {
        if (mask == 0) {
            out.append("none");
        } else {
            append(mask, out);
        }
    }

    private static void appendHex(int value, StringBuilder out) {
        out.append("0x");
        int shift = (31 - Integer.numberOfLeadingZeros(value)) & ~3;
        for (; shift >= 0; shift -= 4) {
            out.append(HEX[(value >>> shift) & 0xf]);
        }
    }
}
