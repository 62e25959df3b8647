/**
 * What a test owns and must give back. {@link org.kunitjvm.kunit.resource.ResourceList} is the list of one test
 * context; it frees what is left on it, newest first. Uses only the JDK; who calls it sees to it that one task at a
 * time does. Invariant: a resource is freed exactly once, when its last reference goes. Models include/kunit/resource.h
 * and lib/kunit/resource.c.
 */
@NullMarked
package org.kunitjvm.kunit.resource;

import org.jspecify.annotations.NullMarked;
