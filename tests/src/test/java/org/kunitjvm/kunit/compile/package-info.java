/** Tests of incremental compilation. */
@NullMarked
package org.kunitjvm.kunit.compile;

import org.jspecify.annotations.NullMarked;
