package org.kunitjvm.kunit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.platform.commons.annotation.Testable;

/**
 * A test suite: a class with a constructor without arguments, made anew for each run of the suite. Its methods marked
 * {@link KunitCase} are the cases, in source order. Models {@code struct kunit_suite} and {@code kunit_test_suite()}.
 */
@Documented
@Testable
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface KunitSuite {
    /** The name, as filters and KTAP show it. */
    String value();

    /** The CONFIG symbol that builds it, without {@code CONFIG_}; empty if it is always built. */
    String config() default "";

    /** The name of the module; empty for the class name in snake_case. */
    String module() default "";

    /** How slow the suite is as a whole. */
    Speed speed() default Speed.UNSET;

    /** Whether it is an init-section suite: run before all others and never run again. */
    boolean init() default false;

    /**
     * Whether cases may run at the same time. Each then has a suite object and a kernel of its own, on which suite_init
     * and suite_exit run too; so no case may build on what another left.
     */
    boolean parallel() default false;

    /** Place in link order: smaller runs earlier, equal ones in order of class names. */
    int link() default 1000;
}
