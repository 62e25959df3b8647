package org.kunitjvm.kernel.printk;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.ErrPtr;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.hook.Pointer;

/**
 * Formats as the kernel's {@code printk} does: the C conversions with their length modifiers, which Java's formatter
 * does not take, and of the kernel's own {@code %p} extensions {@code %px}, {@code %pe} and {@code %*ph}. A conversion
 * that is not known or has no argument is copied as it stands. Models lib/vsprintf.c: vsnprintf.
 *
 * <p>Differs from Linux: {@code %p} shows the address itself, there is nothing to hide; an object without an address
 * shows as its {@code toString()}.
 */
public final class Printf {
    private static final String NULL_TEXT = "(null)";
    private static final String FLAGS = "-+ #0";
    private static final String LENGTHS = "hlLqjzt";
    private static final String CONVERSIONS = "diuxXocspb";
    private static final int POINTER_DIGITS = 2 * Long.BYTES;
    private static final int HEX_BUFFER_MAX = 64;
    /** Bytes that one {@code char} takes at most. */
    private static final int UTF8_MAX = 3;

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

    /** The first {@code maxBytes} bytes of {@code text} in UTF-8, without half a character at the end. */
    public static String truncate(String text, int maxBytes) {
        if (text.length() * UTF8_MAX <= maxBytes) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= maxBytes) {
            return text;
        }
        int end = maxBytes;
        while (end > 0 && (bytes[end] & 0xc0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private String run() {
        for (int percent = format.indexOf('%'); percent >= 0; percent = format.indexOf('%', pos)) {
            out.append(format, pos, percent);
            pos = percent;
            if (!plainConversion()) {
                conversion();
            }
        }
        return out.append(format, pos, format.length()).toString();
    }

    /** {@code %d}, {@code %s} and the like, with nothing between the letters, are most of all conversions. */
    private boolean plainConversion() {
        if (pos + 1 >= format.length() || nextArg >= args.length) {
            return false;
        }
        Object arg = args[nextArg];
        char conversion = format.charAt(pos + 1);
        if (conversion == 's') {
            out.append(arg == null ? NULL_TEXT : arg.toString());
        } else if ((conversion == 'd' || conversion == 'i') && arg instanceof Number number) {
            out.append(number.longValue());
        } else {
            return false;
        }
        nextArg++;
        pos += 2;
        return true;
    }

    /** The parts of one conversion; width and precision are -1 where none is given. */
    private record Spec(String flags, int width, int precision, String length, char conversion) {
        boolean has(char flag) {
            return flags.indexOf(flag) >= 0;
        }
    }

    private void conversion() {
        int start = pos++;
        String flags = run(FLAGS);
        int width = number();
        if (width < -1) {
            // A negative width that came as an argument asks for padding on the other side.
            flags += "-";
            width = -width;
        }
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
        } else if (nextArg >= args.length || CONVERSIONS.indexOf(conversion) < 0) {
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
                : Character.toString((char) (integer(arg) & 0xff)));
            case 'p' -> pointer(spec, arg);
            default -> number(spec, arg);
        }
    }

    private static String text(Spec spec, @Nullable Object arg) {
        String text = arg == null ? NULL_TEXT : arg.toString();
        return spec.precision() >= 0 && spec.precision() < text.length() ? text.substring(0, spec.precision()) : text;
    }

    /** All letters and digits behind {@code %p} belong to it. */
    private void pointer(Spec spec, @Nullable Object arg) {
        int start = pos;
        while (Character.isLetterOrDigit(peek())) {
            pos++;
        }
        String extension = format.substring(start, pos);
        if (extension.startsWith("h") && arg instanceof byte[] bytes) {
            hexBuffer(spec, extension, bytes);
        } else if (!(arg instanceof Number || arg instanceof Pointer || arg == null)) {
            pad(spec, "", arg.toString());
        } else if (extension.startsWith("e") && ErrPtr.isErr(integer(arg))) {
            pad(spec, "", errorName((int) integer(arg)));
        } else {
            address(spec, integer(arg));
        }
    }

