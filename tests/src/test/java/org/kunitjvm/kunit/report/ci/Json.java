package org.kunitjvm.kunit.report.ci;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

/** JSON as maps, lists, texts and numbers, for tests that look at a few fields. */
final class Json {
    private Json() {
    }

    static Object read(String text) throws IOException {
        try (JsonParser in = new JsonFactory().createParser(text)) {
            in.nextToken();
            Object value = value(in);
            if (in.nextToken() != null) {
                throw new IOException("something follows the document");
            }
            return value;
        }
    }

    private static Object value(JsonParser in) throws IOException {
        return switch (in.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> object = new LinkedHashMap<>();
                while (in.nextToken() != JsonToken.END_OBJECT) {
                    String name = in.currentName();
                    in.nextToken();
                    if (object.put(name, value(in)) != null) {
                        throw new IOException("'" + name + "' is there twice");
                    }
                }
                yield object;
            }
            case START_ARRAY -> {
                List<Object> array = new ArrayList<>();
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(in));
                }
                yield array;
            }
            case VALUE_STRING -> in.getText();
            case VALUE_NUMBER_INT -> in.getLongValue();
            case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw new IOException("unexpected " + in.currentToken());
        };
    }

    static Object at(Object value, String... path) {
        Object found = value;
        for (String name : path) {
            found = ((Map<?, ?>) found).get(name);
        }
        return found;
    }

    static String text(Object object, String name) {
        return (String) at(object, name);
    }
}
