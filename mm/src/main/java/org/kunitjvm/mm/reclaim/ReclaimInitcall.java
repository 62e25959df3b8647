package org.kunitjvm.mm.reclaim;

import static org.kunitjvm.mm.types.MmConstants.PAGE_SHIFT;

import java.util.List;

import org.kunitjvm.kernel.Initcall;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.kernel.hw.MemorySize;
import org.kunitjvm.mm.node.NodeState;
import org.kunitjvm.mm.node.Nodes;

/**
 * Switches reclaim on if {@value #PARAM} is given, and fills memory as it says:
 * {@code reclaim.population=file:64M,anon:16M}.
 */
public final class ReclaimInitcall implements Initcall {
    /**
     * The parameter: bytes of clean file pages and of anonymous pages on each node; {@code none} for nothing to begin
     * with.
     */
    public static final String PARAM = "reclaim.population";

    @Override
    public String name() {
        return "reclaim";
    }

    /** After the LRU lists are there. */
    @Override
    public Level level() {
        return Level.LATE;
    }

    @Override
    public List<String> params() {
        return List.of(PARAM);
    }

    @Override
    public void init(Kernel kernel) {
        String text = kernel.cmdline().get(PARAM);
        if (text == null) {
            return;
        }
        long[] pages = parse(text);
        MemoryReclaim reclaim = MemoryReclaim.start(kernel);
        kernel.provide(MemoryReclaim.class, reclaim);
        for (int nid : kernel.get(Nodes.class).in(NodeState.N_MEMORY)) {
            reclaim.population().addFile(nid, (int) pages[0]);
            reclaim.population().addAnon(nid, (int) pages[1]);
        }
    }

    /** Pages of files and anonymous pages. */
    private static long[] parse(String text) {
        long[] pages = new long[2];
        if (text.equals("none")) {
            return pages;
        }
        for (String part : text.split(",", -1)) {
            int colon = part.indexOf(':');
            String kind = colon < 0 ? part : part.substring(0, colon);
            int at = List.of("file", "anon").indexOf(kind);
            if (at < 0 || colon < 0) {
                throw refuse(text, "'" + part + "' is neither file:SIZE nor anon:SIZE");
            }
            try {
                pages[at] = Math.min(Integer.MAX_VALUE, MemorySize.parse(part.substring(colon + 1)) >> PAGE_SHIFT);
            } catch (IllegalArgumentException e) {
                throw refuse(text, e.getMessage());
            }
        }
        return pages;
    }

    private static KernelParamException refuse(String text, String why) {
        return new KernelParamException(PARAM + "=" + text + ": " + why + "; give none, or as in " + PARAM
            + "=file:64M,anon:16M");
    }
}
