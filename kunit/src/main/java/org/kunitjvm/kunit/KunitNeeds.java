package org.kunitjvm.kunit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a suite, or a case of it, needs of the machine. Where the machine lacks something the case is skipped with the
 * reason; of a suite neither suite_init nor any case runs. What is not said is not needed.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface KunitNeeds {
    /** Least number of CPUs. */
    int cpus() default 0;

    /** Least number of nodes. */
    int nodes() default 0;

    /** Least memory of all nodes together, such as {@code 4G}. */
    String memory() default "0";

    /** CONFIG symbols that must be on. */
    String[] config() default {};
}
