package org.kunitjvm.kernel.bug;

import java.util.Locale;

/**
 * The model is broken: {@code BUG()}, {@code BUG_ON()}, {@code VM_BUG_ON()}. It ends the kthread that threw it, as an
 * oops does; code of the model never catches it.
 */
public final class KernelBug extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** State which operation failed on which object with which values. */
    public KernelBug(String format, Object... args) {
        super(args.length == 0 ? format : String.format(Locale.ROOT, format, args));
    }
}
