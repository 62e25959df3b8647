package org.kunitjvm.kernel.errno;

/**
 * A function of the model failed with a reason, where C would return {@code -ENOMEM} and the like.
 * It carries no stack trace: failures of this kind are expected and frequent.
 */
public final class ErrnoException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Errno errno;

    /** Fail with {@code errno}; {@code detail} says which object and which values, for people. */
    public ErrnoException(Errno errno, String detail) {
        super("-" + errno + ": " + detail, null, false, false);
        this.errno = errno;
    }

    /** Fail with {@code errno} and its standard text. */
    public ErrnoException(Errno errno) {
        this(errno, errno.text());
    }

    /** The reason. */
    public Errno errno() {
        return errno;
    }

    /** The value that C would return: the negative error number. */
    public int ret() {
        return -errno.number();
    }
}