    private void address(Spec spec, long address) {
        String digits = Long.toHexString(address);
        pad(spec, "", spec.width() >= 0 ? digits : "0".repeat(POINTER_DIGITS - digits.length()) + digits);
    }

    private static String errorName(int error) {
        Errno errno = Errno.of(error);
        return errno == null ? Integer.toString(error) : "-" + errno.name();
    }

    /** {@code %*ph}: bytes in hex, with a blank, {@code :} (C), {@code -} (D) or nothing (N) between them. */
    private void hexBuffer(Spec spec, String extension, byte[] bytes) {
        String separator = switch (extension) {
            case "hC" -> ":";
            case "hD" -> "-";
            case "hN" -> "";
            default -> " ";
        };
        int count = Math.min(Math.min(Math.max(spec.width(), 1), HEX_BUFFER_MAX), bytes.length);
        for (int i = 0; i < count; i++) {
            out.append(i == 0 ? "" : separator).append(Character.forDigit((bytes[i] >> 4) & 0xf, 16))
                .append(Character.forDigit(bytes[i] & 0xf, 16));
        }
    }

    private void number(Spec spec, @Nullable Object arg) {
        boolean signed = spec.conversion() == 'd' || spec.conversion() == 'i';
        long value = narrow(spec, integer(arg), arg, signed);
        String digits = switch (spec.conversion()) {
            case 'x' -> Long.toHexString(value);
            case 'X' -> Long.toHexString(value).toUpperCase(Locale.ROOT);
            case 'o' -> Long.toOctalString(value);
            case 'u' -> Long.toUnsignedString(value);
            default -> value < 0 ? Long.toString(value).substring(1) : Long.toString(value);
        };
        if (digits.length() < spec.precision()) {
            digits = "0".repeat(spec.precision() - digits.length()) + digits;
        }
        pad(spec, prefix(spec, signed, value), digits);
    }

    /** Cut {@code value} to the C type that the length stands for; a {@code long} is never cut to an {@code int}. */
    private static long narrow(Spec spec, long value, @Nullable Object arg, boolean signed) {
        return switch (spec.length()) {
            case "hh" -> signed ? (byte) value : value & 0xff;
            case "h" -> signed ? (short) value : value & 0xffff;
            case "" -> signed || arg instanceof Long ? value : value & 0xffff_ffffL;
            default -> value;
        };
    }

    private static String prefix(Spec spec, boolean signed, long value) {
        if (signed) {
            return value < 0 ? "-" : spec.has('+') ? "+" : spec.has(' ') ? " " : "";
        }
        if (!spec.has('#')) {
            return "";
        }
        // Unlike in the C library a 0 has the prefix of hex, too.
        return switch (spec.conversion()) {
            case 'x', 'X' -> "0" + spec.conversion();
            case 'o' -> value == 0 ? "" : "0";
            default -> "";
        };
    }

    private void pad(Spec spec, String prefix, String body) {
        int missing = Math.max(0, spec.width() - prefix.length() - body.length());
        if (spec.has('-')) {
            out.append(prefix).append(body).repeat(' ', missing);
        } else if (spec.has('0') && "sbcp".indexOf(spec.conversion()) < 0) {
            out.append(prefix).repeat('0', missing).append(body);
        } else {
            out.repeat(' ', missing).append(prefix).append(body);
        }
    }

    private static long integer(@Nullable Object arg) {
        // No switch over types: its first use costs a short run several milliseconds.
        if (arg instanceof Number n) {
            return n.longValue();
        }
        if (arg instanceof Boolean b) {
            return b ? 1 : 0;
        }
        if (arg instanceof Character c) {
            return c;
        }
        if (arg instanceof Enum<?> e) {
            return e.ordinal();
        }
        return arg instanceof Pointer p ? p.pointer() : 0;
    }
}
