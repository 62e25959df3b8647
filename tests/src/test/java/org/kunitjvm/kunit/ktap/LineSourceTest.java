package org.kunitjvm.kunit.ktap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.kunitjvm.kunit.ktap.LineSource.Breaks;

/** K-086: bytes become lines as they do in Python, whatever the bytes are, without holding more than a line. */
class LineSourceTest {
    private static List<String> all(LineSource source) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = source.next(); line != null; line = source.next()) {
            lines.add(line);
        }
        return lines;
    }

    private static List<String> lines(byte[] bytes, Breaks breaks) throws IOException {
        return all(LineSource.of(new ByteArrayInputStream(bytes), breaks));
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    @Test
    void anyOfThreeLineEnds() throws IOException {
        byte[] text = "a\nb\r\nc\rd\n\n\r\re".getBytes(StandardCharsets.UTF_8);

        assertEquals(List.of("a", "b", "c", "d", "", "", "", "e"), lines(text, Breaks.STREAM));
        assertEquals(List.of("a", "b", "c", "d", "", "", "", "e"),
            all(LineSource.of(new StringReader("a\nb\r\nc\rd\n\n\r\re"))));
    }

    @Test
    void emptyInputHasNoLineAndAnUnfinishedLineIsOne() throws IOException {
        assertEquals(List.of(), lines(new byte[0], Breaks.STREAM));
        assertEquals(List.of("x"), lines(bytes('x'), Breaks.STREAM));
        assertEquals(List.of("x"), lines(bytes('x', '\r', '\n'), Breaks.STREAM));
        assertEquals(List.of(""), lines(bytes('\n'), Breaks.STREAM));
    }

    @Test
    void filesBreakAtFormFeedAndItsLike() throws IOException {
        byte[] text = "a\u000bb\fc\u001cd\u0085e\u2028f\ng\n".getBytes(StandardCharsets.UTF_8);

        assertEquals(List.of("a", "b", "c", "d", "e", "f", "g"), lines(text, Breaks.FILE));
        assertEquals(2, lines(text, Breaks.STREAM).size());
    }

    @Test
    void aSeparatorCountsWhereverItStandsInALongLine() throws IOException {
        String half = "x".repeat(70_000);
        byte[] text = (half + "\f" + half + "\nplain\n" + half + half + "\f\n").getBytes(StandardCharsets.UTF_8);

        assertEquals(List.of(half, half, "plain", half + half, ""), lines(text, Breaks.FILE));
    }

    @Test
    void aSeparatorEndsTheLastLineOfAFile() throws IOException {
        assertEquals(List.of("a"), lines(bytes('a', 0x1d), Breaks.FILE));
        assertEquals(List.of("a", ""), lines(bytes('a', 0x1d, '\n'), Breaks.FILE));
        assertEquals(List.of("a", "", "b"), lines(bytes('a', 0x1d, 0x0c, 'b', 0x0b), Breaks.FILE));
    }

    @Test
    void invalidBytesAreShownAsEscapes() throws IOException {
        assertEquals(List.of("a\\xff\\xfeb"), lines(bytes('a', 0xff, 0xfe, 'b'), Breaks.STREAM));
        assertEquals(List.of("\\xc0\\x80"), lines(bytes(0xc0, 0x80), Breaks.STREAM));
        assertEquals(List.of("\\xed\\xa0\\x80"), lines(bytes(0xed, 0xa0, 0x80), Breaks.STREAM));
        assertEquals(List.of("\\xe2\\x82A"), lines(bytes(0xe2, 0x82, 'A'), Breaks.STREAM));
        assertEquals(List.of("\\xf4\\x90\\x80\\x80"), lines(bytes(0xf4, 0x90, 0x80, 0x80), Breaks.STREAM));
        assertEquals(List.of("\\xe2\\x82", "x"), lines(bytes(0xe2, 0x82, '\n', 'x'), Breaks.STREAM));
        assertEquals(List.of("\u00e9\u20ac\ud83d\ude00\u0000"),
            lines("\u00e9\u20ac\ud83d\ude00\u0000".getBytes(StandardCharsets.UTF_8),
                Breaks.STREAM));
    }

    @Test
    void validUtf8IsDecodedWhereverTheBufferEnds() throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 60_000; i++) {
            int c = random.nextInt(10) == 0 ? random.nextInt(0x20, 0x110000) : 'a';
            text.appendCodePoint(Character.isSurrogate((char) c) && c < 0x10000 ? 'b' : c);
            if (random.nextInt(500) == 0) {
                text.append(i % 3 == 0 ? "\r\n" : i % 3 == 1 ? "\n" : "\r");
            }
        }
        List<String> expected = List.of(text.toString().split("\r\n|\n|\r", -1));
        List<String> actual = lines(text.toString().getBytes(StandardCharsets.UTF_8), Breaks.STREAM);

        assertEquals(expected.subList(0, actual.size()), actual);
        assertTrue(expected.size() - actual.size() <= 1);
    }

    @Test
    void aLineWithoutEndIsCutAndSaysSo() throws IOException {
        long size = 40L << 20;
        InputStream endless = new InputStream() {
            private long left = size;

            @Override
            public int read() {
                return left-- > 0 ? 'x' : -1;
            }

            @Override
            public int read(byte[] buffer, int from, int length) {
                if (left <= 0) {
                    return -1;
                }
                int count = (int) Math.min(left, length);
                Arrays.fill(buffer, from, from + count, (byte) 'x');
                left -= count;
                return count;
            }
        };

        List<String> lines = all(LineSource.of(endless, Breaks.STREAM));

        assertEquals(1, lines.size());
        assertEquals("x".repeat(LineSource.MAX_LINE) + " [" + (size - LineSource.MAX_LINE) + " more bytes]",
            lines.getFirst());
    }

    @Test
    void readsNoMoreThanItIsAskedFor() throws IOException {
        InputStream interactive = new InputStream() {
            private int reads;

            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] buffer, int from, int length) {
                if (reads++ > 0) {
                    throw new IllegalStateException("asked for more before the first line was delivered");
                }
                buffer[from] = 'a';
                buffer[from + 1] = '\r';
                return 2;
            }
        };

        assertEquals("a", LineSource.of(interactive, Breaks.STREAM).next());
    }
}
