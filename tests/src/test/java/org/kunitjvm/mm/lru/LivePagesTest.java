package org.kunitjvm.mm.lru;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.mm.pagemap.KPageFlags;
import org.kunitjvm.mm.pagemap.PagemapEntry;
import org.kunitjvm.mm.vma.MapsText;
import org.kunitjvm.mm.vma.Mman;

/**
 * The model and the kernel that runs this test say the same of the same mapping: {@code pagemap}, {@code kpageflags},
 * {@code kpagecount} and {@code smaps} after the same calls.
 *
 * <p>Left out is what depends on configuration or on chance: soft-dirty, frame numbers, and the flags that show that
 * reclaim, idle-page tracking or khugepaged came by.
 */
final class LivePagesTest {
    private static final int PAGES = 4;
    /** The frame, and soft-dirty: a kernel may be built without it. */
    private static final long IGNORED_IN_PAGEMAP = PagemapEntry.PM_PFRAME_MASK | PagemapEntry.PM_SOFT_DIRTY;
    /** Others use the zero page, too; when a page gets to its list depends on the load of the machine. */
    private static final long IGNORED_IN_KPAGEFLAGS = KPageFlags.LRU.mask() | KPageFlags.ACTIVE.mask()
        | KPageFlags.IDLE.mask() | KPageFlags.SOFTDIRTY.mask() | KPageFlags.DIRTY.mask();

