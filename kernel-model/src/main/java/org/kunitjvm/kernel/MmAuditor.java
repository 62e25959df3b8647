package org.kunitjvm.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sched.MmTable;

/** Finds address spaces whose last reference was not dropped. */
final class MmAuditor implements Auditor {
    private final MmTable table;

    MmAuditor(MmTable table) {
        this.table = table;
    }

    @Override
    public String name() {
        return "mm_structs";
    }

    @Override
    public Object mark() {
        return Set.copyOf(table.live());
    }

    @Override
    public List<String> leaksSince(Object mark) {
        List<String> leaks = new ArrayList<>();
        for (MmStruct mm : table.live()) {
            if (!(mark instanceof Set<?> before && before.contains(mm))) {
                leaks.add(mm + " was not dropped");
            }
        }
        return leaks;
    }
}
