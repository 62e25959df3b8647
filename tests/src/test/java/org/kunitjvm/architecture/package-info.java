/** Holds the structure that the design promises. */
@NullMarked
package org.kunitjvm.architecture;

import org.jspecify.annotations.NullMarked;
