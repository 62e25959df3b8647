/**
 * Files under {@code /proc/sys/vm} that do something when they are written.
 * {@link org.kunitjvm.mm.sysctl.VmSysctl} is the entry point. Uses {@code org.kunitjvm.mm.lru},
 * {@code org.kunitjvm.mm.zone} and the kernel model. Models mm/compaction.c: sysctl_compaction_handler and mm/vmstat.c:
 * vmstat_refresh.
 */
@NullMarked
package org.kunitjvm.mm.sysctl;

import org.jspecify.annotations.NullMarked;
