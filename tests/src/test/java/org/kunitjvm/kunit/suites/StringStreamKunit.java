package org.kunitjvm.kunit.suites;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;

import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.StringStream;
import org.kunitjvm.kunit.resource.Action;

/** A string stream gives back what was appended, fragment after fragment, with newlines where they were asked for. */
@KunitSuite(value = "string-stream-test", config = "KUNIT_TEST", module = "string_stream_test", link = 30)
final class StringStreamKunit {
    private static final int LINES = 1000;
    private static final Action<StringStream> FREE = StringStream::clear;

    private static StringStream managed(Kunit test) {
        StringStream stream = new StringStream();
        test.addAction(FREE, stream);
        return stream;
    }

    @KunitCase
    void stringStreamManagedInitTest(Kunit test) {
        StringStream stream = managed(test);
        KUNIT_EXPECT_EQ(test, stream.length(), 0);
        KUNIT_EXPECT_TRUE(test, stream.isEmpty());
        KUNIT_EXPECT_STREQ(test, stream.getString(), "");
    }

    @KunitCase
    void stringStreamUnmanagedInitTest(Kunit test) {
        StringStream stream = new StringStream();
        KUNIT_EXPECT_EQ(test, stream.length(), 0);
        KUNIT_EXPECT_TRUE(test, stream.isEmpty());
        stream.add("x");
        KUNIT_EXPECT_FALSE(test, stream.isEmpty());
    }

    @KunitCase
    void stringStreamManagedFreeTest(Kunit test) {
        StringStream stream = managed(test);
        stream.add("to be freed");
        int before = test.resources().size();
        test.releaseAction(FREE, stream);
        KUNIT_EXPECT_TRUE(test, stream.isEmpty());
        KUNIT_EXPECT_EQ(test, test.resources().size(), before - 1);
    }

    @KunitCase
    void stringStreamResourceFreeTest(Kunit test) {
        Kunit fake = test.fake("string_stream_fake_test", null);
        StringStream stream = managed(fake);
        stream.add("to be freed");
        fake.cleanup();
        test.bindToCurrent();
        KUNIT_EXPECT_TRUE(test, stream.isEmpty());
    }

    @KunitCase
    void stringStreamLineAddTest(Kunit test) {
        StringStream stream = managed(test);
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < LINES; i++) {
            stream.add("The quick brown fox jumps over the lazy penguin %d\n", i);
            expected.append("The quick brown fox jumps over the lazy penguin ").append(i).append('\n');
        }
        KUNIT_EXPECT_STREQ(test, stream.getString(), expected);
        KUNIT_EXPECT_EQ(test, stream.nrFragments(), LINES);
        KUNIT_EXPECT_EQ(test, stream.length(), expected.length());
    }

    @KunitCase
    void stringStreamVariableLengthLineTest(Kunit test) {
        String alphabet = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789";
        StringStream stream = managed(test);
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < LINES; i++) {
            String line = alphabet.substring(0, i % alphabet.length());
            stream.add("%s\n", line);
            expected.append(line).append('\n');
        }
        KUNIT_EXPECT_STREQ(test, stream.getString(), expected);
    }

    @KunitCase
    void stringStreamAppendTest(Kunit test) {
        StringStream first = managed(test);
        StringStream second = managed(test);
        first.add("%s", "one\ntwo\n");
        second.add("%s", "three\n");
        first.append(second);
        KUNIT_EXPECT_STREQ(test, first.getString(), "one\ntwo\nthree\n");

        StringStream empty = managed(test);
        empty.append(first);
        KUNIT_EXPECT_STREQ(test, empty.getString(), first.getString());
    }

    @KunitCase
    void stringStreamAppendAutoNewlineTest(Kunit test) {
        StringStream first = managed(test);
        StringStream second = managed(test);
        first.setAppendNewlines(true);
        second.setAppendNewlines(true);
        first.add("Original");
        first.append(second);
        KUNIT_EXPECT_STREQ(test, first.getString(), "Original\n");
        second.add("Appended");
        second.add("More");
        first.append(second);
        KUNIT_EXPECT_STREQ(test, first.getString(), "Original\nAppended\nMore\n");
    }

    @KunitCase
    void stringStreamAppendEmptyStringTest(Kunit test) {
        StringStream stream = managed(test);
        stream.add("%s", "");
        KUNIT_EXPECT_TRUE(test, stream.isEmpty());
        stream.add("Add this line");
        int fragments = stream.nrFragments();
        stream.add("%s", "");
        KUNIT_EXPECT_EQ(test, stream.nrFragments(), fragments);
        KUNIT_EXPECT_STREQ(test, stream.getString(), "Add this line");
    }

    @KunitCase
    void stringStreamNoAutoNewlineTest(Kunit test) {
        StringStream stream = managed(test);
        stream.add("One");
        stream.add("Two\n");
        stream.add("%s\n", "Three");
        stream.add("Four");
        KUNIT_EXPECT_STREQ(test, stream.getString(), "OneTwo\nThree\nFour");
    }

    @KunitCase
    void stringStreamAutoNewlineTest(Kunit test) {
        StringStream stream = managed(test);
        stream.setAppendNewlines(true);
        stream.add("One");
        stream.add("Two\n");
        stream.add("%s\n", "Three");
        stream.add("%s", "Four\n");
        stream.add("Five\n%s", "Six");
        stream.add("Seven\n\n");
        stream.add("Eight");
        KUNIT_EXPECT_STREQ(test, stream.getString(), "One\nTwo\nThree\nFour\nFive\nSix\nSeven\n\nEight\n");
    }

    @KunitCase
    void stringStreamPerformanceTest(Kunit test) {
        String line = "The quick brown fox jumps over the lazy penguin";
        StringStream stream = managed(test);
        long startNs = test.kernel().clock().ktimeNs();
        for (int i = 0; i < LINES; i++) {
            stream.add("%s %d\n", line, i);
            test.kernel().sched().condResched();
        }
        String text = stream.getString();
        long elapsedUs = (test.kernel().clock().ktimeNs() - startNs) / 1000;

        KUNIT_ASSERT_EQ(test, text.length(), stream.length());
        KUNIT_EXPECT_PTR_EQ(test, test, Kunit.current());
        test.info("Time elapsed:           %lld us", elapsedUs);
        test.info("Total string length:    %zd", text.length());
        test.info("Bytes requested:        %zd", text.length() + stream.nrFragments());
        test.info("Actual bytes allocated: %zd", text.lines().mapToInt(StringStreamKunit::bucketBytes).sum());
    }

    /** What the kernel's heap would take for a fragment: newline and NUL added, rounded up to a power of two. */
    private static int bucketBytes(String fragment) {
        return Integer.highestOneBit(fragment.length() + 1) << 1;
    }
}
