package org.kunitjvm.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.printk.LogRecord;
import org.kunitjvm.kunit.stub.WeavingLoader;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.MmInitcall;

/** Initcalls that are named are those that are found, without a look into any jar. */
class InitcallsTest {
    private static List<String> boot(Initcalls initcalls) {
        try (Kernel kernel = Kernel.builder().memory("64M").initcalls(initcalls).build()) {
            assertSame(kernel, Mm.of(kernel).kernel());
            return kernel.log().records().stream().map(LogRecord::text).toList();
        }
    }

    @Test
    void namedInitcallsBootTheSameKernel() {
        assertTrue(Initcalls.names().contains(MmInitcall.class.getName()), Initcalls.names().toString());
        assertEquals(boot(Initcalls.SERVICES), boot(Initcalls.named(Initcalls.names())));
    }

    @Test
    void onlyWhatIsNamedIsCalled() {
        Initcalls none = Initcalls.named(List.of(MmInitcall.class.getName()));

        assertEquals(List.of(MmInitcall.class), none.visible().stream().map(Object::getClass).toList());
        assertSame(none.visible(), none.visible());
    }

    @Test
    void threadWithALoaderOfItsOwnGetsItsOwn() throws ClassNotFoundException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        WeavingLoader loader = new WeavingLoader(InitcallsTest.class.getClassLoader());
        thread.setContextClassLoader(loader);
        try {
            Class<?> its = Initcalls.named(List.of(MmInitcall.class.getName())).visible().getFirst().getClass();
            assertSame(loader.loadClass(MmInitcall.class.getName()), its);
            assertNotSame(MmInitcall.class, its);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void classThatIsNotThereIsNamed() {
        Initcalls missing = Initcalls.named(List.of("org.kunitjvm.NoSuchInitcall"));

        assertEquals("cannot make initcall org.kunitjvm.NoSuchInitcall",
            assertThrows(IllegalStateException.class, missing::visible).getMessage());
    }
}
