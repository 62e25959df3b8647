/** Tests of LRU lists, batches and mlock, and their KUnit suites. */
@NullMarked
package org.kunitjvm.mm.lru;

import org.jspecify.annotations.NullMarked;
