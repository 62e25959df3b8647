/** Static stubs and symbols exported for tests. */
@NullMarked
package org.kunitjvm.kunit.stub;

import org.jspecify.annotations.NullMarked;
