package org.kunitjvm.kernel.errno;

import org.kunitjvm.kernel.hook.Pointer;

/** An error in the place of a pointer ({@code ERR_PTR}): its address is the negative error number. */
public record ErrPtr(Errno errno) implements Pointer {
    @Override
    public long pointer() {
        return -errno.number();
    }

    /** Whether {@code address} is an encoded error ({@code IS_ERR}): one of the last 4095. */
    public static boolean isErr(long address) {
        return address < 0 && address >= -Errno.MAX_ERRNO;
    }
}
