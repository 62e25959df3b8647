package org.kunitjvm.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sched.Task;

/**
 * Finds address spaces that were not dropped and says which count is too high and who still uses them. References of
 * kthreads that only keep the page tables loaded (lazy TLB) are no leak: they go with the next switch.
 */
final class MmAuditor implements Auditor {
    private final Scheduler scheduler;

    MmAuditor(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    @Override
    public String name() {
        return "mm_structs";
    }

    @Override
    public Object mark() {
        return Set.copyOf(scheduler.mmTable().live());
    }

    @Override
    public List<String> leaksSince(Object mark) {
        List<String> leaks = new ArrayList<>();
        for (MmStruct mm : scheduler.mmTable().live()) {
            if (!(mark instanceof Set<?> before && before.contains(mm))) {
                describe(mm, leaks);
            }
        }
        return leaks;
    }

    private void describe(MmStruct mm, List<String> leaks) {
        int lazy = 0;
        List<String> users = new ArrayList<>();
        for (Task task : scheduler.tasks()) {
            if (task.mm() == mm) {
                users.add(task.comm() + "/" + task.pid());
            } else if (task.activeMm() == mm) {
                lazy++;
            }
        }
        String stillUsed = users.isEmpty() ? "" : "; kthread_unuse_mm is missing in " + String.join(", ", users);
        if (mm.mmUsers() > 0) {
            leaks.add(mm + " was not dropped: mmput is missing " + mm.mmUsers() + " times" + stillUsed);
        } else if (mm.mmCount() > lazy) {
            leaks.add(mm + " was not dropped: mmdrop is missing " + (mm.mmCount() - lazy - users.size()) + " times"
                + stillUsed);
        }
    }
}
