/**
 * Constants and small values that the rest of the memory management is written with, as the kernel's headers have them:
 * {@link org.kunitjvm.mm.types.GfpFlags}, {@link org.kunitjvm.mm.types.MmConstants} and
 * {@link org.kunitjvm.mm.types.MigrateType} are meant for static import, {@link org.kunitjvm.mm.types.Gfp} is the value
 * at the API edge. A package of its own so that the allocator below and the subsystem above can both use it.
 * Uses only {@code org.kunitjvm.kernel.bug}.
 * Invariant: nothing here has state.
 */
@NullMarked
package org.kunitjvm.mm.types;

import org.jspecify.annotations.NullMarked;
