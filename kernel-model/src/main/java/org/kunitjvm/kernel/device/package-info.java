/**
 * Devices and drivers without hardware: what a test needs to see a driver bind and unbind.
 * {@link org.kunitjvm.kernel.device.DriverCore} is the entry point; it keeps the devices and drivers of each bus and
 * brings them together.
 * Uses printk and errno. Models drivers/base as far as binding, names and managed resources go.
 * Invariant: a device is bound to at most one driver, and its managed resources are released when it is unbound or
 * removed.
 */
@NullMarked
package org.kunitjvm.kernel.device;

import org.jspecify.annotations.NullMarked;
