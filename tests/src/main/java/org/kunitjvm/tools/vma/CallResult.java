package org.kunitjvm.tools.vma;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;

/** What a call gave: a value, or an error. */
public record CallResult(long value, int errno) {
    /** Success. */
    public static CallResult ok(long value) {
        return new CallResult(value, 0);
    }

    /** Failure with a positive error number. */
    public static CallResult error(int errno) {
        return new CallResult(-1, errno);
    }

    /** Whether the call succeeded. */
    public boolean isOk() {
        return errno == 0;
    }

    /** The name of an error number. */
    public static String name(int errno) {
        @Nullable Errno known = Errno.of(errno);
        return known == null ? "errno " + errno : known.name();
    }

    @Override
    public String toString() {
        return isOk() ? value > 9 ? "0x" + Long.toHexString(value) : Long.toString(value) : "-1 " + name(errno);
    }
}
