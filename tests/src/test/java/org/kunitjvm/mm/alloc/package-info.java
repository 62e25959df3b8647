/**
 * The page allocator rule by rule: golden cases from the specification, properties, and a second implementation to
 * compare with.
 */
@NullMarked
package org.kunitjvm.mm.alloc;

import org.jspecify.annotations.NullMarked;
