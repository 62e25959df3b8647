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

/** One {@code /proc/PID/maps}, and the calls that lead from one to another. */
final class MapsSnapshot {
    private static final Pattern LINE =
        Pattern.compile("([0-9a-f]+)-([0-9a-f]+) ([r-][w-][x-][ps]) ([0-9a-f]+) (\\S+) (\\d+)\\s*(.*)");

    /** One line. */
    record Area(long start, long end, String perms, long offset, String device, long inode, String name) {
        boolean isFile() {
            return inode != 0;
        }

        /** Which file it maps: areas of one inode share it. */
        String fileKey() {
            return device + " " + inode + " " + name;
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
        return text.lines().filter(line -> !line.isBlank()).findFirst().map(line -> LINE.matcher(line).matches()).orElse(false);
    }

    static MapsSnapshot parse(String file, String text) throws StraceParser.BadInput {
        List<Area> areas = new ArrayList<>();
        String[] lines = text.split("\n");
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].isBlank()) {
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
            areas.add(new Area(start, end, matcher.group(3), Long.parseUnsignedLong(matcher.group(4), 16), matcher.group(5),
                Long.parseLong(matcher.group(6)), matcher.group(7)));
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

    /** The calls that make this snapshot out of nothing. */
    List<VmaCall> calls(Map<String, Integer> descriptors) {
        List<VmaCall> calls = new ArrayList<>();
        for (Area area : areas) {
            calls.add(map(area, area.start, area.end, descriptors));
        }
        return calls;
    }

    private static VmaCall map(Area area, long start, long end, Map<String, Integer> descriptors) {
        int type = area.perms.charAt(3) == 's' ? Mman.MAP_SHARED : Mman.MAP_PRIVATE;
        if (!area.isFile()) {
            return VmaCall.mmap(start, end - start, area.prot(), type | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED, -1, 0);
        }
        int fd = descriptors.computeIfAbsent(area.fileKey(), _ -> 3 + descriptors.size());
        return VmaCall.mmap(start, end - start, area.prot(), type | Mman.MAP_FIXED, fd, area.offsetAt(start));
    }

    /** A few calls that lead from this snapshot to {@code after}, lowest address first. */
    List<VmaCall> callsTo(MapsSnapshot after, Map<String, Integer> descriptors) {
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
        Map<String, Integer> descriptors) {
        VmaCall step = step(before, after, start, end, descriptors);
        if (step == null) {
            return;
        }
        VmaCall last = calls.isEmpty() ? null : calls.getLast();
        boolean continues = last != null && last.kind() == step.kind() && last.addr() + last.len() == start
            && last.prot() == step.prot() && last.flags() == step.flags() && last.fd() == step.fd()
            && (step.fd() < 0 || last.offset() + last.len() == step.offset());
        if (continues && last != null) {
            calls.set(calls.size() - 1, new VmaCall(last.kind(), last.addr(), last.len() + step.len(), 0, last.prot(), last.flags(),
                last.fd(), last.offset()));
        } else {
            calls.add(step);
        }
    }

    private static @Nullable VmaCall step(@Nullable Area before, @Nullable Area after, long start, long end,
        Map<String, Integer> descriptors) {
        if (after == null) {
            return before == null ? null : VmaCall.munmap(start, end - start);
        }
        boolean sameBacking = before != null && before.isFile() == after.isFile() && before.perms.charAt(3) == after.perms.charAt(3)
            && Objects.equals(before.fileKey(), after.fileKey()) && before.offsetAt(start) == after.offsetAt(start);
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

    /** Descriptor numbers for files, by what {@link Area#fileKey} says. */
    static Map<String, Integer> noDescriptors() {
        return new TreeMap<>();
    }
}
