package org.kunitjvm.kunit.suites;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;

import org.junit.jupiter.api.Tag;
import org.kunitjvm.kernel.device.Device;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.device.KunitPlatform;

/** A platform device is there from its adding to the end of the test, and its name is there once. */
@KunitSuite(value = "kunit_platform_device", config = "KUNIT_TEST", module = "platform_test", link = 27)
final class KunitPlatformDeviceKunit {
    private static int addError(Kunit test, Device device) {
        try {
            KunitPlatform.deviceAdd(test, device);
            return 0;
        } catch (ErrnoException e) {
            return e.ret();
        }
    }

    @KunitCase
    @Tag("K-027")
    void kunitPlatformDeviceAllocTest(Kunit test) {
        Device device = KunitPlatform.deviceAlloc(test, "kunit-platform", 1);
        KUNIT_ASSERT_NOT_NULL(test, device);
        KUNIT_EXPECT_FALSE(test, device.isRegistered());
    }

    @KunitCase
    @Tag("K-027")
    void kunitPlatformDeviceAddTest(Kunit test) {
        Device device = KunitPlatform.deviceAlloc(test, "kunit-platform-add", KunitPlatform.DEVID_NONE);
        KUNIT_ASSERT_EQ(test, addError(test, device), 0);
        KUNIT_EXPECT_TRUE(test, device.isRegistered());
    }

    @KunitCase
    @Tag("K-027")
    void kunitPlatformDeviceAddTwiceFailsTest(Kunit test) {
        Device device = KunitPlatform.deviceAlloc(test, "kunit-platform-add-2", KunitPlatform.DEVID_NONE);
        KUNIT_ASSERT_EQ(test, addError(test, device), 0);
        KUNIT_ASSERT_EQ(test, addError(test, device), -Errno.EEXIST.number());
        KUNIT_EXPECT_TRUE(test, device.isRegistered());
    }

    @KunitCase
    @Tag("K-027")
    void kunitPlatformDeviceAddCleansUp(Kunit test) {
        Kunit fake = test.fake("kunit_platform_device_add_fake_test", null);
        Device device = KunitPlatform.deviceAlloc(fake, "kunit-platform-add-3", KunitPlatform.DEVID_NONE);
        KUNIT_ASSERT_EQ(test, addError(fake, device), 0);
        KUNIT_EXPECT_TRUE(test, device.isRegistered());

        fake.cleanup();
        test.bindToCurrent();
        KUNIT_EXPECT_FALSE(test, device.isRegistered());
    }
}
