package org.kunitjvm.kunit.assertion;

import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.hook.Pointer;

/**
 * Formats as the kernel's {@code printk} does: the C conversions with their length modifiers, which Java's formatter
 * does not take. A conversion that is not known or has no argument is copied as it stands. Models lib/vsprintf.c.
 */
public final class Printf {
    private static final String FLAGS = "-+ #0";
    private static final String LENGTHS = "hlLqjzt";

    private final String format;
    private final @Nullable Object[] args;
    private final StringBuilder out;
    private int pos;
    private int nextArg;

    private Printf(String format, @Nullable Object[] args) {
        this.format = format;
        this.args = args;
        this.out = new StringBuilder(format.length() + 16);
    }

    /** Format {@code args}: numbers of any type, booleans and characters as numbers where the conversion wants one. */
    public static String format(String format, @Nullable Object... args) {
        return format.indexOf('%') < 0 ? format : new Printf(format, args).run();
    }

    private String run() {
        while (pos < format.length()) {
            char c = format.charAt(pos);
            if (c == '%') {
                conversion();
            } else {
                out.append(c);
                pos++;
            }
        }
        return out.toString();
    }

    /** The parts of one conversion. */
    private record Spec(String flags, int width, int precision, String length, char conversion) {
        boolean has(char flag) {
            return flags.indexOf(flag) >= 0;
        }
    }

    private void conversion() {
        int start = pos++;
        String flags = run(FLAGS);
        int width = number();
        int precision = -1;
        if (peek() == '.') {
            pos++;
            precision = Math.max(0, number());
        }
        String length = run(LENGTHS);
        char conversion = peek();
        pos = Math.min(pos + 1, format.length());
        if (conversion == '%') {
            out.append('%');
        } else if (nextArg >= args.length || "diuxXocspb".indexOf(conversion) < 0) {
            out.append(format, start, pos);
        } else {
            print(new Spec(flags, width, precision, length, conversion), args[nextArg++]);
        }
    }

    private char peek() {
        return pos < format.length() ? format.charAt(pos) : '\0';
    }

    private String run(String set) {
        int start = pos;
        while (pos < format.length() && set.indexOf(format.charAt(pos)) >= 0) {
            pos++;
        }
        return format.substring(start, pos);
    }

    private int number() {
        if (peek() == '*') {
            pos++;
            return nextArg < args.length ? (int) integer(args[nextArg++]) : -1;
        }
        int value = -1;
        while (Character.isDigit(peek())) {
            value = Math.max(value, 0) * 10 + (format.charAt(pos++) - '0');
        }
        return value;
    }

    private void print(Spec spec, @Nullable Object arg) {
        switch (spec.conversion()) {
            case 's', 'b' -> pad(spec, "", text(spec, arg));
            case 'c' -> pad(spec, "", arg instanceof Character c ? c.toString()
                : Character.toString((char) integer(arg)));
            case 'p' -> pointer(spec, arg);
            default -> number(spec, arg);
        }
    }

    private static String text(Spec spec, @Nullable Object arg) {
        String text = arg == null ? "(null)" : arg.toString();
        return spec.precision() >= 0 && spec.precision() < text.length() ? text.substring(0, spec.precision()) : text;
    }

    private void pointer(Spec spec, @Nullable Object arg) {
        if (peek() == 'x') {
            pos++;
            pad(spec, "", AssertFormat.pointer(integer(arg)).replaceFirst("^0+(?=.)", ""));
        } else if (arg instanceof Number || arg instanceof Pointer || arg == null) {
            pad(spec, "", AssertFormat.pointer(integer(arg)));
        } else {
            pad(spec, "", arg.toString());
        }
    }

    private void number(Spec spec, @Nullable Object arg) {
        long value = integer(arg);
        boolean narrow = spec.length().indexOf('l') < 0 && !(arg instanceof Long) && spec.length().isEmpty();
        boolean signed = spec.conversion() == 'd' || spec.conversion() == 'i';
        long bits = narrow && !signed ? value & 0xffff_ffffL : value;
        String digits = switch (spec.conversion()) {
            case 'x' -> Long.toHexString(bits);
            case 'X' -> Long.toHexString(bits).toUpperCase(Locale.ROOT);
            case 'o' -> Long.toOctalString(bits);
            case 'u' -> Long.toUnsignedString(bits);
            default -> value < 0 ? Long.toString(value).substring(1) : Long.toString(value);
        };
        if (digits.length() < spec.precision()) {
            digits = "0".repeat(spec.precision() - digits.length()) + digits;
        }
        pad(spec, prefix(spec, signed, value), digits);
    }

    private static String prefix(Spec spec, boolean signed, long value) {
        if (signed) {
            return value < 0 ? "-" : spec.has('+') ? "+" : spec.has(' ') ? " " : "";
        }
        return spec.has('#') && (spec.conversion() == 'x' || spec.conversion() == 'X') ? "0" + spec.conversion() : "";
    }

    private void pad(Spec spec, String prefix, String body) {
        int missing = Math.max(0, spec.width() - prefix.length() - body.length());
        if (spec.has('-')) {
            out.append(prefix).append(body).repeat(' ', missing);
        } else if (spec.has('0') && spec.conversion() != 's') {
            out.append(prefix).repeat('0', missing).append(body);
        } else {
            out.repeat(' ', missing).append(prefix).append(body);
        }
    }

    private static long integer(@Nullable Object arg) {
        return switch (arg) {
            case null -> 0;
            case Number n -> n.longValue();
            case Boolean b -> b ? 1 : 0;
            case Character c -> c;
            case Enum<?> e -> e.ordinal();
            case Pointer p -> p.pointer();
            default -> 0;
        };
    }
}
