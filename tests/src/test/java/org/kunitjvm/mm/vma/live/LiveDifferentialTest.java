package org.kunitjvm.mm.vma.live;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.kunitjvm.mm.vma.KernelVersion;
import org.kunitjvm.mm.vma.VmaRule;
import org.kunitjvm.tools.vma.EmittedCase;
import org.kunitjvm.tools.vma.VmaCall;

/**
 * The running kernel and the model, told to be the same version, give the same results and leave the same areas.
 *
 * <p>{@code -Dvma.live.calls=N} and {@code -Dvma.live.seed=N} change how many calls are made and which.
 */
final class LiveDifferentialTest {
    private static final long CALLS = Long.getLong("vma.live.calls", 20_000);
    private static final long SEED = Long.getLong("vma.live.seed", 1);
    private static final KernelVersion OLDEST = new KernelVersion(6, 12, 0);
    private static final KernelVersion NEWEST = new KernelVersion(6, 18, Integer.MAX_VALUE);

    /** The release of the running kernel, or a failed assumption that says why there is nothing to compare with. */
    private static KernelVersion liveKernel() throws IOException {
        Path release = Path.of("/proc/sys/kernel/osrelease");
        assumeTrue(Files.isReadable(release), "not on Linux: there is no kernel to compare with");
        assumeTrue(System.getProperty("os.arch").equals("amd64"),
            "the model is of x86-64, this is " + System.getProperty("os.arch"));
        KernelVersion version = KernelVersion.parse(Files.readString(release));
        assumeTrue(version.compareTo(OLDEST) >= 0 && version.compareTo(NEWEST) <= 0,
            "Linux " + version + " runs here; the rules are known from " + OLDEST + " to 6.18");
        assumeTrue(Files.readString(Path.of("/proc/self/status")).lines().anyMatch(LiveDifferentialTest::mayLockMemory),
            "may not lock memory without limit (CAP_IPC_LOCK), so the results depend on what else is locked");
        return version;
    }

    private static boolean mayLockMemory(String line) {
        int capIpcLock = 14;
        return line.startsWith("CapEff:") && (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1L << capIpcLock)
            != 0;
    }

    @Test
    @Tag("M-168")
    @Tag("M-169")
    @Tag("M-171")
    @Tag("M-174")
    void runningKernelAndModelAgree(TestReporter reporter) throws IOException {
        KernelVersion version = liveKernel();
        String where = "Linux " + version + ", rules " + VmaRule.of(version).stream().map(VmaRule::describe)
            .collect(Collectors.joining("; ", "[", "]")) + ", seed " + SEED;
        LiveDifferential.@Nullable Mismatch mismatch;
        long calls;
        try (LiveDifferential differential = new LiveDifferential(version, LiveDifferential.hasSoftDirty())) {
            mismatch = differential.run(SEED, CALLS);
            calls = differential.calls();
        }
        if (mismatch != null) {
            fail(where + "\n" + mismatch.calls().stream().map(VmaCall::toString).collect(Collectors.joining("\n"))
                + "\n" + mismatch.what() + "\n" + mismatch.source());
        }
        assertTrue(calls >= CALLS, calls + " calls");
        reporter.publishEntry("vma.live", where + ": " + calls + " calls, no difference");
    }

    /**
     * A comparison that could not fail would prove nothing: a model of an older version must differ from this kernel.
     * What is printed then is a suite that fails as it stands, and passes on a model of this kernel's version.
     */
    @Test
    void anotherVersionIsNoticedShrunkAndPrintedAsACase(@TempDir Path directory) throws IOException,
        ReflectiveOperationException {
        KernelVersion version = liveKernel();
        assumeTrue(version.isAtLeast(6, 17), "Linux " + version + " behaves as the reference here");
        try (LiveDifferential differential = new LiveDifferential(KernelVersion.REFERENCE,
            LiveDifferential.hasSoftDirty())) {
            LiveDifferential.@Nullable Mismatch mismatch = differential.run(SEED, CALLS);
            if (mismatch == null) {
                fail("the model of " + KernelVersion.REFERENCE + " was not told from Linux " + version);
                return;
            }
            assertTrue(mismatch.calls().size() <= 8, "not shrunk: " + mismatch.calls());
            String failing = EmittedCase.run(mismatch.source(), Files.createDirectory(directory.resolve("old")));
            assertTrue(failing.lines().anyMatch("not ok 1 vma_replay"::equals), failing + mismatch.source());
            String passing = EmittedCase.run(mismatch.source()
                .replace(KernelVersion.REFERENCE.toString(), version.toString()),
                Files.createDirectory(directory.resolve("new")));
            assertTrue(passing.lines().anyMatch("ok 1 vma_replay"::equals), passing + mismatch.source());
        }
    }
}
