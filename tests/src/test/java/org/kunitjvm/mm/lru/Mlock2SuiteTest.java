package org.kunitjvm.mm.lru;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.mm.vma.MapsText;
import org.kunitjvm.mm.vma.Mman;

/** The 13 results of the selftest have their cases, and what they look at moves with the calls. */
final class Mlock2SuiteTest {
    @Test
    @Tag("M-186")
    void suiteHasTheResultsOfTheSelftestInItsOrder() {
        List<String> cases = java.util.Arrays.stream(Mlock2Kunit.class.getDeclaredMethods())
            .filter(method -> method.isAnnotationPresent(org.kunitjvm.kunit.KunitCase.class))
            .map(java.lang.reflect.Method::getName).sorted().toList();
        assertEquals(List.of("lockOnfaultOfPresent", "mlockLockLocked", "mlockLockUnlocked", "mlockOnfaultLocked",
            "mlockOnfaultUnlocked", "mlockallVmaManagement", "munlockall0Locked", "munlockall0Unlocked",
            "munlockall1Locked", "munlockall1LockedOnfault", "munlockall1Unlocked", "munlockall1UnlockedOnfault",
            "unevictableAfterFault", "vmaManagement"), cases);
    }

    private static String view(LruMachine.Process process) {
        String text = MapsText.smaps(process.space);
        StringBuilder out = new StringBuilder();
        for (String line : text.split("\n")) {
            if (line.startsWith("Size:") || line.startsWith("Rss:")) {
                out.append(line.replaceAll("\\s+", " ").replace(" kB", "")).append(' ');
            } else if (line.startsWith("VmFlags:")) {
                out.append(line.contains(" lo ") ? "lo; " : "-; ");
            }
        }
        return out.toString().strip();
    }

    @Test
    @Tag("M-186")
    void whatTheSelftestReadsFollowsItsCalls() throws ErrnoException {
        try (LruMachine machine = new LruMachine(); LruMachine.Process process = machine.process()) {
            long addr = process.map(2);
            long bytes = 2 * Mman.PAGE_SIZE;
            assertEquals("Size: 8 Rss: 0 -;", view(process));
            process.space.mlock2(addr, bytes, Mman.MLOCK_ONFAULT);
            process.write(addr);
            assertEquals("Size: 8 Rss: 4 lo;", view(process));
            process.space.munlock(addr, bytes);
            assertEquals("Size: 8 Rss: 4 -;", view(process));
            process.space.mlock2(addr, bytes, 0);
            assertEquals("Size: 8 Rss: 8 lo;", view(process));
            process.space.munlock(addr, Mman.PAGE_SIZE);
            assertEquals("Size: 4 Rss: 4 -; Size: 4 Rss: 4 lo;", view(process));
            process.space.munlock(addr, bytes);
            assertEquals("Size: 8 Rss: 8 -;", view(process));
            process.space.mlockall(Mman.MCL_CURRENT | Mman.MCL_ONFAULT);
            assertEquals("Size: 8 Rss: 8 lo;", view(process));
            process.space.munlockall();
            assertEquals("Size: 8 Rss: 8 -;", view(process));
        }
    }
}
