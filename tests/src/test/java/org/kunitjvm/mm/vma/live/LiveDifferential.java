package org.kunitjvm.mm.vma.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.vma.KernelVersion;
import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.mm.vma.VmFile;
import org.kunitjvm.mm.vma.VmaSettings;
import org.kunitjvm.tools.vma.CallResult;
import org.kunitjvm.tools.vma.KunitWriter;
import org.kunitjvm.tools.vma.VmaCall;
import org.kunitjvm.tools.vma.VmaReplay;
import org.kunitjvm.tools.vma.VmaReplay.Line;

/** Plays the same calls on the running kernel and on the model, and compares after each. */
final class LiveDifferential implements AutoCloseable {
    /** Pages that calls may name; on both sides as many stay as they are. */
    private static final int ARENA_PAGES = 96;
    private static final int MARGIN_PAGES = 32;
    private static final int NO_FD = 100_000;
    private static final int CALLS_PER_SEQUENCE = 60;
    private static final int THOROUGH_EVERY = 6;
    private static final long LENGTH = (ARENA_PAGES + 2L * MARGIN_PAGES) * Mman.PAGE_SIZE;

    /** A call after which model and kernel disagree. */
    record Mismatch(List<VmaCall> calls, String what, KunitWriter.Case kase) {
        /** A suite that fails where the model differs from the kernel. */
        String source() {
            return KunitWriter.write(kase);
        }
    }

    private final LiveRegion region = new LiveRegion(LENGTH);
    private final VmaSettings settings;
    private long calls;

    LiveDifferential(KernelVersion version, boolean softDirty) {
        // The search for room starts far above the region on both sides.
        settings = VmaReplay.unlimited(version).withConfig(true, softDirty);
    }

    /** Whether the running kernel tracks changes: the stack of this process then shows {@code sd}. */
    static boolean hasSoftDirty() throws IOException {
        return Files.readString(Path.of("/proc/self/smaps")).lines()
            .anyMatch(line -> line.startsWith("VmFlags:") && line.contains(" sd"));
    }

    /** How many calls were compared. */
    long calls() {
        return calls;
    }

    /** Compare {@code count} calls; returns the first mismatch, shrunk, or {@code null}. */
    @Nullable Mismatch run(long seed, long count) {
        SplittableRandom seeds = new SplittableRandom(seed);
        while (calls < count) {
            CallGenerator generator = new CallGenerator(seeds.split(), playground());
            List<VmaCall> sequence = new ArrayList<>();
            for (int i = 0; i < CALLS_PER_SEQUENCE; i++) {
                sequence.add(generator.next());
            }
            Mismatch mismatch = play(sequence);
            if (mismatch != null) {
                return shrink(mismatch);
            }
        }
        return null;
    }

    private CallGenerator.Playground playground() {
        int[] fds = {region.rwFd, region.roFd, region.smallFd, region.woFd, region.eventFd, NO_FD};
        return new CallGenerator.Playground(region.start() + MARGIN_PAGES * Mman.PAGE_SIZE, ARENA_PAGES, fds);
    }

    /** Let the model have the files that the region has. */
    private void openFiles(VmaReplay model) {
        model.open(region.rwFd, 1_000_001, region.filePages(), VmFile.Mode.READ, VmFile.Mode.WRITE, VmFile.Mode.SHMEM);
        model.open(region.roFd, 1_000_001, region.filePages(), VmFile.Mode.READ, VmFile.Mode.SHMEM);
        model.open(region.woFd, 1_000_001, region.filePages(), VmFile.Mode.WRITE, VmFile.Mode.SHMEM);
        model.open(region.smallFd, 1_000_002, LiveRegion.SMALL_PAGES, VmFile.Mode.READ, VmFile.Mode.WRITE,
            VmFile.Mode.SHMEM);
        model.open(region.eventFd, 1_000_003, 0, VmFile.Mode.READ, VmFile.Mode.WRITE, VmFile.Mode.NOEXEC,
            VmFile.Mode.NO_MMAP);
    }

