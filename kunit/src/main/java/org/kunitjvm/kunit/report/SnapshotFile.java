package org.kunitjvm.kunit.report;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import org.kunitjvm.kernel.snapshot.Exhibit;
import org.kunitjvm.kernel.snapshot.Snapshot;

/**
 * A snapshot as JSON, so that a report can be made long after the run. Every record is an array of its components in
 * their order, behind the word that says what it is where there is a choice: compact, and read in one pass.
 */
public final class SnapshotFile {
    private static final String FORMAT = "kunit-snapshot/1";
    private static final JsonFactory FACTORY = new JsonFactory();

    private SnapshotFile() {
    }

    /** Write to a stream, which is left open. */
    public static void write(Snapshot snapshot, Writer out) throws IOException {
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.writeStartArray();
            json.writeString(FORMAT);
            json.writeNumber(snapshot.timeNs());
            json.writeString(snapshot.where());
            for (Exhibit exhibit : snapshot.exhibits()) {
                exhibit(exhibit, json);
            }
            json.writeEndArray();
        }
        out.write('\n');
    }

    private static void exhibit(Exhibit exhibit, JsonGenerator json) throws IOException {
        json.writeStartArray();
        json.writeString(word(exhibit));
        json.writeString(exhibit.title());
        json.writeBoolean(exhibit.open());
        body(exhibit, json);
        json.writeEndArray();
    }

    private static String word(Exhibit exhibit) {
        return switch (exhibit) {
            case Exhibit.Group _ -> "group";
            case Exhibit.Text _ -> "text";
            case Exhibit.Table _ -> "table";
            case Exhibit.BlockMap _ -> "blocks";
            case Exhibit.Timeline _ -> "timeline";
        };
    }

    private static void body(Exhibit exhibit, JsonGenerator json) throws IOException {
        switch (exhibit) {
            case Exhibit.Group group -> each(group.exhibits(), json, inner -> exhibit(inner, json));
            case Exhibit.Text text -> texts(text.lines(), json);
            case Exhibit.Table table -> {
                json.writeString(table.note());
                texts(table.columns(), json);
                each(table.rows(), json, row -> each(row, json, cell -> record(json, cell.text(), cell.detail())));
            }
            case Exhibit.BlockMap map -> {
                json.writeString(map.note());
                json.writeNumber(map.blockPages());
                each(map.kinds(), json, kind -> record(json, kind.letter(), kind.name()));
                each(map.runs(), json, run -> record(json, run.firstPfn(), run.blocks(), run.kind(), run.state().name(),
                    run.free(), run.cached(), run.order()));
                each(map.closeUps(), json, closeUp -> {
                    json.writeStartArray();
                    json.writeNumber(closeUp.firstPfn());
                    json.writeNumber(closeUp.kind());
                    each(closeUp.pieces(), json, piece -> record(json, piece.firstPage(), piece.pages(),
                        piece.use().name(), piece.label(), piece.detail()));
                    json.writeEndArray();
                });
            }
            case Exhibit.Timeline timeline -> {
                json.writeString(timeline.note());
                each(timeline.lanes(), json, lane -> record(json, lane.name(), lane.cpu(), lane.state()));
                each(timeline.stretches(), json, stretch -> {
                    json.writeStartArray();
                    json.writeNumber(stretch.lane());
                    json.writeNumber(stretch.cpu());
                    json.writeNumber(stretch.fromNs());
                    json.writeNumber(stretch.toNs());
                    json.writeString(stretch.why());
                    texts(stretch.marks(), json);
                    json.writeEndArray();
                });
            }
        }
    }

    private interface Item<T> {
        void write(T item) throws IOException;
    }

    private static <T> void each(List<T> items, JsonGenerator json, Item<T> writer) throws IOException {
        json.writeStartArray();
        for (T item : items) {
            writer.write(item);
        }
        json.writeEndArray();
    }

    private static void texts(List<String> texts, JsonGenerator json) throws IOException {
        each(texts, json, json::writeString);
    }

    private static void record(JsonGenerator json, Object... components) throws IOException {
        json.writeStartArray();
        for (Object component : components) {
            switch (component) {
                case String text -> json.writeString(text);
                case Long number -> json.writeNumber(number);
                case Integer number -> json.writeNumber(number);
                default -> throw new IllegalArgumentException("not for JSON: " + component);
            }
        }
        json.writeEndArray();
    }

    // ---- reading ----

    /**
     * Read what {@link #write} wrote.
     *
     * @throws IOException if it is something else, or not all of it
     */
    public static Snapshot read(Reader in) throws IOException {
        try (JsonParser json = FACTORY.createParser(in)) {
            Input input = new Input(json);
            input.open();
            if (!input.text().equals(FORMAT)) {
                throw new IOException("this is no " + FORMAT);
            }
            long timeNs = input.number();
            String where = input.text();
            return new Snapshot(timeNs, where, input.rest(Input::exhibit));
        } catch (IllegalArgumentException e) {
            throw new IOException("a snapshot with a word that is not known: " + e.getMessage(), e);
        }
    }

    private interface ItemReader<T> {
        T read(Input in) throws IOException;
    }

    /** Takes components one by one. */
    private static final class Input {
        private final JsonParser json;

        Input(JsonParser json) {
            this.json = json;
        }

        private JsonToken next(JsonToken wanted) throws IOException {
            JsonToken token = json.nextToken();
            if (token != wanted) {
                throw new IOException("a snapshot that is broken at " + json.currentLocation().offsetDescription());
            }
            return token;
        }

        void open() throws IOException {
            next(JsonToken.START_ARRAY);
        }

        void close() throws IOException {
            next(JsonToken.END_ARRAY);
        }

        String text() throws IOException {
            next(JsonToken.VALUE_STRING);
            return json.getText();
        }

        long number() throws IOException {
            next(JsonToken.VALUE_NUMBER_INT);
            return json.getLongValue();
        }

        int integer() throws IOException {
            next(JsonToken.VALUE_NUMBER_INT);
            return json.getIntValue();
        }

        boolean flag() throws IOException {
            JsonToken token = json.nextToken();
            if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
                throw new IOException("a snapshot that is broken at " + json.currentLocation().offsetDescription());
            }
            return token == JsonToken.VALUE_TRUE;
        }

        <T> List<T> list(ItemReader<T> reader) throws IOException {
            open();
            return rest(reader);
        }

        /** What is left of an array whose items are arrays. */
        <T> List<T> rest(ItemReader<T> reader) throws IOException {
            List<T> items = new ArrayList<>();
            while (json.nextToken() == JsonToken.START_ARRAY) {
                items.add(reader.read(this));
                close();
            }
            if (json.currentToken() != JsonToken.END_ARRAY) {
                throw new IOException("a snapshot without its end");
            }
            return items;
        }

        List<String> texts() throws IOException {
            open();
            List<String> texts = new ArrayList<>();
            while (json.nextToken() == JsonToken.VALUE_STRING) {
                texts.add(json.getText());
            }
            return texts;
        }

        Exhibit exhibit() throws IOException {
            String kind = text();
            String title = text();
            boolean open = flag();
            return switch (kind) {
                case "group" -> new Exhibit.Group(title, open, list(Input::exhibit));
                case "text" -> new Exhibit.Text(title, open, texts());
                case "table" -> new Exhibit.Table(title, open, text(), texts(), rows());
                case "blocks" -> new Exhibit.BlockMap(title, open, text(), integer(),
                    list(in -> new Exhibit.Kind(in.text(), in.text())), list(Input::run), list(Input::closeUp));
                case "timeline" -> new Exhibit.Timeline(title, open, text(),
                    list(in -> new Exhibit.Lane(in.text(), in.integer(), in.text())), list(Input::stretch));
                default -> throw new IOException("an exhibit of the unknown kind '" + kind + "'");
            };
        }

        private List<List<Exhibit.Cell>> rows() throws IOException {
            List<List<Exhibit.Cell>> rows = new ArrayList<>();
            open();
            while (json.nextToken() == JsonToken.START_ARRAY) {
                rows.add(rest(Input::cell));
            }
            return rows;
        }

        Exhibit.Cell cell() throws IOException {
            return new Exhibit.Cell(text(), text());
        }

        Exhibit.Run run() throws IOException {
            return new Exhibit.Run(number(), integer(), integer(), Exhibit.State.valueOf(text()), integer(), integer(),
                integer());
        }

        Exhibit.CloseUp closeUp() throws IOException {
            return new Exhibit.CloseUp(number(), integer(),
                list(in -> new Exhibit.Piece(in.integer(), in.integer(), Exhibit.Use.valueOf(in.text()), in.text(),
                in.text())));
        }

        Exhibit.Stretch stretch() throws IOException {
            return new Exhibit.Stretch(integer(), integer(), number(), number(), text(), texts());
        }
    }
}
