package org.kunitjvm.kunit.cli;

import java.util.List;

/**
 * What may follow an option.
 *
 * @param kind how much, and of what type
 * @param metavar the value's name in help texts; empty if there is no value
 * @param choices the values that are allowed; empty if any is
 * @param bare the value that stands in if it is left out, for {@link Kind#OPTIONAL}
 */
record OptionShape(Kind kind, String metavar, List<String> choices, String bare) {
    enum Kind {
        /** No value. */
        SWITCH,
        /** One value; the last counts. */
        TEXT,
        /** One whole number. */
        INT,
        /** One number of 64 bits, decimal or with 0x. */
        LONG,
        /** One value each time. */
        LIST,
        /** A value only behind an equals sign; the next word is never taken. */
        OPTIONAL
    }

    static OptionShape onOff() {
        return new OptionShape(Kind.SWITCH, "", List.of(), "");
    }

    static OptionShape text(String metavar) {
        return new OptionShape(Kind.TEXT, metavar, List.of(), "");
    }

    static OptionShape integer(String metavar) {
        return new OptionShape(Kind.INT, metavar, List.of(), "");
    }

    static OptionShape number(String metavar) {
        return new OptionShape(Kind.LONG, metavar, List.of(), "");
    }

    static OptionShape list(String metavar) {
        return new OptionShape(Kind.LIST, metavar, List.of(), "");
    }

    static OptionShape oneOf(String... choices) {
        return new OptionShape(Kind.TEXT, "{" + String.join(",", choices) + "}", List.of(choices), "");
    }

    static OptionShape optional(String metavar, String bare) {
        return new OptionShape(Kind.OPTIONAL, metavar, List.of(), bare);
    }

    static OptionShape optionalOneOf(String bare, String... choices) {
        return new OptionShape(Kind.OPTIONAL, "{" + String.join(",", choices) + "}", List.of(choices), bare);
    }
}
