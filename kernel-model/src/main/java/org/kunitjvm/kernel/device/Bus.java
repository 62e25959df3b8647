package org.kunitjvm.kernel.device;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;

/** A bus: its devices and drivers, and the rule that says who fits whom. Models {@code struct bus_type}. */
public final class Bus {
    private final String name;
    private final BiPredicate<Device, DeviceDriver> match;
    private final List<Device> devices = new ArrayList<>();
    private final List<DeviceDriver> drivers = new ArrayList<>();
    private final List<Consumer<Device>> boundListeners = new ArrayList<>();

    /** A bus on which {@code match} decides. */
    public Bus(String name, BiPredicate<Device, DeviceDriver> match) {
        this.name = name;
        this.match = match;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Its devices, oldest first. */
    public List<Device> devices() {
        return List.copyOf(devices);
    }

    /** Its drivers, oldest first. */
    public List<DeviceDriver> drivers() {
        return List.copyOf(drivers);
    }

    /** Call {@code listener} for each device that gets bound ({@code BUS_NOTIFY_BOUND_DRIVER}). */
    public void addBoundListener(Consumer<Device> listener) {
        boundListeners.add(listener);
    }

    /** Stop calling {@code listener}. */
    public void removeBoundListener(Consumer<Device> listener) {
        boundListeners.remove(listener);
    }

    /**
     * Register a driver and bind every free device that it fits ({@code driver_register}).
     *
     * @throws ErrnoException {@code EBUSY} if the name is taken
     */
    public void register(DeviceDriver driver) throws ErrnoException {
        for (DeviceDriver other : drivers) {
            if (other.name().equals(driver.name())) {
                throw new ErrnoException(Errno.EBUSY, "driver " + driver.name() + " is already registered on bus "
                    + name);
            }
        }
        drivers.add(driver);
        for (Device device : devices()) {
            tryBind(device, driver);
        }
    }

    /** Unbind the driver's devices and forget it ({@code driver_unregister}). */
    public void unregister(DeviceDriver driver) {
        for (int i = devices.size() - 1; i >= 0; i--) {
            if (devices.get(i).driver() == driver) {
                unbind(devices.get(i));
            }
        }
        drivers.remove(driver);
    }

    void add(Device device) {
        devices.add(device);
        for (DeviceDriver driver : drivers()) {
            if (tryBind(device, driver)) {
                return;
            }
        }
    }

    void remove(Device device) {
        unbind(device);
        devices.remove(device);
    }

    @Nullable Device find(String deviceName) {
        return devices.stream().filter(device -> device.name().equals(deviceName)).findFirst().orElse(null);
    }

    private boolean tryBind(Device device, DeviceDriver driver) {
        if (device.driver() != null || !match.test(device, driver) || driver.probe(device) != 0) {
            return false;
        }
        device.setDriver(driver);
        List.copyOf(boundListeners).forEach(listener -> listener.accept(device));
        return true;
    }

    private static void unbind(Device device) {
        DeviceDriver driver = device.driver();
        if (driver != null) {
            driver.remove(device);
            device.releaseManaged();
            device.setDriver(null);
        }
    }

    @Override
    public String toString() {
        return "bus " + name;
    }
}
