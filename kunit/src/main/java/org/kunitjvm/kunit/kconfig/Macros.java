package org.kunitjvm.kunit.kconfig;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The macro language: variables, user functions and built-in functions, all written {@code $(name,args…)}.
 * Models scripts/kconfig/preprocess.c.
 */
final class Macros {
    enum Flavor {
        /** {@code =}: expanded at every use. */
        RECURSIVE,
        /** {@code :=}: expanded once, when assigned. */
        SIMPLE,
        /** {@code +=}: appended, keeping the flavor. */
        APPEND
    }

    /** Where the lexer is, for messages. */
    interface Place {
        String file();

        int line();
    }

    private static final int MAX_ARGUMENTS = 16;
    private static final int MAX_NESTED_EXPANSIONS = 1000;
    /** Beyond this an expansion is a mistake (or an attack): conf would go on until memory is used up. */
    private static final int MAX_EXPANSION_CHARS = 1 << 22;
    private static final int MAX_STEPS = 5_000_000;

    private static final class Variable {
        String value = "";
        Flavor flavor = Flavor.RECURSIVE;
        int active;
    }

    /** The text that came out, and the index behind what was used. */
    record Expansion(String text, int end) {
    }

    private final Messages messages;
    private final Map<String, String> environment;
    private final ShellCommand shell;
    private final Place place;
    private final Map<String, Variable> variables = new HashMap<>();
    private long steps;

    Macros(Messages messages, Map<String, String> environment, ShellCommand shell, Place place) {
        this.messages = messages;
        this.environment = environment;
        this.shell = shell;
        this.place = place;
    }

    // ---- assignment ----

    void assign(String name, String value, Flavor flavor) {
        Variable variable = variables.get(name);
        boolean append = flavor == Flavor.APPEND && variable != null;
        if (variable == null) {
            variable = new Variable();
            variables.put(name, variable);
        }
        if (flavor != Flavor.APPEND) {
            variable.flavor = flavor;
        }
        String text = variable.flavor == Flavor.SIMPLE ? expandAll(value, List.of()) : value;
        variable.value = append ? limited(variable.value + " " + text) : text;
    }

    // ---- expansion ----

    /**
     * Expand the reference behind a {@code $} at {@code from - 1}; a {@code $} without parenthesis stands for itself.
     */
    Expansion expandDollar(String text, int from) {
        return expandDollar(text, from, List.of());
    }

