package org.kunitjvm.tools.vma;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.kunitjvm.tools.vma.VmaReplay.Line;

/** Writes a history of calls as a KUnit case that can be pasted into a suite. */
public final class KunitWriter {
    private KunitWriter() {
    }

    /**
     * A suite with one case: the calls, then what must be mapped.
     *
     * @param name of the case, in camel case
     * @param layout the areas that must be there in the end
     */
    public static String write(String name, List<VmaCall> calls, List<Line> layout) {
        StringBuilder out = new StringBuilder();
        out.append("""
            package org.kunitjvm.mm.vma;

            import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;

            import org.kunitjvm.kunit.Kunit;
            import org.kunitjvm.kunit.KunitCase;
            import org.kunitjvm.kunit.KunitSuite;
            import org.kunitjvm.mm.vma.VmFile;
            import org.kunitjvm.mm.vma.VmaSettings;
            import org.kunitjvm.tools.vma.VmaCall;
            import org.kunitjvm.tools.vma.VmaReplay;

            /** Written by {@code kunit vma replay --emit-kunit}. */
            @KunitSuite(value = "vma_replay", config = "VMA_KUNIT_TEST")
            """);
        out.append("final class ").append(Character.toUpperCase(name.charAt(0))).append(name.substring(1)).append("Kunit {\n");
        out.append("    @KunitCase\n    void ").append(name).append("(Kunit test) {\n");
        out.append("        try (VmaReplay mm = new VmaReplay(VmaSettings.DEFAULT.withCapIpcLock(true))) {\n");
        for (int fd : descriptors(calls)) {
            out.append("            mm.open(").append(fd).append(", VmFile.regular(\"fd").append(fd).append("\", ").append(fd)
                .append("));\n");
        }
        for (VmaCall call : calls) {
            out.append("            // ").append(call).append('\n');
            out.append("            mm.apply(").append(java(call)).append(");\n");
        }
        out.append("            KUNIT_EXPECT_STREQ(test, mm.text(), \"\"\"\n");
        for (String line : text(layout).split("\n", -1)) {
            out.append(line.isEmpty() ? "" : "                " + line + "\n");
        }
        return out.append("                \"\"\");\n        }\n    }\n}\n").toString();
    }

    private static Iterable<Integer> descriptors(List<VmaCall> calls) {
        Map<Integer, Boolean> found = new TreeMap<>();
        calls.stream().filter(call -> call.kind() == VmaCall.Kind.MMAP && call.fd() >= 0).forEach(call -> found.put(call.fd(), true));
        return found.keySet();
    }

    /** Areas as the emitted case compares them. */
    public static String text(List<Line> layout) {
        StringBuilder out = new StringBuilder();
        for (Line line : layout) {
            out.append(String.format("%x-%x %s %x%n", line.start(), line.end(), line.perms(), line.offset()).replace("\r", ""));
        }
        return out.toString();
    }

    private static String java(VmaCall call) {
        return "new VmaCall(VmaCall.Kind." + call.kind() + ", " + hex(call.addr()) + ", " + hex(call.len()) + ", " + hex(call.newLen())
            + ", " + call.prot() + ", 0x" + Integer.toHexString(call.flags()) + ", " + call.fd() + ", " + hex(call.offset()) + ")";
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value) + "L";
    }
}
