package org.kunitjvm.kernel.mmu;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.sched.Task;

/**
 * The latest changes of page-table entries, so that a report can say who took a mapping away and when. A ring of plain
 * arrays: noting a change makes no garbage.
 */
final class PteHistory {
    private static final int CAPACITY = 2048;
    /** Stands for the earlier entries of a range whose tables were freed; no entry has reserved bits. */
    private static final long FREED = -1;

    private final long[] firstVpn = new long[CAPACITY];
    private final long[] nrPages = new long[CAPACITY];
    private final int[] contexts = new int[CAPACITY];
    private final long[] before = new long[CAPACITY];
    private final long[] after = new long[CAPACITY];
    private final long[] timesNs = new long[CAPACITY];
    private final int[] cpus = new int[CAPACITY];
    private final @Nullable Task[] tasks = new Task[CAPACITY];
    private final @Nullable String[] operations = new String[CAPACITY];
    private long count;

    /** One entry, which may map several pages, was written. */
    void note(int context, long vaddr, long pages, long oldPte, long newPte, long nowNs, Task task, String operation) {
        int at = (int) (count++ % CAPACITY);
        firstVpn[at] = vaddr >>> PageTable.PAGE_SHIFT;
        nrPages[at] = pages;
        contexts[at] = context;
        before[at] = oldPte;
        after[at] = newPte;
        timesNs[at] = nowNs;
        cpus[at] = task.cpu();
        tasks[at] = task;
        operations[at] = operation;
    }

    /** The tables of a whole range went away, whatever was in them. */
    void noteFreed(int context, long start, long size, long nowNs, Task task, String operation) {
        note(context, start, size >>> PageTable.PAGE_SHIFT, FREED, 0, nowNs, task, operation);
    }

    /** The latest change of the page at {@code vaddr} as one sentence, or {@code null} if none is remembered. */
    @Nullable String describeLast(int context, long vaddr) {
        long vpn = vaddr >>> PageTable.PAGE_SHIFT;
        for (long i = count - 1; i >= 0 && i > count - 1 - CAPACITY; i--) {
            int at = (int) (i % CAPACITY);
            if (contexts[at] == context && vpn >= firstVpn[at] && vpn < firstVpn[at] + nrPages[at]) {
                return describe(at);
            }
        }
        return null;
    }

    private String describe(int at) {
        Task task = tasks[at];
        String by = " by " + (task == null ? "?" : task.comm() + "/" + task.pid()) + " on CPU " + cpus[at] + " at "
            + timesNs[at] + " ns in " + operations[at];
        if (before[at] == FREED) {
            return "page tables freed" + by;
        }
        String verb = !Pte.isHardwarePresent(after[at]) ? "unmapped" : !Pte.isHardwarePresent(before[at]) ? "mapped"
            : "changed";
        return verb + by + "; before that: " + Pte.describe(before[at]);
    }
}
