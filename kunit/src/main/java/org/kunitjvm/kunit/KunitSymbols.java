package org.kunitjvm.kunit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an interface whose methods are the members of another class that only tests may see. A field of that interface
 * in a suite is filled in when the suite's module is loaded.
 *
 * <p>A method of the interface has the name and the types of the member. The object comes first for instance members; a
 * field is a method without further arguments; a constructor is a method called {@code newInstance}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface KunitSymbols {
    /** The class that has the members. */
    Class<?> of();
}
