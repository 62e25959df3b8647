package org.kunitjvm.mm.hotplug;

import java.util.ArrayList;
import java.util.List;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.errno.ErrnoException;

/** The chain of {@link MemoryNotifier}s: higher priority first, then order of registration. */
final class Notifiers {
    private record Entry(MemoryNotifier notifier, int priority) {
    }

    private final List<Entry> chain = new ArrayList<>();

    void add(MemoryNotifier notifier, int priority) {
        int at = 0;
        while (at < chain.size() && chain.get(at).priority >= priority) {
            at++;
        }
        chain.add(at, new Entry(notifier, priority));
    }

    void remove(MemoryNotifier notifier) {
        chain.removeIf(entry -> entry.notifier == notifier);
    }

    /** Ask all; the first refusal ends it. */
    void ask(MemoryEvent event, MemoryNotify what) throws ErrnoException {
        for (Entry entry : List.copyOf(chain)) {
            entry.notifier.onMemory(event, what);
        }
    }

    /** Tell all. */
    void tell(MemoryEvent event, MemoryNotify what) {
        try {
            ask(event, what);
        } catch (ErrnoException e) {
            throw new KernelBug("a memory notifier refuses %s of pfn %#x: %s", event, what.startPfn(), e.getMessage());
        }
    }
}