    /** Expand up to the first character that cannot be part of a word. */
    Expansion expandWord(String text, int from) {
        StringBuilder result = new StringBuilder();
        int i = from;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '$') {
                Expansion expansion = expandDollar(text, i + 1, List.of());
                append(result, expansion.text());
                i = expansion.end();
            } else if (KconfigLexer.isWordPart(c)) {
                result.append(c);
                i++;
            } else {
                break;
            }
        }
        return new Expansion(result.toString(), i);
    }

    private String expandAll(String text, List<String> arguments) {
        StringBuilder result = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '$') {
                Expansion expansion = expandDollar(text, i + 1, arguments);
                append(result, expansion.text());
                i = expansion.end();
            } else {
                result.append(c);
                i++;
            }
        }
        return result.toString();
    }

    private void append(StringBuilder target, String text) {
        if (target.length() + text.length() > MAX_EXPANSION_CHARS) {
            throw failure("expansion is too long");
        }
        target.append(text);
    }

    private String limited(String text) {
        if (text.length() > MAX_EXPANSION_CHARS) {
            throw failure("expansion is too long");
        }
        return text;
    }

    private Expansion expandDollar(String text, int from, List<String> arguments) {
        if (from >= text.length() || text.charAt(from) != '(') {
            return new Expansion("$", from);
        }
        int start = from + 1;
        int depth = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '(') {
                depth++;
            } else if (c == ')' && depth-- == 0) {
                return new Expansion(evaluate(text.substring(start, i), arguments), i + 1);
            }
        }
        throw failure("unterminated reference to '" + text.substring(start) + "': missing ')'");
    }

    /** Evaluate what stands between the parentheses of a reference. */
    private String evaluate(String clause, List<String> outer) {
        if (++steps > MAX_STEPS) {
            throw failure("too many expansions");
        }
        Numbers.Parsed index = Numbers.parse(clause, 10, true);
        if (index.end() == clause.length() && index.value() > 0 && index.value() <= outer.size()) {
            return outer.get((int) index.value() - 1);
        }
        List<String> parts = split(clause);
        String name = expandAll(parts.getFirst(), outer);
        List<String> arguments = new ArrayList<>(parts.size());
        for (int i = 1; i < parts.size(); i++) {
            arguments.add(expandAll(parts.get(i), outer));
        }
        String result = variable(name, arguments);
        if (result == null) {
            result = builtIn(name, arguments);
        }
        if (result == null && arguments.isEmpty()) {
            result = environment.get(name);
        }
        return result == null ? "" : result;
    }

    /** Cut at the commas that are not in parentheses. */
    private List<String> split(String clause) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < clause.length(); i++) {
            char c = clause.charAt(i);
            if (c == ',' && depth == 0) {
                if (parts.size() >= MAX_ARGUMENTS) {
                    throw failure("too many function arguments");
                }
                parts.add(clause.substring(start, i));
                start = i + 1;
            } else if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            }
        }
        parts.add(clause.substring(start));
        return parts;
    }

    private @Nullable String variable(String name, List<String> arguments) {
        Variable variable = variables.get(name);
        if (variable == null) {
            return null;
        }
        if (arguments.isEmpty() && variable.active > 0) {
            throw failure("Recursive variable '" + name + "' references itself (eventually)");
        }
        if (variable.active > MAX_NESTED_EXPANSIONS) {
            throw failure("Too deep recursive expansion");
        }
        variable.active++;
        String result = variable.flavor == Flavor.RECURSIVE ? expandAll(variable.value, arguments) : variable.value;
        variable.active--;
        return result;
    }

    // ---- built-in functions ----

    private @Nullable String builtIn(String name, List<String> arguments) {
        return switch (name) {
            case "error-if" -> {
                checkCount(name, arguments, 2);
                if (arguments.get(0).equals("y")) {
                    throw failure(arguments.get(1));
                }
                yield "";
            }
            case "filename" -> {
                checkCount(name, arguments, 0);
                yield place.file();
            }
            case "info" -> {
                checkCount(name, arguments, 1);
                messages.out(arguments.get(0) + "\n");
                yield "";
            }
            case "lineno" -> {
                checkCount(name, arguments, 0);
                yield Integer.toString(place.line());
            }
            case "shell" -> {
                checkCount(name, arguments, 1);
                yield shellOutput(arguments.get(0));
            }
            case "warning-if" -> {
                checkCount(name, arguments, 2);
                if (arguments.get(0).equals("y")) {
                    messages.err(placed(arguments.get(1)));
                }
                yield "";
            }
            default -> null;
        };
    }

    private void checkCount(String name, List<String> arguments, int count) {
        if (arguments.size() < count) {
            throw failure("too few function arguments passed to '" + name + "'");
        }
        if (arguments.size() > count) {
            throw failure("too many function arguments passed to '" + name + "'");
        }
    }

    private String shellOutput(String command) {
        String output;
        try {
            output = shell.run(command);
        } catch (IOException e) {
            throw failure("cannot run '" + command + "': " + e.getMessage());
        }
        int length = Math.min(output.length(), ShellCommand.MAX_OUTPUT_BYTES - 1);
        while (length > 0 && output.charAt(length - 1) == '\n') {
            length--;
        }
        return output.substring(0, length).replace('\n', ' ');
    }

    private String placed(String text) {
        return place.file() + ":" + place.line() + ": " + text + "\n";
    }

    private KconfigException failure(String text) {
        messages.err(placed(text));
        return messages.failure();
    }
}
