/**
 * The differential test of the VMA layer against the kernel that runs the tests.
 * {@link org.kunitjvm.mm.vma.live.LiveDifferential} plays generated calls on a range of this process and on the model;
 * {@link org.kunitjvm.mm.vma.live.LiveRegion} is the range and refuses every call that would leave it.
 * Uses {@code org.kunitjvm.mm.vma} and {@code org.kunitjvm.tools.vma}; calls the C library through the foreign-memory
 * API.
 */
@NullMarked
package org.kunitjvm.mm.vma.live;

import org.jspecify.annotations.NullMarked;
