package org.kunitjvm.mm.hotplug;

/**
 * The unit in which memory comes and goes. Models include/linux/memory.h: struct memory_block.
 *
 */
public final class MemoryBlock {
    private final int id;
    private final int nrPages;
    private final int nid;
    private boolean online;

    MemoryBlock(int id, int nrPages, int nid, boolean online) {
        this.id = id;
        this.nrPages = nrPages;
        this.nid = nid;
        this.online = online;
    }

    /** Its number: {@code memoryN} under {@code /sys/devices/system/memory}. */
    public int id() {
        return id;
    }

    /** First frame. */
    public int startPfn() {
        return id * nrPages;
    }

    /** Number of frames, holes included. */
    public int nrPages() {
        return nrPages;
    }

    /** Node that it belongs to. */
    public int nid() {
        return nid;
    }

    /** Whether it is online. */
    public boolean isOnline() {
        return online;
    }

    void setOnline(boolean value) {
        online = value;
    }

    @Override
    public String toString() {
        return String.format("memory%d [pfn %#x-%#x) node %d %s", id, startPfn(), startPfn() + nrPages, nid, online
            ? "online" : "offline");
    }
}
