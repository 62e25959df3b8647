/** Tests of the JUnit Platform engine: what is found, what is reported, and what a person sees. */
@NullMarked
package org.kunitjvm.kunit.engine;

import org.jspecify.annotations.NullMarked;
