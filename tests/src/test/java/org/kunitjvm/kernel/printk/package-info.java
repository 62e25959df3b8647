/** Tests of the kernel log and of its formats. */
@NullMarked
package org.kunitjvm.kernel.printk;

import org.jspecify.annotations.NullMarked;
