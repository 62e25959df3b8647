package org.kunitjvm.kunit.suites;

import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_ASSERT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_FALSE;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NOT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_NULL;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_PTR_EQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_STREQ;
import static org.kunitjvm.kunit.KunitAssert.KUNIT_EXPECT_TRUE;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitInit;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.resource.Action;
import org.kunitjvm.kunit.resource.Resource;

/** What a test owns is found, removed and destroyed by its owner, and freed newest first. */
@KunitSuite(value = "kunit-resource-test", config = "KUNIT_TEST", module = "kunit_test", link = 21)
final class KunitResourceKunit {
    private static final Resource.Init TAKE = (resource, context) -> {
        Context mine = (Context) Objects.requireNonNull(context);
        mine.initialized = true;
        resource.setData(mine);
        return 0;
    };
    private static final Resource.Free GIVE_BACK =
        resource -> ((Context) Objects.requireNonNull(resource.data())).initialized = false;
    private static final Resource.Match SAME_DATA = (resource, data) -> resource.data() == data;
    private static final Action<int[]> INCREMENT = counter -> counter[0]++;

    /** What the resources of these cases stand for. */
    private static final class Context {
        private boolean initialized;
        private final StringBuilder order = new StringBuilder();

        private void mark(int number) {
            order.append(number);
        }
    }

    private @Nullable Kunit inner;
    private Context context = new Context();

    @KunitInit
    int init(Kunit test) {
        inner = test.fake("testing_test", null);
        context = new Context();
        return 0;
    }

    private Kunit inner() {
        return Objects.requireNonNull(inner);
    }

    @KunitCase
    void kunitResourceTestInitResources(Kunit test) {
        KUNIT_EXPECT_EQ(test, inner().resources().size(), 0);
    }

    @KunitCase
    void kunitResourceTestAllocResource(Kunit test) {
        Resource resource = inner().allocAndGetResource(TAKE, GIVE_BACK, context);

        KUNIT_ASSERT_NOT_NULL(test, resource);
        KUNIT_EXPECT_PTR_EQ(test, context, resource.data());
        KUNIT_EXPECT_TRUE(test, context.initialized);
        KUNIT_EXPECT_TRUE(test, resource.isAttached());
        KUNIT_EXPECT_EQ(test, resource.refcount(), 2);
        resource.put();
        inner().cleanup();
        KUNIT_EXPECT_FALSE(test, context.initialized);
    }

    @KunitCase
    void kunitResourceTestDestroyResource(Kunit test) {
        Resource resource = inner().allocAndGetResource(TAKE, GIVE_BACK, context);
        KUNIT_ASSERT_NOT_NULL(test, resource);
        resource.put();

        KUNIT_ASSERT_EQ(test, inner().destroyResource(SAME_DATA, context), 0);
        KUNIT_EXPECT_FALSE(test, context.initialized);
        KUNIT_EXPECT_EQ(test, inner().resources().size(), 0);
        KUNIT_EXPECT_EQ(test, inner().destroyResource(SAME_DATA, context), -Errno.ENOENT.number());
    }

    @KunitCase
    void kunitResourceTestRemoveResource(Kunit test) {
        Resource resource = inner().allocAndGetResource(TAKE, GIVE_BACK, context);
        KUNIT_ASSERT_NOT_NULL(test, resource);

        inner().removeResource(resource);
        KUNIT_EXPECT_EQ(test, inner().resources().size(), 0);
        // The reference that was taken keeps it alive; removing once more changes nothing.
        KUNIT_EXPECT_TRUE(test, context.initialized);
        inner().removeResource(resource);
        KUNIT_EXPECT_TRUE(test, context.initialized);
        resource.put();
        KUNIT_EXPECT_FALSE(test, context.initialized);
    }

    @KunitCase
    void kunitResourceTestCleanupResources(Kunit test) {
        Context[] owned = new Context[5];
        for (int i = 0; i < owned.length; i++) {
            owned[i] = new Context();
            inner().allocResource(TAKE, GIVE_BACK, owned[i]);
        }

        inner().cleanup();
        KUNIT_EXPECT_EQ(test, inner().resources().size(), 0);
        for (Context each : owned) {
            KUNIT_EXPECT_FALSE(test, each.initialized);
        }
    }

