package org.kunitjvm.mm.hotplug;

import org.kunitjvm.kernel.errno.ErrnoException;

/** Is told when memory comes and goes, and may refuse the {@code MEM_GOING_…} events. */
@FunctionalInterface
public interface MemoryNotifier {
    /**
     * Something happens.
     *
     * @throws ErrnoException to refuse; only {@code MEM_GOING_ONLINE} and {@code MEM_GOING_OFFLINE} can be refused
     */
    void onMemory(MemoryEvent event, MemoryNotify what) throws ErrnoException;
}
