package org.kunitjvm.kernel.device;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** A device. Models {@code struct device}: name, parent, bus, bound driver, DMA mask and managed (devm) actions. */
public final class Device {
    private final String name;
    private final String path;
    private final @Nullable Bus bus;
    private final List<Runnable> managed = new ArrayList<>();
    private @Nullable DeviceDriver driver;
    private long coherentDmaMask;
    private boolean registered;

    /** A device below {@code parent}, not registered yet; its path is what sysfs would show. */
    public Device(String name, @Nullable Device parent, @Nullable Bus bus) {
        this.name = name;
        this.path = (parent == null ? "/devices" : parent.path) + "/" + name;
        this.bus = bus;
    }

    /** Its name ({@code dev_name}). */
    public String name() {
        return name;
    }

    /** Its place under /sys. */
    public String path() {
        return path;
    }

    /** The bus it sits on, or {@code null}. */
    public @Nullable Bus bus() {
        return bus;
    }

    /** The driver it is bound to, or {@code null}. */
    public @Nullable DeviceDriver driver() {
        return driver;
    }

    /** Whether it was registered and not removed. */
    public boolean isRegistered() {
        return registered;
    }

    /** Which addresses coherent DMA reaches, as a bit mask. */
    public long coherentDmaMask() {
        return coherentDmaMask;
    }

    /** Set the DMA mask ({@code dma_set_coherent_mask}). */
    public void setCoherentDmaMask(long mask) {
        coherentDmaMask = mask;
    }

    /** Call {@code action} when the device is unbound or removed, newest first ({@code devm_add_action}). */
    public void addManagedAction(Runnable action) {
        managed.add(action);
    }

    void setDriver(@Nullable DeviceDriver newDriver) {
        driver = newDriver;
    }

    void setRegistered(boolean isRegistered) {
        registered = isRegistered;
    }

    void releaseManaged() {
        while (!managed.isEmpty()) {
            managed.removeLast().run();
        }
    }

    @Override
    public String toString() {
        return "device " + path + (driver == null ? "" : " bound to " + driver.name());
    }
}
