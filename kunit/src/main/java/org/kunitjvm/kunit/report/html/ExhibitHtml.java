package org.kunitjvm.kunit.report.html;

import java.util.List;

import org.kunitjvm.kernel.snapshot.Exhibit;
import org.kunitjvm.kernel.snapshot.Exhibit.Cell;

/** Shows one exhibit of a snapshot behind its title. */
final class ExhibitHtml {
    private final Html page;

    ExhibitHtml(Html page) {
        this.page = page;
    }

    void write(Exhibit exhibit) {
        page.raw(exhibit.open() ? "<details class=\"part\" open>" : "<details class=\"part\">")
            .element("summary", exhibit.title()).raw("\n");
        switch (exhibit) {
            case Exhibit.Group group -> {
                page.raw("<div class=\"group\">\n");
                group.exhibits().forEach(this::write);
                page.raw("</div>\n");
            }
            case Exhibit.Text text -> text(text);
            case Exhibit.Table table -> table(table);
            case Exhibit.BlockMap map -> {
                note(map.note());
                new BlockMapHtml(map, page).write();
            }
            case Exhibit.Timeline timeline -> {
                note(timeline.note());
                new TimelineHtml(timeline, page).write();
            }
        }
        page.raw("</details>\n");
    }

    private void note(String note) {
        if (!note.isEmpty()) {
            page.element("p class=\"dim\"", note).raw("\n");
        }
    }

    private void text(Exhibit.Text text) {
        page.raw("<pre class=\"log\">");
        text.lines().forEach(line -> page.text(line).raw("\n"));
        page.raw("</pre>\n");
    }

    private void table(Exhibit.Table table) {
        note(table.note());
        page.raw("<div class=\"wide\"><table class=\"grid\"><thead><tr>");
        table.columns().forEach(column -> page.element("th", column));
        page.raw("</tr></thead>\n<tbody>\n");
        for (List<Cell> row : table.rows()) {
            page.raw("<tr>");
            for (int i = 0; i < row.size(); i++) {
                cell(row.get(i), i == 0 ? "th" : "td");
            }
            page.raw("</tr>\n");
        }
        page.raw("</tbody></table></div>\n");
        behindTheNumbers(table);
    }

    private void cell(Cell cell, String tag) {
        if (cell.detail().isEmpty()) {
            page.element(tag, cell.text());
        } else {
            page.raw("<").raw(tag).raw(" class=\"has\" title=\"").text(cell.detail()).raw("\">").text(cell.text())
                .raw("</").raw(tag).raw(">");
        }
    }

    /** The details once more as text: on paper and on a telephone nobody can point at a number. */
    private void behindTheNumbers(Exhibit.Table table) {
        boolean any = table.rows().stream().flatMap(List::stream).anyMatch(cell -> !cell.detail().isEmpty());
        if (!any) {
            return;
        }
        page.raw("<details class=\"inner\">").element("summary", "the lists, first block first")
            .raw("<pre class=\"log\">");
        for (List<Cell> row : table.rows()) {
            for (int i = 1; i < row.size(); i++) {
                if (!row.get(i).detail().isEmpty()) {
                    page.text(row.getFirst().text()).raw(" ").text(table.columns().get(i)).raw(": ")
                        .text(row.get(i).detail()).raw("\n");
                }
            }
        }
        page.raw("</pre></details>\n");
    }
}
