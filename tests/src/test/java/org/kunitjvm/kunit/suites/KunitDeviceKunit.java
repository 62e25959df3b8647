package org.kunitjvm.kunit.suites;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;

import org.junit.jupiter.api.Tag;
import org.kunitjvm.kernel.device.Device;
import org.kunitjvm.kernel.device.DeviceDriver;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.device.KunitDevices;

/** A simulated device is bound while the test runs and gone afterwards, with everything that hung on it. */
@KunitSuite(value = "kunit_device", config = "KUNIT_TEST", module = "kunit_test", link = 25)
final class KunitDeviceKunit {
    @KunitCase
    @Tag("K-026")
    void kunitDeviceTest(Kunit test) throws ErrnoException {
        Device device = KunitDevices.register(test, "my_device");

        KUNIT_ASSERT_NOT_NULL(test, device);
        KUNIT_EXPECT_STREQ(test, device.name(), test.name() + ".my_device");
        KUNIT_ASSERT_NOT_NULL(test, device.driver());
        KUNIT_EXPECT_EQ(test, device.coherentDmaMask(), 0xffff_ffffL);
        KunitDevices.unregister(test, device);
        KUNIT_EXPECT_FALSE(test, device.isRegistered());
        KUNIT_EXPECT_EQ(test, KunitDevices.bus(test.kernel()).drivers().size(), 0);
    }

    @KunitCase
    @Tag("K-026")
    void kunitDeviceCleanupTest(Kunit test) throws ErrnoException {
        boolean[] released = new boolean[1];
        Device device = KunitDevices.register(test, "my_device");
        device.addManagedAction(() -> released[0] = true);

        KUNIT_EXPECT_FALSE(test, released[0]);
        KunitDevices.unregister(test, device);
        KUNIT_EXPECT_TRUE(test, released[0]);
    }

    @KunitCase
    @Tag("K-026")
    void kunitDeviceDriverTest(Kunit test) throws ErrnoException {
        DeviceDriver driver = KunitDevices.driverCreate(test, "my_driver");
        Device device = KunitDevices.registerWithDriver(test, "my_driver", driver);
        KUNIT_EXPECT_PTR_EQ(test, device.driver(), driver);

        boolean[] released = new boolean[1];
        device.addManagedAction(() -> released[0] = true);
        KunitDevices.unregister(test, device);
        KUNIT_EXPECT_TRUE(test, released[0]);
        // The driver was the test's own and stays.
        KUNIT_EXPECT_EQ(test, KunitDevices.bus(test.kernel()).drivers().size(), 1);
    }
}
