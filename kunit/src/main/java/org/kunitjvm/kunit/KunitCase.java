package org.kunitjvm.kunit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.platform.commons.annotation.Testable;

/**
 * A case of a {@link KunitSuite}: {@code void body(Kunit test)}, or {@code void body(Kunit test, P param)} with {@link
 * #params}. Models {@code KUNIT_CASE} and its variants.
 */
@Documented
@Testable
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface KunitCase {
    /** Value of {@link #desc} for parameters without a description. */
    String NO_DESC = "-";

    /** Value of {@link #params} for the array that {@link #paramInit} registers with {@link Kunit#registerParams}. */
    String REGISTERED = "(registered)";

    /** The name in filters and KTAP; empty for the method name in snake_case. */
    String name() default "";

    /** How slow the case is. */
    Speed speed() default Speed.UNSET;

    /**
     * Where parameters come from: a field or a method of the suite that gives an array or an {@link Iterable}; or a
     * generator in the C protocol, {@code Object next(Object previous, StringBuilder desc)}, optionally with the test
     * context before these.
     */
    String params() default "";

    /**
     * How a parameter is described: a method of the suite from the parameter to text; empty for {@code toString()};
     * {@link #NO_DESC} for none. An empty description shows as {@code param-<index>}.
     */
    String desc() default "";

    /** A method {@code int init(Kunit parent)}, run once before the parameters; 7.x only. */
    String paramInit() default "";

    /** A method {@code void exit(Kunit parent)}, run once after the parameters; 7.x only. */
    String paramExit() default "";

    /**
     * Whether the case itself runs what it tests under many schedules when the kernel parameter {@code kunit.schedules}
     * says which, and replays the one in {@code kunit.schedule}.
     */
    boolean explores() default false;
}
