package org.kunitjvm.mm.hotplug;

/** What {@link MemoryNotifier} is told. Models include/linux/memory.h: MEM_ONLINE and the others. */
public enum MemoryEvent {
    /** Memory is about to come online; may be refused. */
    MEM_GOING_ONLINE,
    /** Memory that was going to come online does not. */
    MEM_CANCEL_ONLINE,
    /** Memory is online. */
    MEM_ONLINE,
    /** Memory is about to go offline; may be refused. */
    MEM_GOING_OFFLINE,
    /** Memory that was going to go offline stays. */
    MEM_CANCEL_OFFLINE,
    /** Memory is offline. */
    MEM_OFFLINE
}
