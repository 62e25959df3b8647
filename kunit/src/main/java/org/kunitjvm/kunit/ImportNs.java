package org.kunitjvm.kunit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The symbol namespaces that a suite's module imports ({@code MODULE_IMPORT_NS}); without it nothing exported for tests
 * is seen.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ImportNs {
    /** The namespaces, such as {@code EXPORTED_FOR_KUNIT_TESTING}. */
    String[] value();
}
