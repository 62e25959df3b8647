package org.kunitjvm.kunit.cli;

import java.util.ArrayList;
import java.util.List;

/** Threads that somebody's test has left behind and that would keep the process from ending. */
final class ForeignThreads {
    private ForeignThreads() {
    }

    /** The threads besides the calling one that a JVM waits for; this program starts none. */
    static List<Thread> left() {
        ThreadGroup all = Thread.currentThread().getThreadGroup();
        while (all.getParent() != null) {
            all = all.getParent();
        }
        Thread[] threads = new Thread[all.activeCount() + 1];
        int count = all.enumerate(threads);
        List<Thread> left = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (!threads[i].isDaemon() && threads[i] != Thread.currentThread()) {
                left.add(threads[i]);
            }
        }
        return left;
    }
}
