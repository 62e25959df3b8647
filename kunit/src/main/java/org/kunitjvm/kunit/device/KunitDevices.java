package org.kunitjvm.kunit.device;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.device.Bus;
import org.kunitjvm.kernel.device.Device;
import org.kunitjvm.kernel.device.DeviceDriver;
import org.kunitjvm.kernel.device.DriverCore;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.resource.Resource;

/** Simulated devices on the bus {@code kunit}, below the root device {@code kunit}. Models lib/kunit/device.c. */
public final class KunitDevices {
    private static final long DMA_32_BITS = 0xffff_ffffL;

    /** The bus and the root device of one kernel. */
    private record KunitBus(Bus bus, Device root) {
        static KunitBus of(Kernel kernel) {
            KunitBus known = kernel.find(KunitBus.class);
            if (known != null) {
                return known;
            }
            KunitBus made = new KunitBus(new Bus("kunit", (device, driver) ->
                device.name().endsWith("." + driver.name())), new Device("kunit", null, null));
            kernel.provide(KunitBus.class, made);
            return made;
        }
    }

    private record OwnedDevice(DriverCore core, Device device, Registered.@Nullable Driver ownDriver)
        implements Registered {
        @Override
        public void unregister() {
            core.remove(device);
        }
    }

    /** What a test made, by device, so that it can be given back early. */
    private record Owned(OwnedDevice owned) {
    }

    private KunitDevices() {
    }

    /** The bus of this kernel's simulated devices. */
    public static Bus bus(Kernel kernel) {
        return KunitBus.of(kernel).bus();
    }

    /**
     * Register a driver that takes every device of its name ({@code kunit_driver_create}).
     *
     * @throws ErrnoException {@code EBUSY} if the name is taken
     */
    public static DeviceDriver driverCreate(Kunit test, String name) throws ErrnoException {
        return ownDriver(test, name).driver();
    }

    private static Registered.Driver ownDriver(Kunit test, String name) throws ErrnoException {
        Registered.Driver owned = new Registered.Driver(bus(test.kernel()), new DeviceDriver(name, null, null));
        owned.bus().register(owned.driver());
        test.addAction(Registered.Unregister.ACTION, owned);
        return owned;
    }

    /**
     * Register a device {@code <case>.<name>} with a driver of its own ({@code kunit_device_register}).
     *
     * @throws ErrnoException if the name is taken
     */
    public static Device register(Kunit test, String name) throws ErrnoException {
        Registered.Driver driver = ownDriver(test, name);
        try {
            return register(test, name, driver);
        } catch (ErrnoException e) {
            test.releaseAction(Registered.Unregister.ACTION, driver);
            throw e;
        }
    }

    /**
     * Register a device that {@code driver} takes ({@code kunit_device_register_with_driver}).
     *
     * @throws ErrnoException if the name is taken
     */
    public static Device registerWithDriver(Kunit test, String name, DeviceDriver driver) throws ErrnoException {
        Objects.requireNonNull(driver, "driver");
        return register(test, name, null);
    }

    private static Device register(Kunit test, String name, Registered.@Nullable Driver ownDriver)
        throws ErrnoException {
        KunitBus kunitBus = KunitBus.of(test.kernel());
        Device device = new Device(test.name() + "." + name, kunitBus.root(), kunitBus.bus());
        device.setCoherentDmaMask(DMA_32_BITS);
        OwnedDevice owned = new OwnedDevice(test.kernel().devices(), device, ownDriver);
        owned.core().add(device);
        test.addAction(Registered.Unregister.ACTION, owned);
        test.addNamedResource(null, null, new Resource(), resourceName(device), new Owned(owned));
        return device;
    }

    /** Remove a device now, and the driver that came with it ({@code kunit_device_unregister}). */
    public static void unregister(Kunit test, Device device) {
        Resource found = test.findNamedResource(resourceName(device));
        if (found == null) {
            return;
        }
        OwnedDevice owned = ((Owned) Objects.requireNonNull(found.data())).owned();
        found.put();
        test.destroyNamedResource(resourceName(device));
        test.releaseAction(Registered.Unregister.ACTION, owned);
        if (owned.ownDriver() != null) {
            test.releaseAction(Registered.Unregister.ACTION, owned.ownDriver());
        }
    }

    private static String resourceName(Device device) {
        return "kunit_device:" + device.name();
    }
}
