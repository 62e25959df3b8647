package org.kunitjvm.mm.reclaim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;
import static org.kunitjvm.mm.types.GfpFlags.GFP_NOFS;
import static org.kunitjvm.mm.types.GfpFlags.__GFP_NOFAIL;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.alloc.AllocRequest;
import org.kunitjvm.mm.alloc.PageAllocator;
import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.mm.vma.VmaSpace;
import org.kunitjvm.mm.zone.VmEvent;
import org.kunitjvm.mm.zone.VmEvents;

/**
 * When nothing else helps the process with the most memory is killed, with the kernel's words, and its memory comes
 * back.
 */
@Tag("M-106")
@Tag("M-110")
final class OomKillerTest {
    private final Kernel kernel = Kernel.builder().cpus(1).memory("128M").cmdline("transparent_hugepage=never").build();
    private final Mm mm = Mm.of(kernel);
    private final PageAllocator allocator = kernel.get(PageAllocator.class);
    private final MemoryReclaim reclaim = MemoryReclaim.start(kernel);
    private final OomKiller oom = reclaim.oom();
    private final List<MmStruct> spaces = new ArrayList<>();
    private final List<Integer> held = new ArrayList<>();

    @AfterEach
    void everythingComesBack() {
        held.forEach(pfn -> allocator.freePages(pfn, 0));
        spaces.forEach(MmStruct::mmput);
        reclaim.close();
        kernel.close();
    }

    /** A process with so many pages of anonymous memory. */
    private UserProcess process(String comm, int nrPages) {
        MmStruct struct = kernel.sched().mmTable().alloc();
        spaces.add(struct);
        try {
            VmaSpace.of(struct).mmap(0, nrPages * Mman.PAGE_SIZE, Mman.PROT_READ | Mman.PROT_WRITE,
                Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_POPULATE, null, 0);
        } catch (ErrnoException e) {
            throw new AssertionError(e);
        }
        return oom.addProcess(comm, struct);
    }

    private AllocRequest request(int gfp) {
        return new AllocRequest(gfp, 0, allocator.context().nodes().zonelist(0, false), 2, 0, AllocRequest.ANY_NODE);
    }

    private List<String> log() {
        return kernel.log().records().stream().map(record -> record.text()).toList();
    }

    private String line(String start) {
        return log().stream().filter(text -> text.startsWith(start)).findFirst().orElse("no line begins with " + start);
    }

    @Test
    @Tag("M-100")
    void theLargestProcessDiesAndTheRequestSucceeds() {
        UserProcess small = process("small", 100);
        UserProcess big = process("big", 4000);
        while (!big.isKilled()) {
            int pfn = allocator.allocPages(0, GFP_KERNEL, 0);
            assertTrue(pfn >= 0, "the request that gets somebody killed gets the memory");
            held.add(pfn);
        }
        assertFalse(small.isKilled());
        kernel.sched().yieldCpu();
        assertTrue(big.isSkipped(), "the reaper ran");
        assertEquals(0, big.rss().total());
        assertEquals(1, kernel.get(VmEvents.class).get(VmEvent.OOM_KILL));
    }

    @Test
    void everyLineIsTheKernels() {
        UserProcess init = oom.addInit(process("init", 200).mm());
        UserProcess hog = process("hog", 1000).setUid(1000).setOomScoreAdj(300);
        assertTrue(oom.outOfMemory(request(GFP_KERNEL)));
        kernel.sched().yieldCpu();
        assertEquals("swapper invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
            line("swapper invoked"));
        assertEquals("Tasks state (memory values in pages):", line("Tasks state"));
        assertEquals("[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name",
            line("[  pid  ]"));
        assertEquals("[    101]  1000   101     1000     1000     1000        0         0     8192        0           300 hog",
            line("[    101]"));
        assertEquals("oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/,task=hog,"
            + "pid=101,uid=1000", line("oom-kill:"));
        assertEquals("Out of memory: Killed process 101 (hog) total-vm:4000kB, anon-rss:4000kB, file-rss:0kB, shmem-rss:0kB, UID:1000"
            + " pgtables:8kB oom_score_adj:300", line("Out of memory"));
        assertEquals("oom_reaper: reaped process 101 (hog), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB",
            line("oom_reaper:"));
        assertTrue(log().contains("Mem-Info:"));
        assertFalse(init.isKilled());
    }

    @Test
    void adjustmentsDecideAndSomeAreSpared() {
        UserProcess big = process("big", 2000).setOomScoreAdj(UserProcess.OOM_SCORE_ADJ_MIN);
        UserProcess parent = process("vfork", 1500).setInVfork(true);
        UserProcess small = process("small", 50).setOomScoreAdj(500);
        UserProcess middle = process("middle", 1000);
        assertTrue(oom.outOfMemory(request(GFP_KERNEL)));
        assertEquals(List.of(false, false, true, false), List.of(big.isKilled(), parent.isKilled(), small.isKilled(),
            middle.isKilled()));
        assertThrows(IllegalArgumentException.class, () -> middle.setOomScoreAdj(1001));
    }

