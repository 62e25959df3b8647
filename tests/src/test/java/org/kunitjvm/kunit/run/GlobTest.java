package org.kunitjvm.kunit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every part of a glob at its edges: first and last members of classes, brackets that close nothing, empty runs of
 * stars.
 */
final class GlobTest {
    @ParameterizedTest
    @Tag("K-044")
    @CsvSource(delimiter = ' ', value = {
        "[a-c] a true", "[a-c] c true", "[b-c] a false", "[b-c] d false", "[ax-z] a true", "[ax-z] z true",
            "[ax-z] b false",
        "[a-] - true", "[a-] a true", "[a-] b false", "[-a] - true", "[-a] a true", "[-a] b false", "[a-cx] x true",
        "[!a-c] d true", "[!a-c] c false", "[!a] ! true", "[a!] ! true", "[]] ] true", "[]a] a true", "[!]] a true",
        "[!]] ] false", "[!]a] a false", "[]-a] ^ true", "[]-a] b false",
        "a[] a[] true", "a[ a[ true", "a[! a[! true", "a[!] a[!] true", "a[ ab false", "[a ab false",
        "a\\ a\\ true", "\\a a true", "\\a \\a false", "\\\\ \\ true", "\\* a false",
        "a* a true", "a** a true", "*a a true", "a*b ab true", "a*b acb true", "a*b abc false", "ab* a false",
        "a* ba false", "*? a true", "?* a true", "? ab false", "a? a false", "*ab aab true", "*a*a a false"})
    void matches(String pattern, String text, boolean expected) {
        assertEquals(expected, new Glob(pattern).matches(text), pattern + " against " + text);
    }
}
