/** The executor, seen from outside: what a run prints and tells. */
@NullMarked
package org.kunitjvm.kunit.run;

import org.jspecify.annotations.NullMarked;
