package org.kunitjvm.kernel.device;

import org.jspecify.annotations.Nullable;

/**
 * A driver: a name that devices are matched by, and what to do when one is bound or unbound. Models
 * {@code struct device_driver}.
 */
public final class DeviceDriver {
    /** Takes a device; not 0 refuses it with a negative error number. */
    @FunctionalInterface
    public interface Probe {
        /** Bind to {@code device}. */
        int probe(Device device);
    }

    /** Gives a device back. */
    @FunctionalInterface
    public interface Remove {
        /** Unbind from {@code device}. */
        void remove(Device device);
    }

    private final String name;
    private final @Nullable Probe probe;
    private final @Nullable Remove remove;

    /** A driver; without {@code probe} it takes every device that matches. */
    public DeviceDriver(String name, @Nullable Probe probe, @Nullable Remove remove) {
        this.name = name;
        this.probe = probe;
        this.remove = remove;
    }

    /** The name, unique on its bus. */
    public String name() {
        return name;
    }

    int probe(Device device) {
        return probe == null ? 0 : probe.probe(device);
    }

    void remove(Device device) {
        if (remove != null) {
            remove.remove(device);
        }
    }

    @Override
    public String toString() {
        return "driver " + name;
    }
}
