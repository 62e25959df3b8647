/** What a test owns. */
@NullMarked
package org.kunitjvm.kunit.resource;

import org.jspecify.annotations.NullMarked;
