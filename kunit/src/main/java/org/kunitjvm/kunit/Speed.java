package org.kunitjvm.kunit;

import java.util.Locale;

/** How slow a suite or case is known to be; the order is that of the filters. Models include/kunit/attributes.h. */
public enum Speed {
    UNSET, VERY_SLOW, SLOW, NORMAL;

    /** The word that attributes and filters use. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
