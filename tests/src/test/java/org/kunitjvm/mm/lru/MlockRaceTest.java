package org.kunitjvm.mm.lru;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kunitjvm.kernel.sched.RoundRobinPolicy;
import org.kunitjvm.kernel.sched.Schedule;
import org.kunitjvm.kernel.sched.SchedulePlan;
import org.kunitjvm.kernel.sched.ScheduleSearch;
import org.kunitjvm.mm.lru.MlockRace.Check;

/** The race is a schedule: it is found, printed and replayed, and each workaround is shown to help or not. */
final class MlockRaceTest {
    private static final int REPLAYS = 100;

    @ParameterizedTest
    @EnumSource
    @Tag("M-191")
    void roundRobinAlwaysPasses(Check check) {
        MlockRace race = new MlockRace(check, Lru.PAGEVEC_SIZE);
        for (int i = 0; i < REPLAYS; i++) {
            assertNull(race.run(new RoundRobinPolicy(), () -> { }));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HISTORICAL", "SCHED_YIELD"})
    @Tag("M-191")
    void checkOfPageFlagsFailsUnderASchedulesThatReplaysEveryTime(Check check) {
        MlockRace race = new MlockRace(check, Lru.PAGEVEC_SIZE);
        ScheduleSearch.Found found = ScheduleSearch.of(SchedulePlan.all(1, Long.MAX_VALUE)).run(race);
        Schedule failing = found.shortest();
        assertTrue(found.complete() && found.failing() < found.schedules() / 2, found.toString());
        assertNotNull(failing, found.toString());
        Schedule replay = Schedule.parse(failing.toString());
        for (int i = 0; i < REPLAYS; i++) {
            assertEquals(found.failure(), new MlockRace(check, Lru.PAGEVEC_SIZE).replay(replay));
        }
        assertTrue(String.valueOf(found.failure()).contains("MLOCKED")
            && !String.valueOf(found.failure()).contains("UNEVICTABLE"), found.failure());
    }

    @ParameterizedTest
    @EnumSource(names = {"COMPACT_MEMORY", "TOLERANT"})
    @Tag("M-191")
    void drainOrTolerancePassesUnderEverySchedule(Check check) {
        ScheduleSearch.Found found = ScheduleSearch.of(SchedulePlan.all(1, Long.MAX_VALUE))
            .run(new MlockRace(check, Lru.PAGEVEC_SIZE));
        assertTrue(found.complete() && found.schedules() > 100, found.toString());
        assertEquals(0, found.failing(), found.toString());
    }

    /** The neighbour alone fills a batch of one entry: then nothing ever waits. */
    @ParameterizedTest
    @ValueSource(ints = {1, 15, 31})
    @Tag("M-191")
    void sizeOfTheBatchesDecidesWhetherThePageWaits(int batchSize) {
        ScheduleSearch.Found found = ScheduleSearch.of(SchedulePlan.all(1, Long.MAX_VALUE))
            .run(new MlockRace(Check.HISTORICAL, batchSize));
        assertEquals(batchSize == 1, found.failing() == 0, found.toString());
    }

    @Test
    @Tag("M-191")
    void randomSchedulesFindItTooAndTheirCountIsOfDistinctOnes() {
        MlockRace race = new MlockRace(Check.HISTORICAL, Lru.PAGEVEC_SIZE);
        ScheduleSearch.Found found = ScheduleSearch.of(SchedulePlan.random(300, 7)).run(race);
        assertTrue(found.failing() > 0 && found.schedules() <= 300 && !found.complete(), found.toString());
        assertEquals(found.toString(), ScheduleSearch.of(SchedulePlan.random(300, 7)).run(race).toString());
        Schedule failing = found.shortest();
        assertNotNull(failing);
        assertEquals(found.failure(), race.replay(failing));
    }

    @Test
    @Tag("M-191")
    void tableHasAColumnPerKthreadInTheOrderOfTheRun() {
        MlockRace race = new MlockRace(Check.HISTORICAL, Lru.PAGEVEC_SIZE);
        Schedule failing = ScheduleSearch.of(SchedulePlan.all(1, Long.MAX_VALUE)).run(race).shortest();
        assertNotNull(failing);
        List<String> lines = race.table(failing).lines().toList();
        assertTrue(lines.getFirst()
            .matches("\\s+time ns  swapper/1 cpu0 +mlock2-tests/2 cpu0 .*neighbour/3 cpu0.*far/4 cpu1.*"),
            lines.getFirst());
        int write = indexOf(lines, "* write the first page");
        int batch = indexOf(lines.subList(write, lines.size()), "PER_CPU mlock_fbatch") + write;
        int look = indexOf(lines, "* read kpageflags");
        int fail = indexOf(lines, "* FAIL, exit");
        assertTrue(write < batch && batch < look && look < fail, race.table(failing));
        assertEquals(lines.getFirst().indexOf("mlock2-tests/2"), lines.get(look).indexOf("* read kpageflags"));
    }

    private static int indexOf(List<String> lines, String text) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(text)) {
                return i;
            }
        }
        throw new AssertionError("no \"" + text + "\" in\n" + String.join("\n", lines));
    }

    @Test
    @Tag("M-191")
    void requestsForSchedulesAreReadAndNonsenseIsRefused() {
        assertEquals("all:2", SchedulePlan.parse("all:2", 0).toString());
        assertEquals("all:3:500", SchedulePlan.parse("all:3:500", 0).toString());
        assertEquals("random:1000:42", SchedulePlan.parse("random:1000:42", 0).toString());
        assertEquals("random:50:0", SchedulePlan.parse("50", 0).toString());
        assertEquals("random:50:7", SchedulePlan.parse("50", 7).toString(), "the seed that others use, too");
        for (String bad : List.of("", "all", "all:", "all:x", "all:-1", "some:2", "all:2:3:4", "random:-5", "random:0",
            "all:2:0")) {
            assertThrows(IllegalArgumentException.class, () -> SchedulePlan.parse(bad, 0), bad);
        }
    }
}
