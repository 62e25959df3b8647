package org.kunitjvm.mm.zone;

/**
 * Event counters of one kernel. Linux keeps them per CPU and adds them up when they are read, so the sum is always
 * exact; one counter per event does the same. Models mm/vmstat.c: vm_event_states.
 */
public final class VmEvents {
    private final long[] counts = new long[VmEvent.values().length];

    /** Count {@code n} events; {@code event} is the ordinal. */
    public void add(int event, int n) {
        counts[event] += n;
    }

    /** Count {@code n} events ({@code count_vm_events}). */
    public void add(VmEvent event, int n) {
        counts[event.ordinal()] += n;
    }

    /** How many there were. */
    public long get(VmEvent event) {
        return counts[event.ordinal()];
    }

    /** Start from a recorded value. */
    public void set(VmEvent event, long count) {
        counts[event.ordinal()] = count;
    }
}
