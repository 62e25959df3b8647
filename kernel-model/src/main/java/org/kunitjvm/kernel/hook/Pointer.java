package org.kunitjvm.kernel.hook;

/**
 * Something that C would hold by address and that is shown as an address: a {@code struct page *}, a mapping.
 * A test framework prints such an operand in pointer format and compares it by address.
 */
public interface Pointer {
    /** The value of the pointer; 0 is {@code NULL}, the last 4095 values are encoded errors. Addresses are unsigned. */
    long pointer();
}
