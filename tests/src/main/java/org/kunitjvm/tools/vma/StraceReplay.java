package org.kunitjvm.tools.vma;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.mm.vma.VmaSettings;
import org.kunitjvm.tools.vma.KunitWriter.Step;

/**
 * Plays what strace recorded, each address space on a model of its own, and compares results.
 *
 * <p>A recording does not say what was mapped before it began, or by exec. Where a call that succeeded needs something
 * at a place that no earlier call was about, something is assumed there, and said.
 */
final class StraceReplay implements AutoCloseable {
    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final int FIXED = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED;
    /** Stand-ins for descriptors that were closed. */
    private static final int FIRST_STAND_IN = 10_000;
    /** Descriptors of the files of a snapshot. */
    private static final int FIRST_OF_SNAPSHOT = 5_000;

    /** One address space and what is known of it. */
    static final class Space {
        private final int pid;
        private final int program;
        private final VmaReplay model;
        private final List<Step> steps;
        private final Map<Integer, Integer> standIns;
        private final KnownRanges known;
        private boolean brkKnown;

        private Space(int pid, int program, VmaReplay model, @Nullable Space parent) {
            this.pid = pid;
            this.program = program;
            this.model = model;
            steps = parent == null ? new ArrayList<>() : new ArrayList<>(parent.steps);
            standIns = parent == null ? new TreeMap<>() : new TreeMap<>(parent.standIns);
            known = parent == null ? new KnownRanges() : new KnownRanges(parent.known);
            brkKnown = parent != null && parent.brkKnown;
        }

        /** The process that it is of; the first one has number {@link StraceParser#MAIN}. */
        int pid() {
            return pid;
        }

        /** The model. */
        VmaReplay model() {
            return model;
        }

        /** The calls that were played, with what they must give. */
        List<Step> steps() {
            return steps;
        }

        @Override
        public String toString() {
            return (pid == StraceParser.MAIN ? "first process" : "process " + pid)
                + (program == 1 ? "" : ", program " + program);
        }
    }

    private final VmaSettings settings;
    private final Consumer<String> report;
    private final Map<Integer, Space> byPid = new HashMap<>();
    private final List<Space> spaces = new ArrayList<>();
    private final Set<Integer> seen = new HashSet<>();
    private int standInsMade;
    private int calls;
    private int differences;

    /** @param report gets a line for each difference and each assumption */
    StraceReplay(VmaSettings settings, Consumer<String> report) {
        this.settings = settings;
        this.report = report;
    }

    /** Let the first process start with what {@code snapshot} shows, and nothing else. */
    void startFrom(MapsSnapshot snapshot) {
        Space space = fresh(StraceParser.MAIN);
        MapsSnapshot.Descriptors descriptors = new MapsSnapshot.Descriptors(FIRST_OF_SNAPSHOT);
        List<Step> setup = snapshot.setup(descriptors);
        descriptors.paths().forEach((fd, path) -> space.model.openNamed(fd, path));
        for (Step step : setup) {
            space.steps.add(step);
            if (step.isHeapStart()) {
                space.model.startHeap(step.call().addr());
                space.brkKnown = true;
            } else {
                space.model.apply(step.call());
            }
        }
        space.known.add(0, Long.MAX_VALUE);
    }

    /** Play everything. */
    void play(List<StraceParser.Event> events) {
        Map<Integer, StraceParser.Clone> births = new HashMap<>();
        for (StraceParser.Event event : events) {
            if (event instanceof StraceParser.Clone clone) {
                births.putIfAbsent(clone.child(), clone);
            }
        }
        for (StraceParser.Event event : events) {
            Space space = spaceOf(event, births);
            switch (event) {
                case StraceParser.Call call -> apply(space, call);
                case StraceParser.Clone clone -> byPid.computeIfAbsent(clone.child(), _ -> child(clone, space));
                case StraceParser.Exec exec -> fresh(exec.pid());
                case StraceParser.Close close -> space.standIns.put(close.fd(), FIRST_STAND_IN + standInsMade++);
            }
        }
    }

    private Space spaceOf(StraceParser.Event event, Map<Integer, StraceParser.Clone> births) {
        int pid = event.pid();
        boolean first = seen.add(pid);
        Space space = byPid.get(pid);
        if (space == null) {
            StraceParser.Clone birth = births.get(pid);
            Space parent = birth == null ? byPid.get(StraceParser.MAIN) : byPid.get(birth.pid());
            if (birth != null && parent != null) {
                space = child(birth, parent);
            } else {
                // Who starts a heap is a new program; else a thread, since strace was not asked for forks.
                space = parent == null || first && startsProgram(event) ? fresh(pid) : parent;
            }
            byPid.put(pid, space);
        }
        return space;
    }

    private static boolean startsProgram(StraceParser.Event event) {
        return event instanceof StraceParser.Call call && call.call().kind() == VmaCall.Kind.BRK
            && call.call().addr() == 0;
    }

    private Space child(StraceParser.Clone birth, Space parent) {
        if (birth.sharesMemory()) {
            return parent;
        }
        Space space = new Space(birth.child(), 1, parent.model.fork(), parent);
        spaces.add(space);
        return space;
    }

    private Space fresh(int pid) {
        int programs = (int) spaces.stream().filter(other -> other.pid == pid && !other.steps.isEmpty()).count();
        Space space = new Space(pid, programs + 1, new VmaReplay(settings), null);
        byPid.put(pid, space);
        spaces.add(space);
        return space;
    }

