package org.kunitjvm.mm.zone;

import java.util.Arrays;

/**
 * Event counters of one kernel. Linux keeps them per CPU and adds them up when they are read, so the sum is always
 * exact; one counter per event does the same. Models mm/vmstat.c: vm_event_states.
 */
public final class VmEvents {
    private final Tally[] tallies = new Tally[VmEvent.values().length];

    /** All counters at 0. */
    public VmEvents() {
        Arrays.setAll(tallies, event -> new Tally());
    }

    /** The counter of an event, for those who count it often; {@code event} is the ordinal. */
    public Tally tally(int event) {
        return tallies[event];
    }

    /** Count {@code n} events; {@code event} is the ordinal. */
    public void add(int event, int n) {
        tallies[event].add(n);
    }

    /** Count {@code n} events ({@code count_vm_events}). */
    public void add(VmEvent event, int n) {
        tallies[event.ordinal()].add(n);
    }

    /** How many there were. */
    public long get(VmEvent event) {
        return tallies[event.ordinal()].value();
    }

    /** Start from a recorded value. */
    public void set(VmEvent event, long count) {
        tallies[event.ordinal()].set(count);
    }
}