    @KunitCase
    void kunitResourceTestProperFreeOrdering(Kunit test) {
        // Made inside the init of the other, the inner resource is the older one and goes last.
        inner().allocResource((outer, data) -> {
            inner().allocResource((nested, nestedData) -> {
                context.mark(2);
                nested.setData(nestedData);
                return 0;
            }, nested -> context.mark(2), data);
            context.mark(1);
            outer.setData(data);
            return 0;
        }, outer -> context.mark(1), context);
        KUNIT_EXPECT_STREQ(test, context.order, "21");

        inner().cleanup();
        KUNIT_EXPECT_STREQ(test, context.order, "2112");
    }

    @KunitCase
    void kunitResourceTestStatic(Kunit test) {
        Resource resource = new Resource();

        KUNIT_EXPECT_EQ(test, inner().addResource(null, null, resource, context), 0);
        KUNIT_EXPECT_PTR_EQ(test, resource.data(), context);
        inner().cleanup();
        KUNIT_EXPECT_EQ(test, inner().resources().size(), 0);
    }

    @KunitCase
    void kunitResourceTestNamed(Kunit test) {
        Resource first = new Resource();
        Resource second = new Resource();

        KUNIT_EXPECT_EQ(test, inner().addNamedResource(null, null, first, "resource_1", context), 0);
        KUNIT_EXPECT_PTR_EQ(test, first.data(), context);
        KUNIT_EXPECT_EQ(test, inner().addNamedResource(null, null, first, "resource_1", context), -Errno.EEXIST.number());
        KUNIT_EXPECT_EQ(test, inner().addNamedResource(null, null, second, null, context), -Errno.EINVAL.number());
        KUNIT_EXPECT_EQ(test, inner().addNamedResource(null, null, second, "resource_2", context), 0);

        Resource found = inner().findNamedResource("resource_1");
        KUNIT_EXPECT_PTR_EQ(test, found, first);
        if (found != null) {
            found.put();
        }
        KUNIT_EXPECT_NULL(test, inner().findNamedResource("resource_3"));
        KUNIT_EXPECT_EQ(test, inner().destroyNamedResource("resource_2"), 0);
        inner().cleanup();
        KUNIT_EXPECT_EQ(test, inner().resources().size(), 0);
    }

    @KunitCase
    void kunitResourceTestAction(Kunit test) {
        int[] calls = new int[1];

        inner().addAction(INCREMENT, calls);
        KUNIT_EXPECT_EQ(test, calls[0], 0);
        inner().cleanup();
        KUNIT_EXPECT_EQ(test, calls[0], 1);
        inner().cleanup();
        KUNIT_EXPECT_EQ(test, calls[0], 1);
    }

    @KunitCase
    void kunitResourceTestRemoveAction(Kunit test) {
        int[] calls = new int[1];

        inner().addAction(INCREMENT, calls);
        inner().removeAction(INCREMENT, calls);
        inner().cleanup();
        KUNIT_EXPECT_EQ(test, calls[0], 0);
    }

    @KunitCase
    void kunitResourceTestReleaseAction(Kunit test) {
        int[] calls = new int[1];

        inner().addAction(INCREMENT, calls);
        KUNIT_EXPECT_EQ(test, calls[0], 0);
        inner().releaseAction(INCREMENT, calls);
        KUNIT_EXPECT_EQ(test, calls[0], 1);
        inner().cleanup();
        KUNIT_EXPECT_EQ(test, calls[0], 1);

        // Added twice it runs twice, and one release takes one of the two.
        inner().addAction(INCREMENT, calls);
        inner().addAction(INCREMENT, calls);
        inner().releaseAction(INCREMENT, calls);
        KUNIT_EXPECT_EQ(test, calls[0], 2);
        inner().cleanup();
        KUNIT_EXPECT_EQ(test, calls[0], 3);
    }

    @KunitCase
    void kunitResourceTestActionOrdering(Kunit test) {
        Action<Context> one = c -> c.mark(1);
        Action<Context> two = c -> c.mark(2);
        inner().addAction(one, context);
        inner().addAction(two, context);
        inner().addAction(one, context);
        inner().addAction(two, context);
        inner().removeAction(one, context);
        inner().releaseAction(two, context);
        KUNIT_EXPECT_STREQ(test, context.order, "2");

        inner().cleanup();
        KUNIT_EXPECT_STREQ(test, context.order, "221");
        KUNIT_EXPECT_NOT_NULL(test, context);
    }
}
