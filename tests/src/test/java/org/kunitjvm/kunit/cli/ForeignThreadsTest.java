package org.kunitjvm.kunit.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;

/** A thread that a test has left must not keep the process from ending. */
class ForeignThreadsTest {
    private static Thread wait(CountDownLatch end, boolean daemon) {
        return Thread.ofPlatform().daemon(daemon).start(() -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Test
    void threadsThatTheJvmWaitsForAreFound() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        Thread foreign = wait(end, false);
        Thread daemon = wait(end, true);
        try {
            assertTrue(ForeignThreads.left().contains(foreign));
            assertFalse(ForeignThreads.left().contains(daemon));
            assertFalse(ForeignThreads.left().contains(Thread.currentThread()));
        } finally {
            end.countDown();
        }
        foreign.join();
        assertFalse(ForeignThreads.left().contains(foreign));
    }
}
