package org.kunitjvm.kernel.printk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kunitjvm.kernel.errno.ErrPtr;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.time.VirtualClock;

/** Text is formatted, and cut off, where the kernel does it. */
final class PrintfTest {
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "%d, 42, 42", "%5d|, 42, `   42|`", "%-5d|, 42, `42   |`", "%05d, 42, 00042", "%+d, 42, +42", "%+d, -4, -4",
        "`% d`, 7, ` 7`", "%lld, -5, -5", "%x, 255, ff", "%#x, 255, 0xff", "%#x, 0, 0x0", "%#06x, 10, 0x000a",
        "%X, 255, FF", "%#X, 255, 0XFF", "%u, -1, 4294967295", "%o, 8, 10", "%#o, 8, 010", "%#o, 0, 0", "%#u, 1, 1",
        "%hhx, -5, fb", "%hhd, 200, -56", "%hx, -5, fffb", "%hd, 40000, -25536", "%.3d, 7, 007", "%.1d, 42, 42",
        "%5.3d, 7, `  007`", "%%, 1, %", "%y, 1, %y", "100%, 1, 100%", "%c, 65, A", "%c, 321, A", "%3c, 65, `  A`",
        "%d %d, 1, 1 %d", "%zu, 7, 7", "%px, 255, 00000000000000ff", "%p, 255, 00000000000000ff",
        "%8px, 255, `      ff`", "%pe, 7, 0000000000000007", "%i, 3, 3", "%lu, -1, 18446744073709551615", "%01d, 5, 5",
        "%9d, 123456789, 123456789"})
    void conversionsAreThoseOfC(String format, int value, String expected) {
        assertEquals(expected, Printf.format(format, value));
    }

    @Test
    void argumentsOfOtherTypes() {
        assertEquals("18446744073709551615 ffffffffffffffff", Printf.format("%llu %llx", -1L, -1L));
        assertEquals("(null) abc ab abc 1 A", Printf.format("%s %s %.2s %.3s %d %c", null, "abc", "abc", "abc", true,
            'A'));
        assertEquals("   7|  ab|7   |", Printf.format("%*d|%4s|%*d|", 4, 7, "ab", -4, 7));
        assertEquals("7| ", Printf.format("%*d|%*d ", -1, 7).replace("%*d", ""),
            "a width that came without an argument");
        assertEquals("no arguments", Printf.format("no arguments"));
        assertEquals("1", Printf.format("%d", Errno.ENOENT), "a constant of an enum stands for its place");
    }

    @Test
    void pointersAndTheirExtensions() {
        ErrPtr error = new ErrPtr(Errno.ENOMEM);
        assertEquals("-ENOMEM fffffffffffffff4", Printf.format("%pe %px", error, error));
        assertEquals("-4000", Printf.format("%pe", -4000L), "an error without a name");
        assertEquals("0000000000000000 [thing]", Printf.format("%p %pS", null, List.of("thing")));
        byte[] bytes = {0, 0x1f, (byte) 0xab};
        assertEquals("00 1f ab|00:1f|001fab|00-1f-ab|00", Printf.format("%*ph|%*phC|%*phN|%3phD|%ph", 3, bytes, 2,
            bytes, 9, bytes, bytes, bytes));
        assertEquals(63 * 3 + 2, Printf.format("%*ph", 100, new byte[100]).length(), "64 bytes at most");
    }

    @ParameterizedTest
    @CsvSource({"1021, 1021", "1022, 1021", "5000, 1021", "10, 10"})
    void recordsAreCutWhereTheKernelCutsThem(int written, int kept) {
        Printk log = new Printk(new VirtualClock(1000), 10);
        log.print(LogLevel.INFO, "x".repeat(written));
        assertEquals(kept, log.records().getFirst().text().length());
    }

    @Test
    void oneNewlineAtTheEndIsDroppedAndTheCutComesFirst() {
        Printk log = new Printk(new VirtualClock(1000), 10);
        log.print(LogLevel.INFO, "a\n\n");
        log.print(LogLevel.INFO, "x".repeat(1_020) + "\n\n");
        log.print(LogLevel.INFO, "x".repeat(1_021) + "\n");
        log.info("%lu%% of %s", -1L, "it");
        assertEquals(List.of("a\n", "x".repeat(1_020), "x".repeat(1_021), "18446744073709551615% of it"),
            log.records().stream().map(LogRecord::text).toList());
    }

    @Test
    void truncationKeepsWholeCharacters() {
        assertEquals("aé", Printf.truncate("aéz", 3));
        assertEquals("a", Printf.truncate("aéz", 2));
        assertEquals("aéz", Printf.truncate("aéz", 4));
        assertEquals("", Printf.truncate("é", 1));
        assertEquals("abc", Printf.truncate("abcdef", 3));
        assertEquals("abc", Printf.truncate("abc", 3));
    }
}
