/**
 * Histories of memory calls: read from strace text, played on the model, written as KUnit cases.
 * {@link org.kunitjvm.tools.vma.VmaTool} is {@code bin/kunit vma}; {@link org.kunitjvm.tools.vma.VmaCall} is one call
 * and {@link org.kunitjvm.tools.vma.VmaReplay} a model that takes calls. The differential test against the running
 * kernel uses the same.
 * Uses {@code org.kunitjvm.mm.vma} and the kernel model.
 */
@NullMarked
package org.kunitjvm.tools.vma;

import org.jspecify.annotations.NullMarked;
