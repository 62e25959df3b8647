package org.kunitjvm.kunit.device;

import java.util.function.Consumer;

import org.kunitjvm.kernel.device.Bus;
import org.kunitjvm.kernel.device.Device;
import org.kunitjvm.kernel.device.DeviceDriver;
import org.kunitjvm.kernel.device.DriverCore;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.Completion;
import org.kunitjvm.kunit.Kunit;

/** Platform devices and drivers that a test owns. Models lib/kunit/platform.c. */
public final class KunitPlatform {
    /** The id of a device that is the only one of its name ({@code PLATFORM_DEVID_NONE}). */
    public static final int DEVID_NONE = -1;

    private record OwnedDevice(DriverCore core, Device device) implements Registered {
        @Override
        public void unregister() {
            core.remove(device);
        }
    }

    private record Listening(Bus bus, Consumer<Device> listener) implements Registered {
        @Override
        public void unregister() {
            bus.removeBoundListener(listener);
        }
    }

    private KunitPlatform() {
    }

    /** Make a platform device that is not registered yet ({@code kunit_platform_device_alloc}). */
    public static Device deviceAlloc(Kunit test, String name, int id) {
        DriverCore core = test.kernel().devices();
        return new Device(id == DEVID_NONE ? name : name + "." + id, core.platformRoot(), core.platformBus());
    }

    /**
     * Register a platform device until the test ends ({@code kunit_platform_device_add}).
     *
     * @throws ErrnoException {@code EEXIST} if there is one of this name
     */
    public static void deviceAdd(Kunit test, Device device) throws ErrnoException {
        DriverCore core = test.kernel().devices();
        core.add(device);
        test.addAction(Registered.Unregister.ACTION, new OwnedDevice(core, device));
    }

    /**
     * Complete {@code bound} when a driver takes {@code device}, at once if one has ({@code …_prepare_wait_for_probe}).
     */
    public static void prepareWaitForProbe(Kunit test, Device device, Completion bound) {
        if (device.driver() != null) {
            bound.complete();
            return;
        }
        Bus bus = test.kernel().devices().platformBus();
        Consumer<Device> listener = which -> {
            if (which == device) {
                bound.complete();
            }
        };
        bus.addBoundListener(listener);
        test.addAction(Registered.Unregister.ACTION, new Listening(bus, listener));
    }

    /**
     * Register a platform driver until the test ends ({@code kunit_platform_driver_register}).
     *
     * @throws ErrnoException {@code EBUSY} if the name is taken
     */
    public static void driverRegister(Kunit test, DeviceDriver driver) throws ErrnoException {
        Bus bus = test.kernel().devices().platformBus();
        bus.register(driver);
        test.addAction(Registered.Unregister.ACTION, new Registered.Driver(bus, driver));
    }
}
