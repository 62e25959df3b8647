/**
 * Tests of the Kconfig language: recordings of the real program, each rule by itself, made-up input, and the project's
 * own tree.
 */
@NullMarked
package org.kunitjvm.kunit.kconfig;

import org.jspecify.annotations.NullMarked;
