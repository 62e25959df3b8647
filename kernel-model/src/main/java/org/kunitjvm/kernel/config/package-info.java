/**
 * CONFIG symbols as the running kernel sees them.
 * {@link org.kunitjvm.kernel.config.KernelConfig} is an immutable table of symbol values, one per kernel instance.
 * Uses nothing of the model; where the values come from (Kconfig, fragments) is the business of others.
 */
@NullMarked
package org.kunitjvm.kernel.config;

import org.jspecify.annotations.NullMarked;
