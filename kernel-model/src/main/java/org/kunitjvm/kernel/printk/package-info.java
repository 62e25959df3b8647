/**
 * The modelled kernel log.
 * {@link org.kunitjvm.kernel.printk.Printk} is the ring that everything in the model logs to; consoles subscribe to it.
 * Uses the virtual clock for time stamps. It is part of the model and has nothing to do with the logging of the tool.
 */
@NullMarked
package org.kunitjvm.kernel.printk;

import org.jspecify.annotations.NullMarked;
