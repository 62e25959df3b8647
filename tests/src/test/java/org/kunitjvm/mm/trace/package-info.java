/**
 * Recordings of a real kernel are replayed without a difference, and the replay finds differences where there are some.
 */
@NullMarked
package org.kunitjvm.mm.trace;

import org.jspecify.annotations.NullMarked;
