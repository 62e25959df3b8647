package org.kunitjvm.kernel.hook;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** {@code EXPORT_SYMBOL_IF_KUNIT}: export a {@link VisibleIfKunit} member to modules that import the namespace. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.CONSTRUCTOR, ElementType.FIELD, ElementType.TYPE})
public @interface ExportSymbolIfKunit {
    /** The namespace that every export has unless it says otherwise. */
    String EXPORTED_FOR_KUNIT_TESTING = "EXPORTED_FOR_KUNIT_TESTING";

    /** The symbol namespace. */
    String namespace() default EXPORTED_FOR_KUNIT_TESTING;

    /** The C name of the symbol, as link errors print it; empty for the snake_case form of the member's name. */
    String symbol() default "";
}
