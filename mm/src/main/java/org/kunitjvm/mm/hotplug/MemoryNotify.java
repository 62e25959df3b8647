package org.kunitjvm.mm.hotplug;

/**
 * Which memory an event is about. Models include/linux/memory.h: struct memory_notify.
 *
 * @param startPfn first frame
 * @param nrPages number of frames
 * @param statusChangeNid node that gets its first or loses its last memory, or -1
 * @param statusChangeNidNormal same for memory that the kernel itself can use
 */
public record MemoryNotify(int startPfn, int nrPages, int statusChangeNid, int statusChangeNidNormal) {
}
