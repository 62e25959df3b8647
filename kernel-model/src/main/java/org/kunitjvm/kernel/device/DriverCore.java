package org.kunitjvm.kernel.device;

import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.Printk;

/** The devices of one kernel. Models drivers/base/core.c and drivers/base/platform.c. */
public final class DriverCore {
    private final Printk log;
    private final Bus platformBus = new Bus("platform", DriverCore::platformMatch);
    private final Device platformRoot = new Device("platform", null, null);

    /** The driver core of the kernel with this log. */
    public DriverCore(Printk log) {
        this.log = log;
        platformRoot.setRegistered(true);
    }

    /** The platform bus: a device fits the driver whose name its own begins with, up to the dot of the id. */
    public Bus platformBus() {
        return platformBus;
    }

    /** The device above all platform devices. */
    public Device platformRoot() {
        return platformRoot;
    }

    private static boolean platformMatch(Device device, DeviceDriver driver) {
        String name = device.name();
        int dot = name.lastIndexOf('.');
        return name.equals(driver.name()) || dot > 0 && name.substring(0, dot).equals(driver.name());
    }

    /**
     * Register a device and bind it if a driver fits ({@code device_add}).
     *
     * @throws ErrnoException {@code EEXIST} if the bus has a device of this name
     */
    public void add(Device device) throws ErrnoException {
        Bus bus = device.bus();
        if (bus != null && bus.find(device.name()) != null) {
            log.print(LogLevel.WARNING, "sysfs: cannot create duplicate filename '" + device.path() + "'");
            log.print(LogLevel.ERR, "kobject: kobject_add_internal failed for " + device.name()
                + " with -EEXIST, don't try to register things with the same name in the same directory.");
            throw new ErrnoException(Errno.EEXIST, device + " exists already on " + bus);
        }
        device.setRegistered(true);
        if (bus != null) {
            bus.add(device);
        }
    }

    /** Unbind and remove a device ({@code device_unregister}); nothing happens if it is not registered. */
    public void remove(Device device) {
        if (!device.isRegistered()) {
            return;
        }
        if (device.bus() != null) {
            device.bus().remove(device);
        }
        device.releaseManaged();
        device.setRegistered(false);
    }
}
