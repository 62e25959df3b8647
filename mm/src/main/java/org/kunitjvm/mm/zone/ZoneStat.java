package org.kunitjvm.mm.zone;

/**
 * What each zone counts, in the order of {@code /proc/zoneinfo}. Models include/linux/mmzone.h: enum zone_stat_item.
 */
public enum ZoneStat {
    NR_FREE_PAGES,
    NR_ZONE_INACTIVE_ANON,
    NR_ZONE_ACTIVE_ANON,
    NR_ZONE_INACTIVE_FILE,
    NR_ZONE_ACTIVE_FILE,
    NR_ZONE_UNEVICTABLE,
    NR_ZONE_WRITE_PENDING,
    NR_MLOCK,
    NR_BOUNCE,
    NR_FREE_CMA;

    /** Name in files. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
