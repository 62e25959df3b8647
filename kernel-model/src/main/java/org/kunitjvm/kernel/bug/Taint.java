package org.kunitjvm.kernel.bug;

import java.util.EnumSet;

/** The taint mask of one kernel: flags are added and never removed. Models kernel/panic.c: add_taint. */
public final class Taint {
    private final EnumSet<TaintFlag> flags = EnumSet.noneOf(TaintFlag.class);

    /** Add one reason. */
    public void add(TaintFlag flag) {
        flags.add(flag);
    }

    /** Whether the kernel is tainted for this reason. */
    public boolean has(TaintFlag flag) {
        return flags.contains(flag);
    }

    /** The mask as {@code /proc/sys/kernel/tainted} shows it. */
    public long mask() {
        long mask = 0;
        for (TaintFlag flag : flags) {
            mask |= 1L << flag.bit();
        }
        return mask;
    }

    /** {@code Not tainted}, or {@code Tainted: } and the letters. */
    public String describe() {
        if (flags.isEmpty()) {
            return "Not tainted";
        }
        StringBuilder letters = new StringBuilder("Tainted: ");
        for (TaintFlag flag : flags) {
            letters.append(flag.letter());
        }
        return letters.toString();
    }
}
