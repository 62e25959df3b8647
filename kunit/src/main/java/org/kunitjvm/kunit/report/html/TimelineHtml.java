package org.kunitjvm.kunit.report.html;

import java.util.List;

import org.kunitjvm.kernel.snapshot.Exhibit.Lane;
import org.kunitjvm.kernel.snapshot.Exhibit.Stretch;
import org.kunitjvm.kernel.snapshot.Exhibit.Timeline;

/**
 * Who ran when: a lane for each kthread, a bar for each time in which nobody else ran. Bars grow with the logarithm of
 * the time, so that a sleep of a second does not push everything else off the page.
 */
final class TimelineHtml {
    private static final int MAX_STRETCHES = 256;
    private static final int LISTED = 60;
    private static final int LANE = 22;
    private static final int NAMES = 170;
    private static final int TOP = 18;
    private static final int LEAST = 10;
    /** Colours for CPUs; after that they begin again. */
    private static final int CPU_COLOURS = 6;

    private final Timeline timeline;
    private final Html page;

    TimelineHtml(Timeline timeline, Html page) {
        this.timeline = timeline;
        this.page = page;
    }

    void write() {
        List<Stretch> all = timeline.stretches();
        List<Stretch> shown = all.subList(Math.max(0, all.size() - MAX_STRETCHES), all.size());
        int width = NAMES + 20;
        for (Stretch stretch : shown) {
            width += width(stretch);
        }
        int height = TOP + LANE * timeline.lanes().size() + 6;
        page.raw("<div class=\"wide\"><svg class=\"timeline\" width=\"").number(width).raw("\" height=\"")
            .number(height).raw("\" viewBox=\"0 0 ").number(width).raw(" ").number(height).raw("\" role=\"img\">\n");
        lanes(width);
        int x = NAMES;
        for (Stretch stretch : shown) {
            stretch(stretch, x);
            x += width(stretch);
        }
        page.raw("<path class=\"now\" d=\"M").number(x).raw(" ").number(TOP - 4).raw("V").number(height)
            .raw("\"/><text class=\"nowtext\" x=\"").number(x - 4)
            .raw("\" y=\"11\">the failing check</text>\n</svg></div>\n");
        legend();
        decisions(shown);
    }

    private static int width(Stretch stretch) {
        long ns = Math.max(0, stretch.toNs() - stretch.fromNs());
        return LEAST + 5 * (Long.SIZE - Long.numberOfLeadingZeros(ns / 10));
    }

    private void lanes(int width) {
        int y = TOP;
        for (Lane lane : timeline.lanes()) {
            page.raw("<path class=\"lane\" d=\"M0 ").number(y + LANE).raw("H").number(width)
                .raw("\"/><text class=\"lanename\" x=\"4\" y=\"").number(y + 15).raw("\">").text(lane.name())
                .raw("<title>").text(lane.name() + ", on CPU " + lane.cpu()
                    + (lane.state().isEmpty() ? "" : ", " + lane.state())).raw("</title></text>\n");
            y += LANE;
        }
    }

    private void stretch(Stretch stretch, int x) {
        int y = TOP + LANE * stretch.lane() + 3;
        int width = width(stretch);
        page.raw("<rect class=\"cpu").number(stretch.cpu() % CPU_COLOURS).raw("\" x=\"").number(x).raw("\" y=\"")
            .number(y).raw("\" width=\"").number(width).raw("\" height=\"").number(LANE - 6).raw("\">")
            .element("title", describe(stretch)).raw("</rect>");
        if (width >= LEAST + 6) {
            page.raw("<text class=\"cpuname\" x=\"").number(x + 3).raw("\" y=\"").number(y + 12).raw("\">")
                .number(stretch.cpu()).raw("</text>");
        }
        for (int i = 0; i < stretch.marks().size(); i++) {
            int at = x + width * (i + 1) / (stretch.marks().size() + 1);
            page.raw("<path class=\"mark\" d=\"M").number(at).raw(" ").number(y).raw("l-3 -4h6z\">")
                .element("title", stretch.marks().get(i)).raw("</path>");
        }
        page.raw("\n");
    }

    private String name(Stretch stretch) {
        int lane = Math.min(stretch.lane(), timeline.lanes().size() - 1);
        return timeline.lanes().get(lane).name();
    }

    private String describe(Stretch stretch) {
        StringBuilder text = new StringBuilder(name(stretch)).append(" on CPU ").append(stretch.cpu()).append(", from ")
            .append(Html.virtual(stretch.fromNs())).append(" to ").append(Html.virtual(stretch.toNs()));
        stretch.marks().forEach(mark -> text.append("; ").append(mark));
        return text.append(stretch.why().isEmpty() ? "" : "; then: " + stretch.why()).toString();
    }

    private void legend() {
        int cpus = timeline.stretches().stream().mapToInt(Stretch::cpu).max().orElse(0) + 1;
        page.raw("<ul class=\"legend\">");
        for (int cpu = 0; cpu < Math.min(cpus, CPU_COLOURS); cpu++) {
            page.raw("<li><svg class=\"key\" viewBox=\"0 0 14 14\"><rect class=\"cpu").number(cpu)
                .raw("\" width=\"14\" height=\"14\"/></svg>CPU ").number(cpu).raw("</li>");
        }
        page.raw("<li><svg class=\"key\" viewBox=\"0 0 14 14\"><path class=\"mark\" d=\"M7 12l-5 -8h10z\"/></svg>makes or wakes another</li></ul>\n");
    }

    /** The decisions as text, latest last. */
    private void decisions(List<Stretch> shown) {
        List<Stretch> last = shown.subList(Math.max(0, shown.size() - LISTED), shown.size());
        page.raw("<details class=\"inner\">").element("summary", "the last decisions as text")
            .raw("<pre class=\"log\">");
        last.forEach(stretch -> page.text(describe(stretch)).raw("\n"));
        page.raw("</pre></details>\n");
    }
}
