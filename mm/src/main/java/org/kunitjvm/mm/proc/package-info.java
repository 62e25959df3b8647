/**
 * The text of the files under {@code /proc} that show memory.
 * {@link org.kunitjvm.mm.proc.ProcFile} is the entry point; what it reads is a {@link org.kunitjvm.mm.proc.ProcView},
 * which a booted kernel gives and which a replay can put together from recorded zones.
 * Uses {@code org.kunitjvm.mm.zone}, {@code org.kunitjvm.mm.node}, {@code org.kunitjvm.mm.page} and
 * {@code org.kunitjvm.mm.types}.
 * Invariant: reading changes nothing; as in Linux, zone counters are shown as far as they are folded.
 * Models mm/vmstat.c and fs/proc/meminfo.c of Linux 6.12.
 */
@NullMarked
package org.kunitjvm.mm.proc;

import org.jspecify.annotations.NullMarked;
