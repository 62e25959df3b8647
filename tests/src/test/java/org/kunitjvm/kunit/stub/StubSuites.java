package org.kunitjvm.kunit.stub;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NULL;
import static org.kunitjvm.mm.types.Gfp.gfp;
import static org.kunitjvm.mm.types.GfpFlags.GFP_KERNEL;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.hook.KunitStubbable;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.page.Page;
import org.kunitjvm.mm.types.Gfp;
import org.kunitjvm.mm.types.NodeMask;

/** Suites with stubs. */
final class StubSuites {
    private StubSuites() {
    }

    /** Things to be replaced. */
    static class Target {
        private final int base;

        Target(int base) {
            this.base = base;
        }

        @KunitStubbable
        int plus(int a, long b) {
            return base + a + (int) b;
        }

        @KunitStubbable
        static @Nullable String greet(String name) {
            return "hello " + name;
        }

        @KunitStubbable
        void tick(int[] counter) {
            counter[0]++;
        }

        @KunitStubbable
        static String eight(int a, int b, int c, int d, int e, int f, int g, int h) {
            return "real";
        }

        @KunitStubbable
        void six(StringBuilder to, int a, int b, int c, int d) {
            to.append("real");
        }

        static int plain() {
            return 1;
        }
    }

    /** What a helper class does for a suite that does not speak of stubs itself. */
    static final class Helper {
        private Helper() {
        }

        static void silenceGreetings(Kunit test) {
            StaticStub.activate(test, Target::greet, Working::silence);
        }
    }

    @KunitSuite(value = "indirect_stubs", module = "mod", config = "KUNIT_STUB_TEST")
    static final class Indirect {
        @KunitCase
        void helperActivates(Kunit test) {
            Helper.silenceGreetings(test);
            KUNIT_EXPECT_NULL(test, Target.greet("you"));
        }
    }

    @KunitSuite(value = "mm_stubs", module = "mod", config = "KUNIT_STUB_TEST")
    static final class OfMm {
        private static @Nullable Page noMemory(Mm mm, Gfp gfp, int order, int nid, NodeMask nodes) {
            return null;
        }

        @KunitCase
        void allocationFailsForThisTest(Kunit test) {
            Mm mm = Mm.of(test.kernel());
            StaticStub.activate(test, Mm::allocPagesNodemask, OfMm::noMemory);
            KUNIT_EXPECT_NULL(test, mm.allocPages(gfp(GFP_KERNEL), 0));
            KUNIT_EXPECT_EQ(test, mm.getFreePages(gfp(GFP_KERNEL), 0), 0);
            StaticStub.deactivate(test, Mm::allocPagesNodemask);
            Page page = mm.allocPages(gfp(GFP_KERNEL), 0);
            KUNIT_EXPECT_NOT_NULL(test, page);
            mm.freePage(page);
        }
    }

    @KunitSuite(value = "stubs", module = "mod", config = "KUNIT_STUB_TEST")
    static final class Working {
        private static int minus(Target self, int a, long b) {
            return self.base - a - (int) b;
        }

        private static @Nullable String silence(String name) {
            return null;
        }

        private static void tickTen(Target self, int[] counter) {
            counter[0] += 10;
        }

        @KunitCase
        void instanceMethod(Kunit test) {
            Target target = new Target(100);
            StaticStub.activate(test, Target::plus, Working::minus);
            KUNIT_EXPECT_EQ(test, target.plus(1, 2), 97);
            StaticStub.deactivate(test, Target::plus);
            KUNIT_EXPECT_EQ(test, target.plus(1, 2), 103);
        }

        @KunitCase
        void nullResult(Kunit test) {
            StaticStub.activate(test, Target::greet, Working::silence);
            KUNIT_EXPECT_NULL(test, Target.greet("you"));
        }

        @KunitCase
        void stubsVanishWithTheTest(Kunit test) {
            KUNIT_EXPECT_EQ(test, Target.greet("you"), "hello you");
        }

        @KunitCase
        void withoutResult(Kunit test) {
            int[] counter = {0};
            StaticStub.activateVoid(test, Target::tick, Working::tickTen);
            new Target(0).tick(counter);
            KUNIT_EXPECT_EQ(test, counter[0], 10);
        }

        @KunitCase
        void manyArguments(Kunit test) {
            StaticStub.activate(test, Target::eight, (a, b, c, d, e, f, g, h) -> "" + a + b + c + d + e + f + g + h);
            KUNIT_EXPECT_EQ(test, Target.eight(1, 2, 3, 4, 5, 6, 7, 8), "12345678");
            StringBuilder said = new StringBuilder();
            StaticStub.activateVoid(test, Target::six, (Target self, StringBuilder to, Integer a, Integer b, Integer c,
                Integer d) -> to.append(a + b + c + d));
            new Target(0).six(said, 1, 2, 3, 4);
            StaticStub.deactivateVoid(test, Target::six);
            new Target(0).six(said, 1, 2, 3, 4);
            KUNIT_EXPECT_EQ(test, said.toString(), "10real");
        }

        @KunitCase
        void otherThreadsCallTheRealMethod(Kunit test) {
            String[] heard = new String[1];
            StaticStub.activate(test, Target::greet, Working::silence);
            test.kernel().kthreads().run("other", () -> {
                heard[0] = Target.greet("me");
                return 0;
            });
            test.kernel().sched().msleep(1);
            KUNIT_EXPECT_EQ(test, heard[0], "hello me");
        }

        @KunitCase
        void actionsSeeStubsThatWereActivatedBeforeThem(Kunit test) {
            test.addAction(t -> KUNIT_EXPECT_EQ(t, Target.greet("late"), "hello late"), test);
            StaticStub.activate(test, Target::greet, Working::silence);
            test.addAction(t -> KUNIT_EXPECT_NULL(t, Target.greet("early")), test);
        }

        @KunitCase
        void secondActivationReplacesTheFirst(Kunit test) {
            StaticStub.activate(test, Target::greet, Working::silence);
            StaticStub.activate(test, Target::greet, name -> "good bye");
            KUNIT_EXPECT_EQ(test, Target.greet("you"), "good bye");
            StaticStub.activate(test, Target::greet, null);
            KUNIT_EXPECT_EQ(test, Target.greet("you"), "hello you");
        }
    }

    @KunitSuite(value = "bad_stubs", module = "mod", config = "KUNIT_STUB_TEST")
    static final class Wrong {
        @KunitCase
        void nullTarget(Kunit test) {
            StaticStub.activate(test, (StubFn.Fn1<String, String>) null, name -> name);
        }

        @KunitCase
        void nullDeactivated(Kunit test) {
            StaticStub.deactivate(test, (StubFn.Fn1<String, String>) null);
        }

        @KunitCase
        void nothingToDeactivate(Kunit test) {
            StaticStub.deactivate(test, Target::greet);
        }

        @KunitCase
        void notStubbable(Kunit test) {
            StaticStub.activate(test, Target::plain, () -> 2);
        }
    }
}
