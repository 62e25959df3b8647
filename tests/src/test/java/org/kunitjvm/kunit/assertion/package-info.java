/** The texts of failed checks and where they come from. */
@NullMarked
package org.kunitjvm.kunit.assertion;

import org.jspecify.annotations.NullMarked;