    @Test
    void oneVictimAtATime() {
        UserProcess first = process("first", 500);
        UserProcess second = process("second", 400);
        assertTrue(oom.outOfMemory(request(GFP_KERNEL)));
        assertTrue(oom.outOfMemory(request(GFP_KERNEL)), "the memory of the first one is still to come");
        assertEquals(List.of(true, false), List.of(first.isKilled(), second.isKilled()));
        kernel.sched().yieldCpu();
        assertTrue(oom.outOfMemory(request(GFP_KERNEL)));
        assertTrue(second.isKilled());
    }

    @Test
    void whoSharesTheMemoryDiesToo() {
        UserProcess hog = process("hog", 500);
        UserProcess thread = oom.addProcess("twin", hog.mm());
        assertTrue(oom.outOfMemory(request(GFP_KERNEL)));
        assertTrue(hog.isKilled() && thread.isKilled());
        assertEquals(1, log().stream().filter(text -> text.contains("Killed process")).count());
    }

    @Test
    void aVictimMayUseTheReserves() {
        UserProcess hog = process("hog", 500);
        kernel.mmSwitch().use(hog.mm());
        assertFalse(reclaim.isOomVictim());
        assertTrue(oom.outOfMemory(request(GFP_KERNEL)));
        assertTrue(reclaim.isOomVictim());
        kernel.mmSwitch().unuse(hog.mm());
        assertFalse(reclaim.isOomVictim());
    }

    @Test
    void nobodyIsKilledWhileThereIsAnotherWay() {
        UserProcess hog = process("hog", 500);
        assertTrue(oom.outOfMemory(request(GFP_NOFS)), "reclaim may have been too careful");
        oom.setDisabled(true);
        assertFalse(oom.outOfMemory(request(GFP_KERNEL)));
        oom.setDisabled(false);
        int[] left = {7};
        oom.addNotifier(() -> {
            int freed = left[0];
            left[0] = 0;
            return freed;
        });
        assertTrue(oom.outOfMemory(request(GFP_KERNEL)));
        assertFalse(hog.isKilled());
        assertTrue(oom.outOfMemory(request(GFP_KERNEL)));
        assertTrue(hog.isKilled());
    }

    @Test
    void theOneWhoAsksCanBeMadeToPay() {
        UserProcess big = process("big", 2000);
        UserProcess asks = process("asks", 10);
        oom.setKillAllocatingTask(true);
        kernel.mmSwitch().use(asks.mm());
        assertTrue(oom.outOfMemory(request(GFP_KERNEL)));
        kernel.mmSwitch().unuse(asks.mm());
        assertTrue(asks.isKilled());
        assertFalse(big.isKilled());
        assertTrue(line("Out of memory (oom_kill_allocating_task): Killed process").contains("(asks)"),
            log().toString());
    }

    @Test
    void withNobodyToKillTheKernelPanics() {
        KernelBug panic = assertThrows(KernelBug.class, () -> oom.outOfMemory(request(GFP_KERNEL)));
        assertEquals("Kernel panic - not syncing: System is deadlocked on memory", panic.getMessage());
        assertTrue(log().contains("Out of memory and no killable processes..."));
    }

    @Test
    void panicCanBePreferred() {
        process("hog", 100);
        oom.setPanicOnOom(1);
        assertEquals("Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled",
            assertThrows(KernelBug.class, () -> oom.outOfMemory(request(GFP_KERNEL))).getMessage());
        assertTrue(oom.outOfMemory(request(GFP_KERNEL).withNodemask(1)), "a request limited to some nodes");
        oom.setPanicOnOom(2);
        assertEquals("Kernel panic - not syncing: Out of memory: compulsory panic_on_oom is enabled",
            assertThrows(KernelBug.class, () -> oom.outOfMemory(request(GFP_KERNEL).withNodemask(1))).getMessage());
    }

    @Test
    @Tag("M-107")
    void aRequestThatMustNotFailGoesOnUntilSomebodyIsDead() {
        UserProcess hog = process("hog", 3000);
        reclaim.population().addAnon(0, Integer.MAX_VALUE);
        for (int i = 0; i < 200 && !hog.isKilled(); i++) {
            int pfn = allocator.allocPages(0, GFP_KERNEL | __GFP_NOFAIL, 0);
            assertTrue(pfn >= 0);
            held.add(pfn);
        }
        assertTrue(hog.isKilled());
    }
}
