package org.kunitjvm.mm.boot;

import static org.kunitjvm.mm.types.MmConstants.PAGE_SHIFT;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.kernel.hw.MemorySize;

/**
 * How much memory {@code kernelcore=} or {@code movablecore=} asks for. Models mm/mm_init.c: cmdline_parse_core.
 *
 * @param pages pages, if {@code percent} is 0
 * @param percent percent of all memory, or 0
 */
record CoreSize(long pages, int percent) {
    /** The parameter is absent. */
    static final CoreSize NONE = new CoreSize(0, 0);

    private static final int ALL_PERCENT = 100;

    /** Read {@code 2G} or {@code 50%}. */
    static CoreSize parse(String param, @Nullable String text) {
        if (text == null) {
            return NONE;
        }
        String remedy = "; give a size as in " + param + "=2G or a share of all memory as in " + param + "=50%";
        try {
            return text.endsWith("%") ? percent(text) : new CoreSize(MemorySize.parse(text) >> PAGE_SHIFT, 0);
        } catch (IllegalArgumentException e) {
            throw new KernelParamException(param + "=" + text + ": '" + text
                + "' is not a size or a percentage from 0% to 100%" + remedy);
        }
    }

    private static CoreSize percent(String text) {
        int percent = Integer.parseInt(text.substring(0, text.length() - 1));
        if (percent < 0 || percent > ALL_PERCENT) {
            throw new IllegalArgumentException(text);
        }
        return new CoreSize(0, percent);
    }

    /** Pages of a machine with {@code totalPages}. */
    long of(long totalPages) {
        return percent > 0 ? totalPages * percent / ALL_PERCENT : pages;
    }
}
