package org.kunitjvm.kunit.report.html;

import java.util.Locale;

import org.kunitjvm.kernel.snapshot.Exhibit;
import org.kunitjvm.kernel.snapshot.Exhibit.BlockMap;
import org.kunitjvm.kernel.snapshot.Exhibit.Piece;
import org.kunitjvm.kernel.snapshot.Exhibit.Run;
import org.kunitjvm.kernel.snapshot.Exhibit.State;
import org.kunitjvm.kernel.snapshot.Exhibit.Use;

/**
 * A map of memory: a box for each block, filled from below as far as the block is used, and the blocks that are partly
 * used page by page. The colour is the kind's; letters and patterns say the same for those who do not see it.
 */
final class BlockMapHtml {
    /** More boxes in a row that look the same become one long box. */
    private static final int MAX_ALIKE = 64;
    private static final int COLUMNS = 32;
    private static final int SIDE = 10;
    /** Free blocks of fewer pages have no room for a number. */
    private static final int LEAST_NUMBERED = 2;
    private static final int MAX_PIECES = 2_000;

    private final BlockMap map;
    private final Html page;
    private int pieces;

    BlockMapHtml(BlockMap map, Html page) {
        this.map = map;
        this.page = page;
    }

    void write() {
        page.raw("<div class=\"map\">");
        map.runs().forEach(this::run);
        page.raw("</div>\n");
        legend();
        if (!map.closeUps().isEmpty()) {
            page.element("p class=\"dim\"", "Blocks that are partly used, page by page: " + COLUMNS
                + " pages in a row, addresses grow to the right and down. Numbers are orders of free blocks.")
                .raw("\n<div class=\"closeups\">\n");
            for (Exhibit.CloseUp closeUp : map.closeUps()) {
                if (pieces < MAX_PIECES) {
                    closeUp(closeUp);
                }
            }
            page.raw("</div>\n");
        }
    }

    // ---- the map ----

    private void run(Run run) {
        int wide = run.order() < 0 ? 1 : Math.max(1, (1 << run.order()) / map.blockPages());
        int boxes = Math.max(1, run.blocks() / wide);
        if (boxes > MAX_ALIKE) {
            box(run, run.firstPfn(), run.blocks(), "long", label(run) + " × "
                + String.format(Locale.ROOT, "%,d", boxes));
            return;
        }
        int blocks = Math.min(wide, run.blocks());
        for (int i = 0; i < boxes; i++) {
            box(run, run.firstPfn() + (long) i * blocks * map.blockPages(), blocks, blocks > 1 ? "two" : "",
                label(run));
        }
    }

    private void box(Run run, long pfn, int blocks, String shape, String label) {
        page.raw("<i class=\"b k").number(run.kind()).raw(" ").raw(state(run)).raw(shape.isEmpty() ? "" : " " + shape)
            .raw("\"");
        if (run.state() == State.MANAGED && run.order() < 0) {
            int size = map.blockPages();
            int used = (size - run.free() - run.cached()) * 100 / size;
            int held = (size - run.free()) * 100 / size;
            page.raw(" style=\"--u:").number(used).raw("%;--v:").number(held).raw("%\"");
        }
        page.raw(" title=\"").text(describe(run, pfn, blocks)).raw("\">").text(label).raw("</i>");
    }

    private static String state(Run run) {
        return switch (run.state()) {
            case MANAGED -> run.order() >= 0 ? "free" : "part";
            case RESERVED -> "reserved";
            case OFFLINE -> "offline";
            case HOLE -> "hole";
        };
    }

    private String label(Run run) {
        return switch (run.state()) {
            case MANAGED -> map.kinds().get(run.kind()).letter() + (run.order() >= 0 ? run.order() : "");
            case RESERVED -> "r";
            case OFFLINE -> "off";
            case HOLE -> "";
        };
    }

    private String describe(Run run, long pfn, int blocks) {
        String where = String.format(Locale.ROOT, "pfn %#x%s", pfn, blocks == 1 ? "" : ", " + blocks + " pageblocks");
        String kind = map.kinds().get(run.kind()).name();
        return where + switch (run.state()) {
            case MANAGED -> run.order() >= 0 ? ": " + kind + ", free, order " + run.order()
                : String.format(Locale.ROOT, ": %s, %d pages free, %d in caches of CPUs, %d in use", kind, run.free(),
                run.cached(),
                    map.blockPages() - run.free() - run.cached());
            case RESERVED -> ": reserved";
            case OFFLINE -> ": offline";
            case HOLE -> ": no memory of this zone";
        };
    }

