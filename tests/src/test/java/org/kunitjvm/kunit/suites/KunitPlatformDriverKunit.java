package org.kunitjvm.kunit.suites;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_TRUE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_EQ;

import org.junit.jupiter.api.Tag;
import org.kunitjvm.kernel.device.Device;
import org.kunitjvm.kernel.device.DeviceDriver;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.Completion;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.device.KunitPlatform;

/** A platform driver takes the device of its name, and a test can wait until it has. */
@KunitSuite(value = "kunit_platform_driver", config = "KUNIT_TEST", module = "platform_test", link = 28)
final class KunitPlatformDriverKunit {
    private static final long TIMEOUT_NS = 1_000_000_000L;

    @KunitCase
    @Tag("K-027")
    void kunitPlatformDriverRegisterTest(Kunit test) throws ErrnoException {
        DeviceDriver driver = new DeviceDriver("kunit-platform-driver", null, null);
        Device device = KunitPlatform.deviceAlloc(test, "kunit-platform-driver", KunitPlatform.DEVID_NONE);
        Completion bound = new Completion(test.kernel().sched(), test.kernel().clock(), "driver bound");

        KunitPlatform.driverRegister(test, driver);
        KunitPlatform.prepareWaitForProbe(test, device, bound);
        KunitPlatform.deviceAdd(test, device);
        KUNIT_ASSERT_TRUE(test, bound.awaitTimeout(TIMEOUT_NS));
        KUNIT_EXPECT_PTR_EQ(test, device.driver(), driver);
    }

    @KunitCase
    @Tag("K-027")
    void kunitPlatformDevicePrepareWaitForProbeCompletesWhenAlreadyProbed(Kunit test) throws ErrnoException {
        DeviceDriver driver = new DeviceDriver("kunit-platform-wait", null, null);
        Device device = KunitPlatform.deviceAlloc(test, "kunit-platform-wait", KunitPlatform.DEVID_NONE);
        Completion bound = new Completion(test.kernel().sched(), test.kernel().clock(), "driver bound");

        KunitPlatform.driverRegister(test, driver);
        KunitPlatform.deviceAdd(test, device);
        KunitPlatform.prepareWaitForProbe(test, device, bound);
        KUNIT_ASSERT_TRUE(test, bound.awaitTimeout(TIMEOUT_NS));
    }
}
