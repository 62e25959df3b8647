/**
 * Static stubs and access to members that only tests may see. The only user of Byte Buddy, which is touched when a
 * suite asks for one of the two and not before. {@link org.kunitjvm.kunit.stub.StaticStub} replaces a marked method for
 * one test; {@link org.kunitjvm.kunit.stub.WeavingLoader} makes that possible for the classes that it loads; {@link
 * org.kunitjvm.kunit.stub.SymbolLinker} implements the interface through which a suite reaches exported symbols. Uses
 * the test API and the hook annotations of the kernel model. Invariant: a class that is loaded in the ordinary way is
 * never changed. Models include/kunit/static_stub.h, lib/kunit/static_stub.c and include/kunit/visibility.h.
 */
@NullMarked
package org.kunitjvm.kunit.stub;

import org.jspecify.annotations.NullMarked;
