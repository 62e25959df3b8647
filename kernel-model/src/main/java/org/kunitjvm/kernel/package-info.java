/**
 * The modelled kernel as one object.
 * {@link org.kunitjvm.kernel.Kernel} is the entry point: it is built from a machine description and a command line,
 * owns every other part of the model, and reports what leaked when it is closed.
 * Uses all the other packages of this module; knows neither mm policy nor tests.
 * Invariant: nothing in the model is reachable except from a {@code Kernel}, so two kernels never share state.
 */
@NullMarked
package org.kunitjvm.kernel;

import org.jspecify.annotations.NullMarked;
