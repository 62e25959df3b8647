package org.kunitjvm.tools.vma;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.tools.vma.KunitWriter.Step;

/** One {@code /proc/PID/maps}, and the calls that lead from one to another. */
final class MapsSnapshot {
    private static final Pattern LINE =
        Pattern.compile("([0-9a-f]+)-([0-9a-f]+) ([r-][w-][x-][ps]) ([0-9a-f]+) (\\S+) (\\d+)\\s*(.*)");

    /** What smaps says beside. */
    private static final Pattern DETAIL = Pattern.compile("[A-Za-z_]+:\\s.*");
    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final int FIXED = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED;

    /** One line. */
    record Area(long start, long end, String perms, long offset, String device, long inode, String name) {
        boolean isHeap() {
            return name.equals("[heap]");
        }

        boolean isStack() {
            return name.equals("[stack]");
        }

        /** Whether it is a file, or something that the kernel maps and names, which merges with nothing. */
        boolean isFile() {
            return inode != 0 || name.startsWith("[") && !name.startsWith("[anon") && !isHeap() && !isStack();
        }

        /** Whether {@code next}, which follows, would be one area with this one if both were mapped alike. */
        boolean wouldSwallow(Area next) {
            return end == next.start && perms.equals(next.perms) && isFile() == next.isFile()
                && isStack() == next.isStack() && fileKey().equals(next.fileKey())
                && (!isFile() || offset + (end - start) == next.offset);
        }

        /** Which file it maps: areas of one inode share it. */
        String fileKey() {
            return isFile() ? device + " " + inode + " " + name : "";
        }

        long offsetAt(long addr) {
            return isFile() ? offset + (addr - start) : 0;
        }

        int prot() {
            return (perms.charAt(0) == 'r' ? Mman.PROT_READ : 0) | (perms.charAt(1) == 'w' ? Mman.PROT_WRITE : 0)
                | (perms.charAt(2) == 'x' ? Mman.PROT_EXEC : 0);
        }
    }

    private final List<Area> areas;

    private MapsSnapshot(List<Area> areas) {
        this.areas = areas;
    }

    /** Whether text looks like {@code maps} rather than strace. */
    static boolean looksLikeMaps(String text) {
        return text.lines().filter(line -> !line.isBlank()).findFirst().map(line -> LINE.matcher(line).matches())
            .orElse(false);
    }