    private void legend() {
        page.raw("<ul class=\"legend\">");
        boolean[] seen = new boolean[map.kinds().size()];
        map.runs().stream().filter(run -> run.state() == State.MANAGED).forEach(run -> seen[run.kind()] = true);
        for (int kind = 0; kind < seen.length; kind++) {
            if (seen[kind]) {
                page.raw("<li><i class=\"b free k").number(kind).raw("\">").text(map.kinds().get(kind).letter())
                    .raw("</i>").text(map.kinds().get(kind).name()).raw("</li>");
            }
        }
        page.raw("<li><i class=\"b free k0\">U9</i>free, with its order</li>")
            .raw("<li><i class=\"b part k0\" style=\"--u:40%;--v:70%\">U</i>in use, in caches of CPUs, free: from below</li>");
        if (map.runs().stream().anyMatch(run -> run.state() == State.RESERVED)) {
            page.raw("<li><i class=\"b reserved\">r</i>reserved</li>");
        }
        if (map.runs().stream().anyMatch(run -> run.state() == State.OFFLINE)) {
            page.raw("<li><i class=\"b offline\">off</i>offline</li>");
        }
        if (!map.closeUps().isEmpty()) {
            for (Use use : Use.values()) {
                if (use == Use.CLASH && !has(use) || use == Use.LISTED && !has(use)) {
                    continue;
                }
                page.raw("<li><svg class=\"key k0\" viewBox=\"0 0 14 14\">");
                shape(use, "M1 1h12v12h-12z", "");
                page.raw("</svg>").text(word(use)).raw("</li>");
            }
        }
        page.raw("</ul>\n");
    }

    private boolean has(Use use) {
        return map.closeUps().stream().anyMatch(closeUp -> count(closeUp, use) > 0);
    }

    private static String word(Use use) {
        return switch (use) {
            case FREE -> "free";
            case CACHED -> "in a cache of a CPU";
            case USED -> "in use before the case";
            case NEW -> "allocated by the case";
            case CLASH -> "free and allocated at once: broken";
            case LISTED -> "on a list that does not fit: broken";
        };
    }

    // ---- close-ups ----

    private void closeUp(Exhibit.CloseUp closeUp) {
        int free = count(closeUp, Use.FREE);
        page.raw("<figure class=\"k").number(closeUp.kind()).raw("\"><figcaption><code>")
            .text(String.format(Locale.ROOT, "%#x", closeUp.firstPfn())).raw("</code> ")
            .text(map.kinds().get(closeUp.kind()).name()).raw(" <span class=\"dim\">").number(free).raw(" free, ")
            .number(count(closeUp, Use.CACHED)).raw(" cached, ")
            .number(count(closeUp, Use.NEW) + count(closeUp, Use.CLASH)).raw(" of the case</span></figcaption>")
            .raw("<svg viewBox=\"-1 -1 ").number(COLUMNS * SIDE + 2).raw(" ")
            .number(map.blockPages() / COLUMNS * SIDE + 2).raw("\" role=\"img\">\n");
        for (Piece piece : closeUp.pieces()) {
            pieces++;
            shape(piece.use(), outline(piece), piece.detail());
            if (!piece.label().isEmpty() && piece.pages() >= LEAST_NUMBERED) {
                label(piece);
            }
        }
        page.raw("</svg></figure>\n");
    }

    private static int count(Exhibit.CloseUp closeUp, Use use) {
        return closeUp.pieces().stream().filter(piece -> piece.use() == use).mapToInt(Piece::pages).sum();
    }

    private void shape(Use use, String outline, String detail) {
        page.raw("<path class=\"p-").raw(use.name().toLowerCase(Locale.ROOT)).raw("\" d=\"").raw(outline).raw("\"");
        if (detail.isEmpty()) {
            page.raw("/>");
        } else {
            page.raw(">").element("title", detail).raw("</path>");
        }
        if (use == Use.CACHED) {
            page.raw("<path class=\"hatch\" d=\"").raw(outline).raw("\"/>");
        }
        page.raw("\n");
    }

    private void label(Piece piece) {
        int row = piece.firstPage() / COLUMNS;
        int column = piece.firstPage() % COLUMNS;
        int width = Math.min(piece.pages(), COLUMNS - column) * SIDE;
        int height = Math.max(1, piece.pages() / COLUMNS) * SIDE;
        // Outlines may lie inside each other: their numbers stand in the corner, at the lower end.
        boolean corner = piece.use() == Use.LISTED;
        page.raw("<text class=\"t-").raw(piece.use().name().toLowerCase(Locale.ROOT)).raw("\" x=\"")
            .number(column * SIDE + (corner ? width - 6L : width / 2L)).raw("\" y=\"")
            .number(row * SIDE + (corner ? height - 3L : height / 2L + 3)).raw("\">").text(piece.label())
            .raw("</text>\n");
    }

    /** The pages of a piece as one path: the rest of a row, whole rows, the beginning of a row. */
    private static String outline(Piece piece) {
        StringBuilder path = new StringBuilder();
        int at = piece.firstPage();
        int end = at + piece.pages();
        while (at < end) {
            int column = at % COLUMNS;
            int rows = column == 0 ? (end - at) / COLUMNS : 0;
            int width = rows > 0 ? COLUMNS : Math.min(COLUMNS - column, end - at);
            int height = Math.max(1, rows);
            path.append('M').append(column * SIDE).append(' ').append(at / COLUMNS * SIDE).append('h')
                .append(width * SIDE).append('v').append(height * SIDE).append("h-").append(width * SIDE).append('z');
            at += width * height;
        }
        return path.toString();
    }
}