    private void apply(Space on, StraceParser.Call recorded) {
        calls++;
        VmaCall call = recorded.call();
        // Nobody's heap ends elsewhere all of a sudden: there was an exec that strace was not asked for.
        boolean newProgram = startsProgram(recorded) && on.brkKnown
            && recorded.result().value() != on.model.space().brkEnd();
        Space space = newProgram ? fresh(recorded.pid()) : on;
        if (call.kind() == VmaCall.Kind.BRK && !space.brkKnown && recorded.result().isOk()) {
            // Where the heap starts is known from the first answer only.
            space.model.startHeap(recorded.result().value());
            space.brkKnown = true;
            space.steps.add(Step.heapAt(recorded.result().value()));
            return;
        }
        if (call.kind() == VmaCall.Kind.MMAP && call.fd() >= 0 && (call.flags() & Mman.MAP_ANONYMOUS) == 0) {
            int fd = space.standIns.getOrDefault(call.fd(), call.fd());
            if (space.model.file(fd) == null) {
                space.model.openNamed(fd, call.name() == null ? "fd" + fd : call.name());
            }
            call = VmaCall.mmap(call.addr(), call.len(), call.prot(), call.flags(), fd, call.offset(), call.name());
        }
        if (!assumeWhatMustBeThere(space, recorded)) {
            return;
        }
        VmaCall pinned = pinned(call, recorded.result());
        CallResult result = play(space, pinned, recorded.result());
        learn(space, call, recorded.result());
        if (!result.equals(recorded.result())) {
            differences++;
            report.accept("line " + recorded.line() + ": " + recorded.call() + ": recorded " + recorded.result()
                + ", model " + result);
        }
    }

    private static CallResult play(Space space, VmaCall call, CallResult expected) {
        space.steps.add(new Step(call, expected));
        return space.model.apply(call);
    }

    /**
     * Map what a successful call shows to have been there before the recording; returns whether the call can be judged.
     */
    private boolean assumeWhatMustBeThere(Space space, StraceParser.Call recorded) {
        VmaCall call = recorded.call();
        boolean needs = switch (call.kind()) {
            case MPROTECT, MREMAP, MADVISE, MLOCK, MLOCK2, MUNLOCK, MSEAL, SET_NAME, READ -> true;
            default -> false;
        };
        if (!needs || call.len() <= 0) {
            return true;
        }
        long start = call.addr() & Mman.PAGE_MASK;
        List<KnownRanges.Range> unknown = space.known.unknownIn(start, Mman.pageAlign(call.addr() + call.len()));
        if (unknown.isEmpty() || recorded.result().isOk()) {
            for (KnownRanges.Range range : unknown) {
                report.accept(String.format("line %d: assumed to be mapped before the recording: %x-%x",
                    recorded.line(), range.start(), range.end()));
                play(space, VmaCall.mmap(range.start(), range.end() - range.start(), READ_WRITE, FIXED, -1, 0),
                    CallResult.ok(range.start()));
                space.known.add(range.start(), range.end());
            }
            return true;
        }
        report.accept("line " + recorded.line() + ": " + call
            + ": not judged, it is about memory that was there before the recording");
        return false;
    }

    private static void learn(Space space, VmaCall call, CallResult result) {
        if (!result.isOk()) {
            return;
        }
        switch (call.kind()) {
            case MMAP -> space.known.add(result.value(), result.value() + Mman.pageAlign(call.len()));
            case MREMAP -> {
                space.known.add(call.addr(), call.addr() + Mman.pageAlign(call.len()));
                space.known.add(result.value(), result.value() + Mman.pageAlign(call.newLen()));
            }
            case MUNMAP -> space.known.add(call.addr(), call.addr() + Mman.pageAlign(call.len()));
            case BRK -> space.known.add(space.model.space().startBrk() & Mman.PAGE_MASK,
                Mman.pageAlign(result.value()));
            default -> {
            }
        }
    }

    /** The call with the address that the kernel chose, because what else was mapped there is not known. */
    private static VmaCall pinned(VmaCall call, CallResult result) {
        if (!result.isOk()) {
            return call;
        }
        long chosen = result.value();
        if (call.kind() == VmaCall.Kind.MMAP && (call.flags() & (Mman.MAP_FIXED | Mman.MAP_FIXED_NOREPLACE)) == 0) {
            return VmaCall.mmap(chosen, call.len(), call.prot(), call.flags() | Mman.MAP_FIXED_NOREPLACE, call.fd(),
                call.offset(), call.name());
        }
        boolean moved = call.kind() == VmaCall.Kind.MREMAP && chosen != call.addr()
            && (call.flags() & Mman.MREMAP_FIXED) == 0;
        return moved ? VmaCall.mremap(call.addr(), call.len(), call.newLen(), call.flags() | Mman.MREMAP_FIXED, chosen)
            : call;
    }

    /** How many calls were played or judged. */
    int calls() {
        return calls;
    }

    /** How many of them gave something else on the model. */
    int differences() {
        return differences;
    }

    /** The address spaces that calls were about, in the order in which they came up. */
    List<Space> spaces() {
        return spaces.stream().filter(space -> !space.steps.isEmpty()).toList();
    }

    @Override
    public void close() {
        for (Space space : spaces.reversed()) {
            space.model.close();
        }
    }
}
