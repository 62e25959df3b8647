package org.kunitjvm.kunit.kconfig;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** The answers to conf's questions, a line each, from a person or from a file. */
public final class Answers {
    /** conf's own buffer holds a path; what is longer than this is no answer either. */
    private static final int MAX_BYTES = 1 << 16;

    private final InputStream input;
    private final boolean onTerminal;

    private Answers(InputStream input, boolean onTerminal) {
        this.input = new BufferedInputStream(input);
        this.onTerminal = onTerminal;
    }

    /** Answers from a file or a pipe: conf prints them behind its questions. */
    public static Answers from(InputStream input) {
        return new Answers(input, false);
    }

    /** Answers that are typed on the terminal on which the questions stand, and are there already. */
    public static Answers typed(InputStream input) {
        return new Answers(input, true);
    }

    boolean areTyped() {
        return onTerminal;
    }

    /** The next line with its end, if it has one; {@code null} behind the last. */
    @Nullable String nextLine() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            int c;
            while (line.size() < MAX_BYTES && (c = input.read()) >= 0) {
                line.write(c);
                if (c == '\n') {
                    break;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.size() == 0 ? null : LosslessUtf8.decode(line.toByteArray());
    }
}
