/**
 * Devices and drivers that a test owns and that go when it ends.
 * {@link org.kunitjvm.kunit.device.KunitDevices} makes them on the bus {@code kunit},
 * {@link org.kunitjvm.kunit.device.KunitPlatform} on the platform bus.
 * Uses the test API and the driver core of the kernel model. Models lib/kunit/device.c and lib/kunit/platform.c.
 */
@NullMarked
package org.kunitjvm.kunit.device;

import org.jspecify.annotations.NullMarked;
