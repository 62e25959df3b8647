package org.kunitjvm.kunit.kconfig;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * UTF-8 text that loses no byte: one that is no part of a character becomes a lone surrogate, U+DC00 and the byte, and a
 * byte again when it is written. conf copies bytes, and older trees have names in Latin 1. As Python does (PEP 383).
 */
public final class LosslessUtf8 {
    private static final char FIRST_ESCAPE = 0xdc80;
    private static final char LAST_ESCAPE = 0xdcff;

    private LosslessUtf8() {
    }

    /** Text from bytes. */
    public static String decode(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        try {
            return decoder.decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return decodeEscaping(decoder.reset(), ByteBuffer.wrap(bytes));
        }
    }

    private static String decodeEscaping(CharsetDecoder decoder, ByteBuffer in) {
        // Each byte gives one character at most.
        CharBuffer out = CharBuffer.allocate(in.remaining());
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            if (result.isUnderflow()) {
                return out.flip().toString();
            }
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (0xdc00 | in.get() & 0xff));
            }
        }
    }

    /** The bytes that text came from, or its characters in UTF-8. */
    public static byte[] encode(String text) {
        int escape = nextEscape(text, 0);
        if (escape == text.length()) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 16);
        int from = 0;
        while (escape < text.length()) {
            bytes.writeBytes(text.substring(from, escape).getBytes(StandardCharsets.UTF_8));
            bytes.write(text.charAt(escape));
            from = escape + 1;
            escape = nextEscape(text, from);
        }
        bytes.writeBytes(text.substring(from).getBytes(StandardCharsets.UTF_8));
        return bytes.toByteArray();
    }

    /** Where the next character stands that is a byte, or the end of the text. */
    private static int nextEscape(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (isEscape(text, i)) {
                return i;
            }
        }
        return text.length();
    }

    /** Whether a character stands for a byte; the second half of a pair does not. */
    static boolean isEscape(String text, int at) {
        char c = text.charAt(at);
        return c >= FIRST_ESCAPE && c <= LAST_ESCAPE && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
    }
}
