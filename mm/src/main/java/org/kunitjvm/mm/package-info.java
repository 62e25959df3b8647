/**
 * The memory management of a modelled kernel as its users see it.
 * The subsystem object and page identity stand here; constants and gfp values are in {@code org.kunitjvm.mm.types},
 * which the packages below use too.
 * May use every other package of this module; no other package of this module uses this one.
 */
@NullMarked
package org.kunitjvm.mm;

import org.jspecify.annotations.NullMarked;
