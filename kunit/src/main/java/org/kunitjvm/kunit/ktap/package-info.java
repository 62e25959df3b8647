/**
 * KTAP on the tool side: from console lines to a tree of results.
 * {@link org.kunitjvm.kunit.ktap.KtapParser} is the centre: lines that {@link org.kunitjvm.kunit.ktap.KtapFilter} cuts
 * out of a console log are pushed into it, a {@link org.kunitjvm.kunit.ktap.ParseListener} hears of every result at
 * once, and a {@link org.kunitjvm.kunit.ktap.TestResult} tree remains. {@link org.kunitjvm.kunit.ktap.KtapStrictReader}
 * is the opposite of this tolerant parser: it checks that our own output is KTAP to the letter.
 * Uses only the JDK. Invariant: no input, however hostile, makes it recurse, hang, or hold more than a fixed amount.
 * Models tools/testing/kunit/kunit_parser.py.
 */
@NullMarked
package org.kunitjvm.kunit.ktap;

import org.jspecify.annotations.NullMarked;
