package org.kunitjvm.tools.vma;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.vma.VmFile;
import org.kunitjvm.mm.vma.VmaSettings;
import org.kunitjvm.tools.vma.VmaReplay.Line;

/** Writes a history of calls as a KUnit case that can be pasted into a suite. */
public final class KunitWriter {
    private KunitWriter() {
    }

    /**
     * A call, with what it must give.
     *
     * @param expected {@code null} if that is of no concern
     */
    public record Step(VmaCall call, @Nullable CallResult expected) {
        /** The heap is empty and starts here. */
        static Step heapAt(long addr) {
            return new Step(VmaCall.plain(VmaCall.Kind.BRK, addr, 0), null);
        }

        boolean isHeapStart() {
            return call.kind() == VmaCall.Kind.BRK && expected == null;
        }
    }

    /**
     * What the case holds.
     *
     * @param name of the case, in camel case
     * @param settings the kernel to be
     * @param files what the descriptors stand for
     * @param layout the areas that must be there in the end; with all flags if they are known
     */
    public record Case(String name, VmaSettings settings, Map<Integer, VmFile> files, List<Step> steps,
        List<Line> layout) {
        private boolean flagsKnown() {
            return !layout.isEmpty() && layout.stream().allMatch(line -> line.vmFlags() != -1);
        }
    }

    /** The source of a suite with one case: the calls with their results, then what must be mapped. */
    public static String write(Case kase) {
        StringBuilder out = new StringBuilder();
        out.append("""
            package org.kunitjvm.mm.vma;

            import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;

            import org.kunitjvm.kunit.Kunit;
            import org.kunitjvm.kunit.KunitCase;
            import org.kunitjvm.kunit.KunitSuite;
            """);
        List<String> imports = new ArrayList<>(List.of("org.kunitjvm.tools.vma.VmaReplay"));
        List<Step> steps = kase.steps;
        if (steps.stream().anyMatch(step -> !step.isHeapStart())) {
            imports.add("org.kunitjvm.tools.vma.VmaCall");
        }
        imports.stream().sorted().forEach(type -> out.append("import ").append(type).append(";\n"));
        out.append("\n/** Written by {@code kunit vma replay --emit-kunit}. */\n@KunitSuite(value = \"vma_replay\", config = \"VMA_KUNIT_TEST\")\n");
        out.append("final class ").append(Character.toUpperCase(kase.name.charAt(0))).append(kase.name.substring(1))
            .append("Kunit {\n");
        out.append("    @KunitCase\n    void ").append(kase.name).append("(Kunit test) {\n");
        out.append("        try (VmaReplay mm = new VmaReplay(").append(java(kase.settings)).append(")) {\n");
        for (int fd : descriptors(steps)) {
            VmFile file = kase.files.get(fd);
            if (file != null) {
                appendFile(out, fd, file);
            }
        }
        steps.forEach(step -> appendStep(out, step));
        appendLayout(out, kase);
        return out.append("        }\n    }\n}\n").toString();
    }

    private static Iterable<Integer> descriptors(List<Step> steps) {
        Map<Integer, Boolean> found = new TreeMap<>();
        steps.stream().map(Step::call).filter(call -> call.kind() == VmaCall.Kind.MMAP && call.fd() >= 0)
            .forEach(call -> found.put(call.fd(), true));
        return found.keySet();
    }

    private static void appendFile(StringBuilder out, int fd, VmFile file) {
        List<String> modes = new ArrayList<>();
        for (VmFile.Mode mode : VmFile.Mode.values()) {
            if (file.has(mode)) {
                modes.add("VmFile.Mode." + mode);
            }
        }
        out.append("            mm.open(").append(fd).append(", ").append(file.inode()).append("L, ")
            .append(hex(file.sizePages()));
        modes.forEach(mode -> out.append(", ").append(mode));
        out.append(");\n");
    }

    private static void appendStep(StringBuilder out, Step step) {
        VmaCall call = step.call;
        if (step.isHeapStart()) {
            out.append("            mm.startHeap(").append(hex(call.addr())).append(");\n");
            return;
        }
        out.append("            // ").append(call).append('\n');
        if (step.expected == null) {
            out.append("            mm.apply(").append(java(call)).append(");\n");
        } else {
            out.append("            KUNIT_EXPECT_STREQ(test, mm.apply(").append(java(call))
                .append(").toString(),\n                \"").append(step.expected).append("\");\n");
        }
    }

    private static void appendLayout(StringBuilder out, Case kase) {
        List<Line> layout = kase.layout;
        boolean flags = kase.flagsKnown();
        if (flags) {
            out.append("            KUNIT_EXPECT_STREQ(test, mm.flagsText(").append(hex(layout.getFirst().start()))
                .append(", ").append(hex(layout.getLast().end())).append("), \"\"\"\n");
        } else {
            out.append("            KUNIT_EXPECT_STREQ(test, mm.text(), \"\"\"\n");
        }
        for (String line : text(layout, flags).split("\n", -1)) {
            out.append(line.isEmpty() ? "" : "                " + line + "\n");
        }
        out.append("                \"\"\");\n");
    }

    /** Areas as the written case compares them. */
    public static String text(List<Line> layout, boolean withFlags) {
        StringBuilder out = new StringBuilder();
        for (Line line : layout) {
            out.append(Long.toHexString(line.start())).append('-').append(Long.toHexString(line.end())).append(' ')
                .append(line.perms()).append(' ').append(Long.toHexString(line.offset()));
            out.append(withFlags ? " " + line.flagsText() : "").append('\n');
        }
        return out.toString();
    }

    private static String java(VmaSettings settings) {
        String release = '"' + settings.version().toString() + '"';
        return settings.softDirty() ? release
            : "VmaReplay.unlimited(KernelVersion.parse(" + release + ")).withConfig(" + settings.thp() + ", false)";
    }

    private static String java(VmaCall call) {
        String range = hex(call.addr()) + ", " + hex(call.len());
        String flags = "0x" + Integer.toHexString(call.flags());
        return "VmaCall." + switch (call.kind()) {
            case MMAP -> "mmap(" + range + ", 0x" + Integer.toHexString(call.prot()) + ", " + flags + ", " + call.fd()
                + ", " + hex(call.offset()) + ")";
            case MPROTECT -> "mprotect(" + range + ", 0x" + Integer.toHexString(call.prot()) + ")";
            case MREMAP -> "mremap(" + range + ", " + hex(call.newLen()) + ", " + flags + ", " + hex(call.offset())
                + ")";
            case MUNMAP -> "munmap(" + range + ")";
            case MADVISE -> "madvise(" + range + ", " + call.flags() + ")";
            case MLOCK2 -> "mlock2(" + range + ", " + flags + ")";
            case MSEAL -> "mseal(" + range + ", " + flags + ")";
            case MLOCKALL -> "mlockall(" + flags + ")";
            case SET_NAME -> "setName(" + range + ", " + quoted(call.name()) + ")";
            case MLOCK, MUNLOCK, MUNLOCKALL, BRK, READ -> "plain(VmaCall.Kind." + call.kind() + ", " + range + ")";
        };
    }

    private static String quoted(@Nullable String text) {
        return text == null ? "null" : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value) + "L";
    }
}
