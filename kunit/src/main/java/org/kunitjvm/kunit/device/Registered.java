package org.kunitjvm.kunit.device;

import org.kunitjvm.kernel.device.Bus;
import org.kunitjvm.kernel.device.DeviceDriver;
import org.kunitjvm.kunit.resource.Action;

/** Something that a test registered and that ends with it. */
interface Registered {
    /** Undo the registration. */
    void unregister();

    /** The action that undoes it. An enum, because a serializable method reference is linked in every start anew. */
    enum Unregister implements Action<Registered> {
        ACTION;

        @Override
        public void run(Registered registered) {
            registered.unregister();
        }
    }

    /** A driver on its bus. */
    record Driver(Bus bus, DeviceDriver driver) implements Registered {
        @Override
        public void unregister() {
            bus.unregister(driver);
        }
    }
}