    /** Play one sequence from a fresh region; returns what happened up to the first mismatch, or {@code null}. */
    @Nullable Mismatch play(List<VmaCall> sequence) {
        region.reset();
        try (VmaReplay model = new VmaReplay(settings)) {
            openFiles(model);
            List<KunitWriter.Step> steps = new ArrayList<>();
            VmaCall whole = VmaCall.mmap(region.start(), LENGTH, 0,
                Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED, -1, 0);
            steps.add(new KunitWriter.Step(whole, model.apply(whole)));
            Map<Long, Long> inodes = new HashMap<>();
            long lockedBefore = region.lockedPages();
            // From then on the JVM's own mappings may be locked too.
            boolean locksFuture = false;
            for (int i = 0; i < sequence.size(); i++) {
                VmaCall call = sequence.get(i);
                CallResult liveResult = region.apply(call);
                // A place outside the region is the kernel's choice.
                steps.add(new KunitWriter.Step(call, isElsewhere(call, liveResult) ? null : liveResult));
                CallResult modelResult = model.apply(call);
                calls++;
                // Walking the pages for smaps takes long, so all flags are compared only now and then and at the end.
                boolean thorough = i % THOROUGH_EVERY == 0 || i == sequence.size() - 1;
                List<Line> live = thorough ? region.smaps() : region.maps();
                String difference = difference(model, call, liveResult, modelResult, live, inodes);
                locksFuture |= call.kind() == VmaCall.Kind.MLOCKALL;
                if (difference == null && thorough && !locksFuture) {
                    difference = lockedDifference(lockedBefore, model.space().stat().lockedVm());
                }
                if (difference != null) {
                    return new Mismatch(List.copyOf(sequence.subList(0, i + 1)), difference,
                        new KunitWriter.Case("liveMismatch", settings, model.files(), steps, region.smaps()));
                }
            }
            model.space().validate();
        }
        return null;
    }

    private @Nullable String lockedDifference(long before, long modelled) {
        long live = region.lockedPages() - before;
        return live == modelled ? null : "locked pages: kernel " + live + ", model " + modelled;
    }

    private @Nullable String difference(VmaReplay model, VmaCall call, CallResult live, CallResult modelled,
        List<Line> liveLines, Map<Long, Long> inodes) {
        boolean liveElsewhere = isElsewhere(call, live);
        boolean modelElsewhere = isElsewhere(call, modelled);
        if (liveElsewhere) {
            region.unmapOutside(live.value(), Mman.pageAlign(lengthAfter(call)));
        }
        if (modelElsewhere) {
            model.apply(VmaCall.munmap(modelled.value(), Mman.pageAlign(lengthAfter(call))));
        }
        if (liveElsewhere != modelElsewhere || !liveElsewhere && !live.equals(modelled)) {
            return "result: kernel " + live + ", model " + modelled;
        }
        List<Line> modelLines = model.layout(region.start(), region.end());
        if (liveLines.size() != modelLines.size()) {
            return layouts(liveLines, modelLines);
        }
        for (int i = 0; i < liveLines.size(); i++) {
            if (!same(liveLines.get(i), modelLines.get(i), inodes)) {
                return layouts(liveLines, modelLines);
            }
        }
        return null;
    }

    private static String layouts(List<Line> live, List<Line> model) {
        StringBuilder text = new StringBuilder("layout:\n  kernel\n");
        live.forEach(line -> text.append("    ").append(line).append('\n'));
        text.append("  model\n");
        model.forEach(line -> text.append("    ").append(line).append('\n'));
        return text.toString();
    }

    private static boolean same(Line live, Line model, Map<Long, Long> inodes) {
        if ((live.fileId() == 0) != (model.fileId() == 0)) {
            return false;
        }
        long expected = live.fileId() == 0 ? 0 : inodes.computeIfAbsent(live.fileId(), _ -> model.fileId());
        return live.start() == model.start() && live.end() == model.end() && live.perms().equals(model.perms())
            && live.offset() == model.offset() && expected == model.fileId() 
            && (live.vmFlags() == -1 || live.vmFlags() == model.vmFlags());
    }

    private static long lengthAfter(VmaCall call) {
        return call.kind() == VmaCall.Kind.MREMAP ? call.newLen() : call.len();
    }

    /** Whether the kernel chose a place outside the region: which one depends on the rest of the process. */
    private boolean isElsewhere(VmaCall call, CallResult result) {
        boolean places = call.kind() == VmaCall.Kind.MMAP || call.kind() == VmaCall.Kind.MREMAP;
        return places && result.isOk() && (result.value() < region.start() || result.value() >= region.end());
    }

    /** Leave out calls as long as something still differs. */
    private Mismatch shrink(Mismatch found) {
        Mismatch best = found;
        boolean smaller = true;
        while (smaller) {
            smaller = false;
            for (int i = best.calls.size() - 2; i >= 0; i--) {
                List<VmaCall> fewer = new ArrayList<>(best.calls);
                fewer.remove(i);
                Mismatch still = play(fewer);
                if (still != null) {
                    best = still;
                    smaller = true;
                    i = Math.min(i, best.calls.size() - 1);
                }
            }
        }
        return best;
    }

    @Override
    public void close() {
        region.close();
    }
}
