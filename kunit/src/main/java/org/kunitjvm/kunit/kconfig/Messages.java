package org.kunitjvm.kunit.kconfig;

import java.io.Flushable;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Where an evaluation writes: what the kernel's conf prints on stdout and on stderr. Control characters that come from
 * the input are shown as {@code \xNN}, so that a Kconfig file cannot drive the terminal. Differs from Linux there: conf
 * passes them through.
 */
final class Messages {
    private static final String HEX = "0123456789abcdef";

    private final Appendable out;
    private final Appendable err;
    private final StringBuilder errors = new StringBuilder();

    Messages(Appendable out, Appendable err) {
        this.out = out;
        this.err = err;
    }

    void out(String text) {
        append(out, printable(text));
    }

    /** Show what was said so far: somebody may be asked to answer it. */
    void flush() {
        flush(err);
        flush(out);
    }

    private static void flush(Appendable target) {
        if (target instanceof Flushable buffered) {
            try {
                buffered.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    void err(String text) {
        String shown = printable(text);
        errors.append(shown);
        append(err, shown);
    }

    /** Everything that went to the error stream so far, without the last line end. */
    String errorText() {
        int length = errors.length();
        while (length > 0 && errors.charAt(length - 1) == '\n') {
            length--;
        }
        return errors.substring(0, length);
    }

    /** A failure that consists of everything said on the error stream so far. */
    KconfigException failure() {
        return KconfigException.reported(errorText());
    }

    private static void append(Appendable target, String text) {
        try {
            target.append(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text with every control character but line end and tab spelled out, and every byte that is no text. */
    static String printable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isHidden(text, i)) {
                return escaped(text);
            }
        }
        return text;
    }

    private static String escaped(String text) {
        StringBuilder shown = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isHidden(text, i)) {
                shown.append("\\x").append(HEX.charAt(c >> 4 & 15)).append(HEX.charAt(c & 15));
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }

    /** Whether a character is shown by its number: it controls terminals, or is a byte that is no text. */
    private static boolean isHidden(String text, int at) {
        char c = text.charAt(at);
        return c < ' ' && c != '\n' && c != '\t' || c >= 0x7f && c < 0xa0 || LosslessUtf8.isEscape(text, at);
    }
}
