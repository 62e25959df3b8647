package org.kunitjvm.kunit.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.snapshot.Exhibit;
import org.kunitjvm.kernel.snapshot.Snapshot;

/** A snapshot is read back as it was, and half of one is refused. */
final class SnapshotFileTest {
    private static final Snapshot SNAPSHOT = new Snapshot(4_200_000_000L, "CPU: 0 \"x\"\n", List.of(
        new Exhibit.Group("node 0", true, List.of(new Exhibit.Text("Text", false,
        List.of("a", "", "ä\u0001\ud83d\ude00")),
            new Exhibit.Table("Table", true, "note", List.of("type", "order 0"),
                List.of(List.of(Exhibit.Cell.of("Unmovable"), new Exhibit.Cell("3", "0x1")), List.of())))),
        new Exhibit.BlockMap("Map", true, "", 512, List.of(new Exhibit.Kind("U", "Unmovable")),
            List.of(new Exhibit.Run(1L << 40, 3, 0, Exhibit.State.OFFLINE, 1, 2, -1)),
            List.of(new Exhibit.CloseUp(512, 0, List.of(new Exhibit.Piece(0, 512, Exhibit.Use.CLASH, "!", "both"))),
                new Exhibit.CloseUp(1024, 0, List.of()))),
        new Exhibit.Timeline("Time", true, "since", List.of(new Exhibit.Lane("a/1", 1, "dead")),
            List.of(new Exhibit.Stretch(0, 1, 0, 1L << 50, "ends", List.of("wakes b", "makes c"))))));

    private static String text(Snapshot snapshot) throws IOException {
        StringWriter out = new StringWriter();
        SnapshotFile.write(snapshot, out);
        return out.toString();
    }

    @Test
    void whatWasWrittenIsReadBack() throws IOException {
        assertEquals(SNAPSHOT, SnapshotFile.read(new StringReader(text(SNAPSHOT))));
    }

    @Test
    void everyPartOfAFileIsRefused() throws IOException {
        String whole = text(SNAPSHOT).strip();
        for (int end = 0; end < whole.length(); end++) {
            String part = whole.substring(0, end);
            assertThrows(IOException.class, () -> SnapshotFile.read(new StringReader(part)), part);
        }
    }

    @Test
    void otherFilesAreRefused() {
        for (String other : List.of("{}", "[]", "[\"kunit-snapshot/2\",0,\"\"]",
            "[\"kunit-snapshot/1\",0,\"\",[\"film\",\"t\",true]]",
            "[\"kunit-snapshot/1\",0,\"\",[\"blocks\",\"t\",true,\"\",512,[],[[0,1,0,\"LOST\",0,0,0]],[]]]")) {
            assertThrows(IOException.class, () -> SnapshotFile.read(new StringReader(other)), other);
        }
    }
}
