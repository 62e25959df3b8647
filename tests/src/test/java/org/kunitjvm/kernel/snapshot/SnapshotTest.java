package org.kunitjvm.kernel.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.sched.RandomPolicy;
import org.kunitjvm.kernel.sched.SwitchTrace;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.kernel.sync.SpinLock;

/** A snapshot shows who ran when, changes nothing, and copes with what is broken. */
final class SnapshotTest {
    private static Kernel boot(long seed) {
        return Kernel.builder().cpus(2).memory("64M").policy(new RandomPolicy(seed)).initcalls(List.of()).build();
    }

    /** Two kthreads that fight for a lock and sleep; returns the virtual time at the end. */
    private static long work(Kernel kernel, int rounds) {
        SpinLock lock = kernel.locks().spinLock("fought over");
        List<Task> tasks = List.of(kernel.kthreads().run("left", () -> fight(kernel, lock, rounds)),
            kernel.kthreads().run("right", () -> fight(kernel, lock, rounds)));
        tasks.forEach(task -> kernel.sched().join(task, Long.MAX_VALUE));
        return kernel.clock().ktimeNs();
    }

    private static int fight(Kernel kernel, SpinLock lock, int rounds) {
        for (int i = 0; i < rounds; i++) {
            lock.lock();
            lock.unlock();
            kernel.sched().sleepNs(1_000);
        }
        return 0;
    }

    private static Exhibit.@Nullable Timeline timeline(Snapshot snapshot) {
        return snapshot.exhibits().stream().filter(Exhibit.Timeline.class::isInstance).map(Exhibit.Timeline.class::cast)
            .findFirst().orElse(null);
    }

    @Test
    void tracingAndLookingChangeNothing() {
        for (long seed = 0; seed < 20; seed++) {
            try (Kernel plain = boot(seed); Kernel traced = boot(seed)) {
                traced.sched().traceSwitches(64);
                long expected = work(plain, 5);
                traced.snapshot();
                assertEquals(expected, work(traced, 5), "seed " + seed);
            }
        }
    }

    @Test
    void withoutTraceThereIsNoTimeline() {
        try (Kernel kernel = boot(1)) {
            work(kernel, 2);

            assertNull(timeline(kernel.snapshot()));
        }
    }

    @Test
    void stretchesFollowEachOtherAndEndNow() {
        for (long seed = 0; seed < 20; seed++) {
            try (Kernel kernel = boot(seed)) {
                kernel.sched().traceSwitches(1_000);
                work(kernel, 3);
                Exhibit.Timeline timeline = timeline(kernel.snapshot());

                long at = 0;
                for (Exhibit.Stretch stretch : timeline.stretches()) {
                    assertTrue(stretch.fromNs() >= at && stretch.toNs() >= stretch.fromNs(),
                        "seed " + seed + ": " + stretch);
                    at = stretch.toNs();
                }
                assertEquals(kernel.clock().ktimeNs(), at, "seed " + seed);
                assertEquals(List.of("swapper/1", "left/2", "right/3"),
                    timeline.lanes().stream().map(Exhibit.Lane::name)
                    .sorted((a, b) -> Character.compare(a.charAt(a.length() - 1),
                        b.charAt(b.length() - 1))).toList(), "seed " + seed);
                assertTrue(timeline.stretches().getFirst().marks().contains("makes left"), timeline.toString());
                assertTrue(timeline.stretches().stream().anyMatch(stretch -> stretch.why()
                    .equals("waits for timeout 1000 ns")), timeline.toString());
            }
        }
    }

    @Test
    void sameSeedGivesTheSamePicture() {
        try (Kernel one = boot(7); Kernel other = boot(7)) {
            one.sched().traceSwitches(64);
            other.sched().traceSwitches(64);
            work(one, 4);
            work(other, 4);

            assertEquals(timeline(one.snapshot()), timeline(other.snapshot()));
        }
    }

    @Test
    void longRunKeepsTheLatestPointsAndSaysSo() {
        try (Kernel kernel = boot(3)) {
            kernel.sched().traceSwitches(16);
            work(kernel, 50);
            SwitchTrace trace = kernel.sched().switchTrace();
            int[] points = {0};
            trace.read((timeNs, kind, label, task, cpu, next) -> points[0]++);

            assertEquals(16, points[0]);
            assertTrue(trace.forgotten() > 0);
            Exhibit.Timeline timeline = timeline(kernel.snapshot());
            assertTrue(timeline.note().endsWith(trace.forgotten() + " points before it are not shown"),
                timeline.note());
            assertEquals(kernel.clock().ktimeNs(), timeline.stretches().getLast().toNs());
        }
    }

    @Test
    void newTraceForgetsTheOldTest() {
        try (Kernel kernel = boot(3)) {
            kernel.sched().traceSwitches(64);
            work(kernel, 5);
            kernel.sched().traceSwitches(64);

            Exhibit.Timeline timeline = timeline(kernel.snapshot());
            assertEquals(1, timeline.stretches().size());
            assertEquals("swapper/1", timeline.lanes().getFirst().name());
        }
    }

    @Test
    void sourceThatFailsIsShownAsText() {
        try (Kernel kernel = boot(1)) {
            kernel.addSnapshotSource(() -> {
                throw new IndexOutOfBoundsException("list runs in a circle");
            });
            kernel.addSnapshotSource(() -> List.of(new Exhibit.Text("Fine", true, List.of("yes"))));

            List<Exhibit> exhibits = kernel.snapshot().exhibits();
            assertEquals("Not readable", exhibits.getFirst().title());
            assertTrue(exhibits.getFirst().toString().contains("list runs in a circle"), exhibits.toString());
            assertEquals("Fine", exhibits.get(1).title());
        }
    }
}
