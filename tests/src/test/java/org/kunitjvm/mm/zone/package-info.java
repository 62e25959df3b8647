/**
 * Tests of what belongs to a zone, by itself.
 * Uses {@code mm.zone}; the behaviour of zones under an allocator is tested with the allocator.
 */
@NullMarked
package org.kunitjvm.mm.zone;

import org.jspecify.annotations.NullMarked;
