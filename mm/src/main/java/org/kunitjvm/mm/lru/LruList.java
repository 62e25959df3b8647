package org.kunitjvm.mm.lru;

import static org.kunitjvm.mm.page.PageFlags.PG_ACTIVE;
import static org.kunitjvm.mm.page.PageFlags.PG_SWAPBACKED;
import static org.kunitjvm.mm.page.PageFlags.PG_UNEVICTABLE;

import org.kunitjvm.mm.node.NodeStat;
import org.kunitjvm.mm.zone.ZoneStat;

/** The lists of an {@link LruVec}, in the order of their counters. Models include/linux/mmzone.h: enum lru_list. */
public enum LruList {
    /** Anonymous memory that is to go first. */
    LRU_INACTIVE_ANON(NodeStat.NR_INACTIVE_ANON, ZoneStat.NR_ZONE_INACTIVE_ANON),
    /** Anonymous memory in use. */
    LRU_ACTIVE_ANON(NodeStat.NR_ACTIVE_ANON, ZoneStat.NR_ZONE_ACTIVE_ANON),
    /** Pages of files that are to go first. */
    LRU_INACTIVE_FILE(NodeStat.NR_INACTIVE_FILE, ZoneStat.NR_ZONE_INACTIVE_FILE),
    /** Pages of files in use. */
    LRU_ACTIVE_FILE(NodeStat.NR_ACTIVE_FILE, ZoneStat.NR_ZONE_ACTIVE_FILE),
    /** What cannot be reclaimed. Only counted: the links of these folios hold their mlock count instead. */
    LRU_UNEVICTABLE(NodeStat.NR_UNEVICTABLE, ZoneStat.NR_ZONE_UNEVICTABLE);

    private final NodeStat nodeStat;
    private final ZoneStat zoneStat;

    LruList(NodeStat nodeStat, ZoneStat zoneStat) {
        this.nodeStat = nodeStat;
        this.zoneStat = zoneStat;
    }

    /** The node's counter of its members. */
    public NodeStat nodeStat() {
        return nodeStat;
    }

    /** The zone's counter of its members. */
    public ZoneStat zoneStat() {
        return zoneStat;
    }

    /** The list that a folio with these flags belongs to ({@code folio_lru_list}). */
    static LruList of(int flags) {
        if ((flags & PG_UNEVICTABLE) != 0) {
            return LRU_UNEVICTABLE;
        }
        boolean active = (flags & PG_ACTIVE) != 0;
        if ((flags & PG_SWAPBACKED) != 0) {
            return active ? LRU_ACTIVE_ANON : LRU_INACTIVE_ANON;
        }
        return active ? LRU_ACTIVE_FILE : LRU_INACTIVE_FILE;
    }
}
