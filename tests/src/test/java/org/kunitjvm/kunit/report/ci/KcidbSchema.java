package org.kunitjvm.kunit.report.ci;

import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * The part of the KernelCI database's submission schema, version 5, that concerns checkouts, builds and tests: which
 * fields there may be, which there must be, and what they look like. Written from its documentation.
 */
final class KcidbSchema {
    private static final String ID = "[a-z0-9_]+:[^\0]*";
    private static final String ORIGIN = "[a-z0-9_]+";
    private static final String STATUS = "FAIL|ERROR|MISS|PASS|DONE|SKIP";
    private static final String PATH = "([a-zA-Z0-9_-]+(\\.[a-zA-Z0-9_-]+)*)?";
    private static final int MAX_EXCERPT = 16_384;

    private static final Map<String, Function<Object, @Nullable String>> COMMON = Map.of("id", text(ID), "origin",
        text(ORIGIN), "comment", text("[^\0]*"), "start_time", KcidbSchema::time, "log_excerpt", KcidbSchema::excerpt,
        "misc", KcidbSchema::object, "duration", KcidbSchema::number, "log_url", text(".+"));
    private static final Map<String, Function<Object, @Nullable String>> CHECKOUT =
        with(Map.of("tree_name", text("[^\0]*"), "git_commit_hash", text("[0-9a-f]{40}"), "git_commit_name",
        text("[^\0]*"), "git_repository_url", text("https://[^\0]*"), "git_repository_branch", text("[^\0]*"),
        "patchset_hash", text("|[0-9a-f]{64}"), "valid", KcidbSchema::flag), "duration");
    private static final Map<String, Function<Object, @Nullable String>> BUILD =
        with(Map.of("checkout_id", text(ID), "architecture", text("[a-z0-9_]*"), "command", text("[^\0]*"), "compiler",
        text("[^\0]*"), "config_name", text("[^\0]*"), "config_url", text(".+"), "status", text(STATUS)), "");
    private static final Map<String, Function<Object, @Nullable String>> TEST =
        with(Map.of("build_id", text(ID), "path", text(PATH), "status", text(STATUS), "environment",
        KcidbSchema::environment), "");

    private KcidbSchema() {
    }

    /** What is wrong with a submission, one line each. */
    static List<String> problems(Object submission) {
        List<String> problems = new ArrayList<>();
        if (!(submission instanceof Map<?, ?> root)) {
            return List.of("not an object");
        }
        for (Object name : root.keySet()) {
            if (!Set.of("version", "checkouts", "builds", "tests", "issues", "incidents").contains(name)) {
                problems.add("there is no property " + name);
            }
        }
        if (!(root.get("version") instanceof Map<?, ?> version) || !Long.valueOf(5).equals(version.get("major"))
            || version.get("minor") instanceof Long minor && (minor < 0 || minor > 3)
            || !Set.of("major", "minor").containsAll(version.keySet())) {
            problems.add("version is " + root.get("version"));
        }
        check(root.get("checkouts"), "checkout", CHECKOUT, Set.of("id", "origin"), problems);
        check(root.get("builds"), "build", BUILD, Set.of("checkout_id", "id", "origin"), problems);
        check(root.get("tests"), "test", TEST, Set.of("build_id", "id", "origin"), problems);
        return problems;
    }

    private static void check(@Nullable Object list, String what, Map<String, Function<Object,
        @Nullable String>> fields, Set<String> required, List<String> problems) {
        for (Object item : list instanceof List<?> items ? items : List.of()) {
            Map<?, ?> object = (Map<?, ?>) item;
            required.stream().filter(name -> !object.containsKey(name))
                .forEach(name -> problems.add(what + " without " + name));
            object.forEach((name, value) -> {
                Function<Object, @Nullable String> field = fields.get(name);
                String problem = field == null ? "is not known" : field.apply(value);
                if (problem != null) {
                    problems.add(what + "." + name + ": " + problem);
                }
            });
        }
    }

    private static Map<String, Function<Object, @Nullable String>> with(Map<String, Function<Object,
        @Nullable String>> own, String without) {
        Map<String, Function<Object, @Nullable String>> all = new TreeMap<>(COMMON);
        all.remove(without);
        all.putAll(own);
        return all;
    }

    private static Function<Object, @Nullable String> text(String pattern) {
        return value -> value instanceof String text && text.matches("(?s)" + pattern) ? null
            : "'" + value + "' does not match " + pattern;
    }

    private static @Nullable String excerpt(Object value) {
        return value instanceof String text && text.length() <= MAX_EXCERPT && text.indexOf('\0') < 0 ? null
            : "too long, or has a NUL";
    }

    private static @Nullable String time(Object value) {
        try {
            OffsetDateTime.parse(String.valueOf(value));
            return null;
        } catch (DateTimeParseException e) {
            return "'" + value + "' is no RFC 3339 date";
        }
    }

    private static @Nullable String number(Object value) {
        return value instanceof Number ? null : "no number";
    }

    private static @Nullable String flag(Object value) {
        return value instanceof Boolean ? null : "no boolean";
    }

    private static @Nullable String object(Object value) {
        return value instanceof Map<?, ?> ? null : "no object";
    }

    private static @Nullable String environment(Object value) {
        return value instanceof Map<?, ?> map && Set.of("compatible", "comment", "misc").containsAll(map.keySet())
            ? null : "has other fields";
    }
}
