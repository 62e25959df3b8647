/**
 * Error numbers and the exception that carries one.
 * {@link org.kunitjvm.kernel.errno.Errno} has the Linux x86-64 values; {@link org.kunitjvm.kernel.errno.ErrnoException}
 * is how a function of the model fails with a reason.
 * Uses nothing of the model.
 */
@NullMarked
package org.kunitjvm.kernel.errno;

import org.jspecify.annotations.NullMarked;
