package org.kunitjvm.kernel.slab;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

import org.kunitjvm.kernel.hook.Pointer;

/** Memory from a {@link KernelHeap}: an address in the kernel's direct map, and the bytes. */
public final class HeapObject implements Pointer {
    private final long address;
    private final byte[] bytes;
    private final String owner;
    private boolean freed;

    /** An object of this heap's. */
    HeapObject(long address, byte[] bytes, String owner) {
        this.address = address;
        this.bytes = bytes;
        this.owner = owner;
    }

    /** Where it is, in the direct map. */
    public long address() {
        return address;
    }

    @Override
    public long pointer() {
        return address;
    }

    /** Size in bytes, as it was asked for. */
    public int size() {
        return bytes.length;
    }

    /** The contents themselves, not a copy. */
    public byte[] bytes() {
        return bytes;
    }

    /** The contents themselves as a memory segment. */
    public MemorySegment memory() {
        return MemorySegment.ofArray(bytes);
    }

    /** The contents up to the first NUL as text. */
    public String string() {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    /** Whether it was given back. */
    public boolean isFreed() {
        return freed;
    }

    void markFreed() {
        freed = true;
    }

    @Override
    public String toString() {
        return bytes.length + " bytes at " + Long.toHexString(address) + " of " + owner;
    }
}
