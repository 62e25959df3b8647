package org.kunitjvm.kunit.results;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import org.jspecify.annotations.Nullable;

/** Reads JSON objects, and gets typed fields out of them; what is missing has the value of nothing. */
final class JsonReading {
    private JsonReading() {
    }

    /**
     * Read the object that begins at the parser's next token.
     *
     * @throws IOException if there is something else, or not all of it
     */
    static Map<String, Object> object(JsonParser in) throws IOException {
        if (in.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("not a JSON object");
        }
        return restOfObject(in);
    }

    private static Map<String, Object> restOfObject(JsonParser in) throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            Object value = value(in);
            if (value != null) {
                object.put(name, value);
            }
        }
        return object;
    }

    private static @Nullable Object value(JsonParser in) throws IOException {
        return switch (in.currentToken()) {
            case START_OBJECT -> restOfObject(in);
            case START_ARRAY -> restOfArray(in);
            case VALUE_STRING -> in.getText();
            case VALUE_NUMBER_INT -> in.getLongValue();
            case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> null;
            case null, default -> throw new IOException("JSON ends in the middle");
        };
    }

    private static List<Object> restOfArray(JsonParser in) throws IOException {
        List<Object> array = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            Object value = value(in);
            if (value != null) {
                array.add(value);
            }
        }
        return array;
    }

    static String text(Map<String, Object> object, String name) {
        return object.get(name) instanceof String text ? text : "";
    }

    static @Nullable String textOrNull(Map<String, Object> object, String name) {
        return object.get(name) instanceof String text ? text : null;
    }

    static long number(Map<String, Object> object, String name) {
        return object.get(name) instanceof Number number ? number.longValue() : 0;
    }

    static @Nullable Long numberOrNull(Map<String, Object> object, String name) {
        return object.get(name) instanceof Number number ? Long.valueOf(number.longValue()) : null;
    }

    /** A time, kept in seconds, in nanoseconds. */
    static long nanos(Map<String, Object> object, String name) {
        return object.get(name) instanceof Number number ? Math.round(number.doubleValue() * 1e9) : 0;
    }

    static int integer(Map<String, Object> object, String name) {
        return (int) number(object, name);
    }

    static boolean flag(Map<String, Object> object, String name) {
        return Boolean.TRUE.equals(object.get(name));
    }

    static ResultStatus status(Map<String, Object> object) throws IOException {
        try {
            return ResultStatus.valueOf(text(object, "status"));
        } catch (IllegalArgumentException e) {
            throw new IOException("'" + text(object, "status") + "' is no status of a test", e);
        }
    }

    static List<String> texts(Map<String, Object> object, String name) {
        return list(object, name).stream().filter(String.class::isInstance).map(String.class::cast).toList();
    }

    @SuppressWarnings("unchecked") // restOfObject() makes nothing else
    static List<Map<String, Object>> objects(Map<String, Object> object, String name) {
        return list(object, name).stream().filter(Map.class::isInstance).map(value -> (Map<String, Object>) value)
            .toList();
    }

    @SuppressWarnings("unchecked") // restOfObject() makes nothing else
    static Map<String, Object> object(Map<String, Object> object, String name) {
        return object.get(name) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    private static List<?> list(Map<String, Object> object, String name) {
        return object.get(name) instanceof List<?> list ? list : List.of();
    }
}
