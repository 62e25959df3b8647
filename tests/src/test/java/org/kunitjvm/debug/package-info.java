/** Tests of what a person sees with a debugger: one line for each object, and the dump of the kthreads. */
@NullMarked
package org.kunitjvm.debug;

import org.jspecify.annotations.NullMarked;
