package org.kunitjvm.kunit.run;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.Needs;
import org.kunitjvm.kunit.Speed;

/**
 * A case of a suite. Models {@code struct kunit_case}.
 *
 * @param name name in filters and KTAP
 * @param module module that it was built into
 * @param speed its own speed
 * @param body what it does
 * @param params its parameters, or {@code null}
 * @param skipped whether a filter marked it: it is reported as skipped and not run
 * @param needs what the machine must have; where it lacks something the case is skipped
 * @param line where it is written in the file of its suite's class; 0 if that is not known
 */
public record TestCase(String name, String module, Speed speed, Body body, @Nullable ParamSource params,
    boolean skipped, Needs needs, int line) {
    /** The code of a case. */
    @FunctionalInterface
    public interface Body {
        /** Run; whatever it throws is a fault. */
        void run(Kunit test) throws Throwable;

        /**
         * Whether it runs schedules on kernels of its own, as {@code kunit.schedules} says, so that nobody else should.
         */
        default boolean explores() {
            return false;
        }

        /** The same code, known to explore. */
        default Body exploring() {
            Body code = this;
            return new Body() {
                @Override
                public void run(Kunit test) throws Throwable {
                    code.run(test);
                }

                @Override
                public boolean explores() {
                    return true;
                }
            };
        }
    }

    /** A case without parameters and attributes. */
    public static TestCase of(String name, Body body) {
        return new TestCase(name, "", Speed.UNSET, body, null, false, Needs.NOTHING, 0);
    }

    /** The same case with a speed. */
    public TestCase withSpeed(Speed newSpeed) {
        return new TestCase(name, module, newSpeed, body, params, skipped, needs, line);
    }

    /** The same case with parameters. */
    public TestCase withParams(ParamSource newParams) {
        return new TestCase(name, module, speed, body, newParams, skipped, needs, line);
    }

    /** The same case in a module. */
    public TestCase withModule(String newModule) {
        return new TestCase(name, newModule, speed, body, params, skipped, needs, line);
    }

    /** The same case, not to be run. */
    public TestCase asSkipped() {
        return new TestCase(name, module, speed, body, params, true, needs, line);
    }

    /** The same case with other code. */
    public TestCase withBody(Body newBody) {
        return new TestCase(name, module, speed, newBody, params, skipped, needs, line);
    }

    /** The same case that needs something. */
    public TestCase withNeeds(Needs newNeeds) {
        return new TestCase(name, module, speed, body, params, skipped, newNeeds, line);
    }
}
