package org.kunitjvm.mm.zone;

import java.util.List;

/**
 * The populated zones that a request may use, most wanted first. Models include/linux/mmzone.h: struct zonelist.
 * Immutable: a rebuild makes a new one.
 */
public final class Zonelist {
    private final Zone[] zones;

    /** A list of these zones in this order. */
    public Zonelist(List<Zone> zones) {
        this.zones = zones.toArray(new Zone[0]);
    }

    /** Number of zones. */
    public int size() {
        return zones.length;
    }

    /** The zone at a position. */
    public Zone zone(int at) {
        return zones[at];
    }

    /** First position from {@code at} on whose zone type is at most {@code highestIndex}, or {@link #size}. */
    public int next(int at, int highestIndex) {
        int i = at;
        while (i < zones.length && zones[i].index > highestIndex) {
            i++;
        }
        return i;
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        for (Zone zone : zones) {
            out.append(out.isEmpty() ? "" : " ").append(zone.nid).append(':').append(zone.name());
        }
        return out.toString();
    }
}