    static MapsSnapshot parse(String file, String text) throws StraceParser.BadInput {
        List<Area> areas = new ArrayList<>();
        String[] lines = text.split("\n");
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].isBlank() || !areas.isEmpty() && DETAIL.matcher(lines[i]).matches()) {
                continue;
            }
            Matcher matcher = LINE.matcher(lines[i].stripTrailing());
            if (!matcher.matches()) {
                throw new StraceParser.BadInput(file + ":" + (i + 1) + ": no line of /proc/PID/maps");
            }
            long start = Long.parseUnsignedLong(matcher.group(1), 16);
            if (start < 0) {
                continue; // The vsyscall page belongs to the kernel.
            }
            long end = Long.parseUnsignedLong(matcher.group(2), 16);
            if (!areas.isEmpty() && start < areas.getLast().end || end <= start) {
                throw new StraceParser.BadInput(file + ":" + (i + 1) + ": areas overlap or are out of order");
            }
            areas.add(new Area(start, end, matcher.group(3), Long.parseUnsignedLong(matcher.group(4), 16),
                matcher.group(5), Long.parseLong(matcher.group(6)), matcher.group(7)));
        }
        return new MapsSnapshot(areas);
    }

    /** The areas, lowest first. */
    List<Area> areas() {
        return areas;
    }

    private @Nullable Area at(long addr) {
        for (Area area : areas) {
            if (area.start <= addr && addr < area.end) {
                return area;
            }
        }
        return null;
    }

    /** The calls that make this snapshot out of nothing, if the descriptors stand for its files. */
    List<Step> setup(Descriptors descriptors) {
        List<Step> steps = new ArrayList<>();
        boolean marked = false;
        for (int i = 0; i < areas.size(); i++) {
            Area area = areas.get(i);
            VmaCall call = map(area, area.start, area.end, descriptors);
            if (area.isHeap() && area.prot() == READ_WRITE) {
                steps.add(Step.heapAt(area.start));
                call = VmaCall.plain(VmaCall.Kind.BRK, area.end, 0);
            } else if (area.isStack()) {
                call = VmaCall.mmap(area.start, area.end - area.start, area.prot(), FIXED | Mman.MAP_GROWSDOWN, -1, 0);
            }
            steps.add(new Step(call, CallResult.ok(area.isHeap() && area.prot() == READ_WRITE ? area.end
                : area.start)));
            // Two lines that look alike differ in something that maps does not show. A flag stands for it, on every
            // other of them.
            marked = i > 0 && areas.get(i - 1).wouldSwallow(area) && !marked;
            if (marked) {
                steps.add(new Step(VmaCall.madvise(area.start, area.end - area.start, Mman.MADV_DONTDUMP),
                    CallResult.ok(0)));
            }
        }
        return steps;
    }

    private static VmaCall map(Area area, long start, long end, Descriptors descriptors) {
        int type = area.perms.charAt(3) == 's' ? Mman.MAP_SHARED : Mman.MAP_PRIVATE;
        if (!area.isFile()) {
            return VmaCall.mmap(start, end - start, area.prot(), type | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED, -1, 0);
        }
        int fd = descriptors.of(area);
        return VmaCall.mmap(start, end - start, area.prot(), type | Mman.MAP_FIXED, fd, area.offsetAt(start));
    }

    /** A few calls that lead from this snapshot to {@code after}, lowest address first. */
    List<VmaCall> callsTo(MapsSnapshot after, Descriptors descriptors) {
        TreeSet<Long> borders = new TreeSet<>();
        for (MapsSnapshot snapshot : List.of(this, after)) {
            for (Area area : snapshot.areas) {
                borders.add(area.start);
                borders.add(area.end);
            }
        }
        List<VmaCall> calls = new ArrayList<>();
        Long previous = null;
        for (long border : borders) {
            if (previous != null) {
                addStep(calls, at(previous), after.at(previous), previous, border, descriptors);
            }
            previous = border;
        }
        return calls;
    }

    private static void addStep(List<VmaCall> calls, @Nullable Area before, @Nullable Area after, long start, long end,
        Descriptors descriptors) {
        VmaCall step = step(before, after, start, end, descriptors);
        if (step == null) {
            return;
        }
        VmaCall last = calls.isEmpty() ? null : calls.getLast();
        boolean continues = last != null && step.len() > 1 && last.kind() == step.kind()
            && last.addr() + last.len() == start && last.prot() == step.prot() && last.flags() == step.flags()
            && last.fd() == step.fd() && (step.fd() < 0 || last.offset() + last.len() == step.offset());
        if (continues && last != null) {
            calls.set(calls.size() - 1, new VmaCall(last.kind(), last.addr(), last.len() + step.len(), 0, last.prot(),
                last.flags(), last.fd(), last.offset(), null));
        } else {
            calls.add(step);
        }
    }

    private static @Nullable VmaCall step(@Nullable Area before, @Nullable Area after, long start, long end,
        Descriptors descriptors) {
        if (after != null && after.isHeap() && (before == null || before.isHeap()) && after.prot() == READ_WRITE
            && (before == null || before.prot() == READ_WRITE)) {
            return before == null ? VmaCall.plain(VmaCall.Kind.BRK, end, 0) : null;
        }
        if (after == null) {
            return before == null ? null
                : before.isHeap() && start > before.start ? VmaCall.plain(VmaCall.Kind.BRK, start, 0)
                : VmaCall.munmap(start, end - start);
        }
        if (before == null && after.isStack() && end < after.end) {
            // A stack grows when it is touched.
            return VmaCall.plain(VmaCall.Kind.READ, start, 1);
        }
        boolean sameBacking = before != null && before.isFile() == after.isFile()
            && before.perms.charAt(3) == after.perms.charAt(3) && Objects.equals(before.fileKey(), after.fileKey())
            && before.offsetAt(start) == after.offsetAt(start);
        if (!sameBacking || before == null) {
            return map(after, start, end, descriptors);
        }
        return before.perms.equals(after.perms) ? null : VmaCall.mprotect(start, end - start, after.prot());
    }

    /** The snapshot as {@link VmaReplay#text} prints a model. */
    String text() {
        StringBuilder out = new StringBuilder();
        for (Area area : areas) {
            out.append(String.format("%x-%x %s %x\n", area.start, area.end, area.perms, area.offsetAt(area.start)));
        }
        return out.toString();
    }

    /** Numbers for files, as if each were open. */
    static final class Descriptors {
        private final Map<String, Integer> byFile = new TreeMap<>();
        private final Map<Integer, String> paths = new TreeMap<>();
        private final int first;

        /** The first file gets {@code first}. */
        Descriptors(int first) {
            this.first = first;
        }

        private int of(Area area) {
            int fd = byFile.computeIfAbsent(area.fileKey(), _ -> first + byFile.size());
            paths.putIfAbsent(fd, area.name);
            return fd;
        }

        /** All that were given out, with the names of their files. */
        Map<Integer, String> paths() {
            return paths;
        }
    }
}