    @BeforeEach
    void onLinuxAsRoot() {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux");
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "needs x86-64");
        for (String file : List.of("/proc/kpageflags", "/proc/kpagecount", "/proc/self/pagemap")) {
            assumeTrue(Files.exists(Path.of(file)), file + " does not exist");
            try (RandomAccessFile in = new RandomAccessFile(file, "r")) {
                in.readLong();
            } catch (IOException e) {
                assumeTrue(false, file + " cannot be read, which takes root: " + e.getMessage());
            }
        }
    }

    /** Both mappings, and what to do with them. */
    private static final class Pair {
        private final LruMachine machine;
        private final LruMachine.Process process;
        private final LiveMapping live;
        private final long addr;

        Pair(LruMachine machine, LruMachine.Process process, LiveMapping live) throws ErrnoException {
            this.machine = machine;
            this.process = process;
            this.live = live;
            this.addr = process.map(PAGES);
            process.space.madvise(addr, PAGES * Mman.PAGE_SIZE, Mman.MADV_NOHUGEPAGE);
        }

        private long addr(int page) {
            return addr + page * Mman.PAGE_SIZE;
        }

        void write(int page) throws ErrnoException {
            live.write(page);
            process.write(addr(page));
        }

        void read(int page) throws ErrnoException {
            assertEquals(0, live.read(page));
            process.read(addr(page));
        }

        void mlock2(int page, int pages, int flags) throws ErrnoException {
            assumeTrue(live.mlock2(page, pages, flags) == 0, "the kernel does not let this process lock memory");
            process.space.mlock2(addr(page), pages * Mman.PAGE_SIZE, flags);
        }

        void munlock(int page, int pages) throws ErrnoException {
            assertEquals(0, live.munlock(page, pages));
            process.space.munlock(addr(page), pages * Mman.PAGE_SIZE);
        }

        void compare(String when, int... starts) throws IOException, ErrnoException {
            for (int page = 0; page < PAGES; page++) {
                comparePage(when + ", page " + page, page);
            }
            for (int start : starts) {
                compareSmaps(when + ", area at page " + start, start);
            }
        }

        private void comparePage(String where, int page) throws IOException, ErrnoException {
            long theirs = live.pagemap(page);
            long ours = machine.files.entryOf(process.mm, addr(page));
            assertEquals(PagemapEntry.describe(theirs & ~IGNORED_IN_PAGEMAP),
                PagemapEntry.describe(ours & ~IGNORED_IN_PAGEMAP), where);
            if ((theirs & PagemapEntry.PM_PRESENT) == 0) {
                return;
            }
            long pfn = theirs & PagemapEntry.PM_PFRAME_MASK;
            long ignored = IGNORED_IN_KPAGEFLAGS
                | (live.kpageflags(pfn) & KPageFlags.ZERO_PAGE.mask()) / KPageFlags.ZERO_PAGE.mask()
                * KPageFlags.REFERENCED.mask();
            assertEquals(KPageFlags.describe(live.kpageflags(pfn) & ~ignored),
                KPageFlags.describe(machine.files.flagsOf(PagemapEntry.pfn(ours)) & ~ignored), where);
            byte[] count = machine.files.kpagecount(PagemapEntry.pfn(ours) * 8L, 8);
            if (!KPageFlags.ZERO_PAGE.isIn(live.kpageflags(pfn))) {
                assertEquals(live.kpagecount(pfn), count[0], where);
            }
        }

        private void compareSmaps(String where, int start) throws IOException {
            String text = MapsText.smaps(process.space);
            String header = MapsText.line(process.area(addr(start)));
            List<String> ours = text.substring(text.indexOf(header)).lines().skip(1).toList();
            List<String> theirs = comparable(live.smaps(start));
            assertEquals(theirs, comparable(ours.subList(0, fieldsUpToVmFlags(ours))), where);
        }

        private static int fieldsUpToVmFlags(List<String> lines) {
            int at = 0;
            while (!lines.get(at).startsWith("VmFlags:")) {
                at++;
            }
            return at + 1;
        }

        /** Without the fields and tokens that only some configurations have. */
        private static List<String> comparable(List<String> lines) {
            List<String> kept = new ArrayList<>();
            for (String line : lines) {
                if (line.startsWith("VmFlags:")) {
                    kept.add(line.strip().replace(" sd", ""));
                } else if (!line.startsWith("ProtectionKey:")) {
                    kept.add(line);
                }
            }
            return kept;
        }
    }

    @Test
    @Tag("M-187")
    @Tag("M-188")
    @Tag("M-189")
    void sameCallsGiveTheSameFiles() throws Exception {
        try (var _ = LiveMapping.pin(); LruMachine machine = new LruMachine();
            LruMachine.Process process = machine.process();
                LiveMapping live = new LiveMapping(PAGES)) {
            Pair pair = new Pair(machine, process, live);
            pair.compare("nothing touched", 0);
            pair.write(0);
            pair.read(1);
            pair.compare("one written, one read", 0);
            pair.mlock2(0, 3, 0);
            settle(pair);
            pair.compare("three locked", 0, 3);
            pair.munlock(1, 1);
            settle(pair);
            pair.compare("the middle unlocked", 0, 1, 2, 3);
            pair.munlock(0, 3);
            settle(pair);
            pair.compare("all unlocked", 0);
            pair.mlock2(0, PAGES, Mman.MLOCK_ONFAULT);
            settle(pair);
            pair.compare("locked on fault", 0);
            pair.write(3);
            settle(pair);
            pair.compare("the last one written", 0);
        }
    }

    /** Get what waits in batches onto the lists: on both sides. */
    private static void settle(Pair pair) throws IOException {
        pair.machine.lru.drain().drainAll();
        // compact_memory would drain, too, but also move pages; mlock() of something else drains this CPU, where the
        // thread is pinned.
        for (int attempt = 0; attempt < 200; attempt++) {
            try (LiveMapping other = new LiveMapping(64)) {
                assumeTrue(other.mlock2(0, 64, 0) == 0, "the kernel does not let this process lock memory");
                other.munlock(0, 64);
            }
            if (isSettled(pair.live)) {
                return;
            }
        }
    }

    private static boolean isSettled(LiveMapping live) throws IOException {
        for (int page = 0; page < PAGES; page++) {
            long entry = live.pagemap(page);
            if ((entry & PagemapEntry.PM_PRESENT) == 0) {
                continue;
            }
            long flags = live.kpageflags(entry & PagemapEntry.PM_PFRAME_MASK);
            if (KPageFlags.ANON.isIn(flags) && KPageFlags.UNEVICTABLE.isIn(flags) != KPageFlags.MLOCKED.isIn(flags)) {
                return false;
            }
        }
        return true;
    }

    @Test
    @Tag("M-190")
    void compactMemoryIsWriteOnlyHereToo() throws IOException {
        Path file = Path.of("/proc/sys/vm/compact_memory");
        assumeTrue(Files.exists(file), file + " does not exist");
        assertEquals("[OWNER_WRITE]", Files.getPosixFilePermissions(file).toString());
        assertThrows(AccessDeniedException.class, () -> Files.readString(file));
    }
}
