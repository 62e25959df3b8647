package org.kunitjvm.kernel.hook;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method that a running test may replace for itself, as {@code KUNIT_STATIC_STUB_REDIRECT} as its first line would
 * allow.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface KunitStubbable {
}
