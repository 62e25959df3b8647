package org.kunitjvm.kunit.run;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.Speed;

/**
 * One term of an attribute filter, such as {@code speed>slow}.
 *
 * @param attribute the attribute
 * @param input operator and value as they were written
 */
public record AttributeFilter(Attribute attribute, String input) {
    private static final String OPERATORS = "<>!=";

    /** The attributes that there are. */
    public enum Attribute {
        SPEED("speed"), MODULE("module"), IS_INIT("is_init");

        private final String text;

        Attribute(String text) {
            this.text = text;
        }

        /** The name in filters. */
        public String text() {
            return text;
        }

        private static @Nullable Attribute of(String text) {
            for (Attribute attribute : values()) {
                if (attribute.text.equals(text)) {
                    return attribute;
                }
            }
            return null;
        }
    }

    /** Parse terms separated by commas; blanks after a comma are skipped. */
    public static List<AttributeFilter> parse(String filters) throws FilterException {
        List<AttributeFilter> terms = new ArrayList<>();
        int from = 0;
        while (from < filters.length()) {
            int comma = filters.indexOf(',', from);
            int end = comma < 0 ? filters.length() : comma;
            terms.add(term(filters, from, end));
            from = end;
            while (from < filters.length() && (from == end || filters.charAt(from) == ' ')) {
                from++;
            }
        }
        return terms;
    }

    private static AttributeFilter term(String filters, int from, int end) throws FilterException {
        int op = from;
        while (op < end && OPERATORS.indexOf(filters.charAt(op)) < 0) {
            op++;
        }
        if (op == end) {
            throw new FilterException("filter operation not found", filters.substring(from));
        }
        Attribute attribute = Attribute.of(filters.substring(from, op));
        if (attribute == null) {
            throw new FilterException("attribute not found", filters.substring(from));
        }
        if (op + 1 == end) {
            throw new FilterException("filter value not found", filters.substring(op));
        }
        return new AttributeFilter(attribute, filters.substring(op, end));
    }

    /** What is wrong with terms that make no sense, in the kernel's words; {@code null} if nothing is. */
    public static @Nullable String trouble(String filters) {
        try {
            for (AttributeFilter term : parse(filters)) {
                switch (term.attribute) {
                    case SPEED -> term.compare(0, term.speedValue());
                    case MODULE -> term.compareModule("");
                    case IS_INIT -> term.compare(0, term.booleanValue());
                }
            }
            return null;
        } catch (FilterException e) {
            return String.valueOf(e.getMessage()).replaceFirst("^kunit executor: ", "");
        }
    }

    /** Whether {@code testCase} of {@code suite} passes. */
    public boolean accepts(TestSuite suite, TestCase testCase) throws FilterException {
        return switch (attribute) {
            case SPEED -> compare(speed(suite, testCase).ordinal(), speedValue());
            case MODULE -> compareModule(testCase.module());
            case IS_INIT -> compare(suite.isInit() ? 1 : 0, booleanValue());
        };
    }

    private static Speed speed(TestSuite suite, TestCase testCase) {
        if (testCase.speed() != Speed.UNSET) {
            return testCase.speed();
        }
        return suite.speed() != Speed.UNSET ? suite.speed() : Speed.NORMAL;
    }

    /** What follows the operator characters, however many they are. */
    private String value() {
        int start = 0;
        while (start < input.length() && OPERATORS.indexOf(input.charAt(start)) >= 0) {
            start++;
        }
        return input.substring(start);
    }

    private int speedValue() throws FilterException {
        String value = value();
        for (Speed speed : Speed.values()) {
            if (speed.text().equals(value)) {
                return speed.ordinal();
            }
        }
        throw new FilterException("invalid filter input", input);
    }

    private int booleanValue() throws FilterException {
        return switch (value()) {
            case "true" -> 1;
            case "false" -> 0;
            default -> throw new FilterException("invalid filter input", input);
        };
    }

    private boolean compareModule(String module) throws FilterException {
        if (input.startsWith("!=")) {
            return !module.equals(value());
        }
        if (input.startsWith("=")) {
            return module.equals(value());
        }
        throw new FilterException(input.startsWith("!") ? "invalid filter operation" : "invalid filter input", input);
    }

    private boolean compare(int have, int want) throws FilterException {
        if (input.startsWith("<=")) {
            return have <= want;
        }
        if (input.startsWith(">=")) {
            return have >= want;
        }
        if (input.startsWith("!=")) {
            return have != want;
        }
        return switch (input.charAt(0)) {
            case '>' -> have > want;
            case '<' -> have < want;
            case '=' -> have == want;
            default -> throw new FilterException("invalid filter operation", input);
        };
    }
}
