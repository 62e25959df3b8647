package org.kunitjvm.kunit.run;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.Needs;
import org.kunitjvm.kunit.Speed;
import org.kunitjvm.kunit.SuiteContext;

/**
 * A suite: its cases and the functions around them. Immutable; filters make smaller copies. Models {@code struct
 * kunit_suite}.
 */
public final class TestSuite {
    /** The functions around the cases. Each may throw; all do nothing unless overridden. */
    public interface Hooks {
        /** Hooks that do nothing. */
        Hooks NONE = new Hooks() {
        };

        /** Make the suite ready for a run of its own: new state, nothing left over from an earlier run. */
        default void begin(Kernel kernel) throws Throwable {
        }

        /** The run is over on this kernel: nothing of it is needed any more. */
        default void end() {
        }

        /** Before all cases; not 0 means that the suite cannot run. */
        default int suiteInit(SuiteContext suite) throws Throwable {
            return 0;
        }

        /** After all cases. */
        default void suiteExit(SuiteContext suite) throws Throwable {
        }

        /** Before each case, in its thread; not 0 means that the case cannot run. */
        default int init(Kunit test) throws Throwable {
            return 0;
        }

        /** After each case, in the cleanup thread. */
        default void exit(Kunit test) throws Throwable {
        }
    }

    private final String name;
    private final String config;
    private final String className;
    private final @Nullable ClassLoader loader;
    private final Speed speed;
    private final boolean init;
    private final int link;
    private final Needs needs;
    private final boolean parallel;
    private final List<TestCase> cases;
    private final Hooks hooks;

    private TestSuite(Builder builder, List<TestCase> cases) {
        this.name = builder.name;
        this.config = builder.config;
        this.className = builder.className;
        this.loader = builder.loader;
        this.speed = builder.speed;
        this.init = builder.init;
        this.link = builder.link;
        this.needs = builder.needs;
        this.parallel = builder.parallel;
        this.cases = List.copyOf(cases);
        this.hooks = builder.hooks;
    }

    private TestSuite(TestSuite original, List<TestCase> cases) {
        this.name = original.name;
        this.config = original.config;
        this.className = original.className;
        this.loader = original.loader;
        this.speed = original.speed;
        this.init = original.init;
        this.link = original.link;
        this.needs = original.needs;
        this.parallel = original.parallel;
        this.cases = List.copyOf(cases);
        this.hooks = original.hooks;
    }

    /** Describe a suite. */
    public static Builder named(String name) {
        return new Builder(name);
    }

    /** Describes a suite. */
    public static final class Builder {
        private final String name;
        private String config = "";
        private String className = "";
        private @Nullable ClassLoader loader;
        private Speed speed = Speed.UNSET;
        private boolean init;
        private int link = 1000;
        private Needs needs = Needs.NOTHING;
        private boolean parallel;
        private Hooks hooks = Hooks.NONE;

        private Builder(String name) {
            this.name = name;
        }

        /** The CONFIG symbol that builds it. */
        public Builder config(String symbol) {
            config = symbol;
            return this;
        }

        /** The class it was loaded from. */
        public Builder className(String newName) {
            className = newName;
            return this;
        }

        /** The loader of the class it was loaded from. */
        public Builder loader(@Nullable ClassLoader newLoader) {
            loader = newLoader;
            return this;
        }

        /** How slow it is. */
        public Builder speed(Speed newSpeed) {
            speed = newSpeed;
            return this;
        }

        /** Make it an init-section suite. */
        public Builder init(boolean isInit) {
            init = isInit;
            return this;
        }

        /** Place in link order. */
        public Builder link(int order) {
            link = order;
            return this;
        }

        /** What the machine must have. */
        public Builder needs(Needs newNeeds) {
            needs = newNeeds;
            return this;
        }

        /** Allow cases to run at the same time, each on a kernel of its own. */
        public Builder parallel(boolean isParallel) {
            parallel = isParallel;
            return this;
        }

        /** The functions around the cases. */
        public Builder hooks(Hooks newHooks) {
            hooks = newHooks;
            return this;
        }

        /** Finish with these cases. */
        public TestSuite cases(List<TestCase> cases) {
            return new TestSuite(this, cases);
        }

        /** Finish with these cases. */
        public TestSuite cases(TestCase... cases) {
            return new TestSuite(this, List.of(cases));
        }
    }

    /** Name in filters and KTAP. */
    public String name() {
        return name;
    }

    /** The CONFIG symbol that builds it; empty if it is always built. */
    public String config() {
        return config;
    }

    /** The class it was loaded from; empty if it was built by hand. */
    public String className() {
        return className;
    }

    /** The loader of that class, which the kernel's parts must come from too; {@code null} if it does not matter. */
    public @Nullable ClassLoader loader() {
        return loader;
    }

    /** Speed of the suite as a whole. */
    public Speed speed() {
        return speed;
    }

    /** Whether it is an init-section suite. */
    public boolean isInit() {
        return init;
    }

    /** Place in link order. */
    public int link() {
        return link;
    }

    /** What the machine must have; where it lacks something, neither suite_init nor any case runs. */
    public Needs needs() {
        return needs;
    }

    /** Whether cases may run at the same time, each on a kernel of its own. */
    public boolean isParallel() {
        return parallel;
    }

    /** The module of its first case; empty for an empty suite. */
    public String module() {
        return cases.isEmpty() ? "" : cases.getFirst().module();
    }

    /** The cases in order. */
    public List<TestCase> cases() {
        return cases;
    }

    /** The functions around the cases. */
    public Hooks hooks() {
        return hooks;
    }

    /** A copy with other cases. */
    public TestSuite withCases(List<TestCase> newCases) {
        return new TestSuite(this, newCases);
    }

    @Override
    public String toString() {
        return "TestSuite[" + name + ", " + cases.size() + " cases]";
    }
}
