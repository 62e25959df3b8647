/**
 * The files that show single pages, in the real binary formats: {@code /proc/kpageflags}, {@code /proc/kpagecount} and
 * {@code /proc/PID/pagemap}, and the lines of {@code /proc/PID/status} that come from the same source.
 * {@link org.kunitjvm.mm.pagemap.KPageFlags} names the bits, {@link org.kunitjvm.mm.pagemap.PageFiles} reads the files.
 * Uses {@code org.kunitjvm.mm.page}, {@code org.kunitjvm.mm.vma}, {@code org.kunitjvm.mm.fault} and the kernel model;
 * changes nothing.
 * Models fs/proc/page.c and the pagemap part of fs/proc/task_mmu.c.
 */
@NullMarked
package org.kunitjvm.mm.pagemap;

import org.jspecify.annotations.NullMarked;
