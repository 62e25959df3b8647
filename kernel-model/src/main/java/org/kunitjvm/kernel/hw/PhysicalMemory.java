package org.kunitjvm.kernel.hw;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * The contents of page frames. A frame that was never written reads as zero and costs nothing; a frame that is filled
 * with one byte shares an array until it is written.
 *
 * <p>Addresses are physical byte addresses; a multi-byte access must not cross a page. Little endian, as x86.
 */
public final class PhysicalMemory {
    /** Bytes per page. */
    public static final int PAGE_SIZE = 4096;

    private static final int PAGE_SHIFT = 12;
    private static final int SECTION_SHIFT = 15;
    private static final int SECTION_MASK = (1 << SECTION_SHIFT) - 1;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte @Nullable [][] @Nullable [] sections = new byte[16][][];
    private final byte[][] patterns = new byte[256][];

    /** Read one byte. */
    public byte readByte(long addr) {
        byte[] page = page(addr);
        return page == null ? 0 : page[offset(addr)];
    }

    /** Read a 32-bit word. */
    public int readInt(long addr) {
        byte[] page = page(addr);
        return page == null ? 0 : (int) INT.get(page, offset(addr));
    }

    /** Read a 64-bit word. */
    public long readLong(long addr) {
        byte[] page = page(addr);
        return page == null ? 0 : (long) LONG.get(page, offset(addr));
    }

    /** Write one byte. */
    public void writeByte(long addr, byte value) {
        writablePage(addr)[offset(addr)] = value;
    }

    /** Write a 32-bit word. */
    public void writeInt(long addr, int value) {
        INT.set(writablePage(addr), offset(addr), value);
    }

    /** Write a 64-bit word. */
    public void writeLong(long addr, long value) {
        LONG.set(writablePage(addr), offset(addr), value);
    }

    /** Make a whole page zero ({@code clear_page}); gives its host memory back. */
    public void clearPage(int pfn) {
        if (section(pfn) != null) {
            section(pfn)[pfn & SECTION_MASK] = null;
        }
    }

    /** Fill a whole page with one byte, as page poisoning does. */
    public void fillPage(int pfn, byte value) {
        if (value == 0) {
            clearPage(pfn);
            return;
        }
        int index = value & 0xff;
        if (patterns[index] == null) {
            patterns[index] = new byte[PAGE_SIZE];
            Arrays.fill(patterns[index], value);
        }
        makeSection(pfn)[pfn & SECTION_MASK] = patterns[index];
    }

    /** Copy a whole page. */
    public void copyPage(int toPfn, int fromPfn) {
        byte[] from = page((long) fromPfn << PAGE_SHIFT);
        if (from == null) {
            clearPage(toPfn);
        } else {
            makeSection(toPfn)[toPfn & SECTION_MASK] = isPattern(from) ? from : from.clone();
        }
    }

    /** Whether every byte of the page has this value. */
    public boolean isFilledWith(int pfn, byte value) {
        byte[] page = page((long) pfn << PAGE_SHIFT);
        if (page == null) {
            return value == 0;
        }
        if (page == patterns[value & 0xff]) {
            return true;
        }
        for (byte b : page) {
            if (b != value) {
                return false;
            }
        }
        return true;
    }

    /** Whether the page costs host memory of its own. */
    public boolean isBacked(int pfn) {
        byte[] page = page((long) pfn << PAGE_SHIFT);
        return page != null && !isPattern(page);
    }

    private boolean isPattern(byte[] page) {
        return page == patterns[page[0] & 0xff];
    }

    private static int offset(long addr) {
        return (int) addr & (PAGE_SIZE - 1);
    }

    private byte @Nullable [] page(long addr) {
        int pfn = (int) (addr >>> PAGE_SHIFT);
        byte[][] section = section(pfn);
        return section == null ? null : section[pfn & SECTION_MASK];
    }

    private byte[] writablePage(long addr) {
        int pfn = (int) (addr >>> PAGE_SHIFT);
        byte[][] section = makeSection(pfn);
        byte[] page = section[pfn & SECTION_MASK];
        if (page == null) {
            page = new byte[PAGE_SIZE];
            section[pfn & SECTION_MASK] = page;
        } else if (isPattern(page)) {
            page = page.clone();
            section[pfn & SECTION_MASK] = page;
        }
        return page;
    }

    private byte @Nullable [] @Nullable [] section(int pfn) {
        int index = pfn >>> SECTION_SHIFT;
        return index < sections.length ? sections[index] : null;
    }

    private byte @Nullable [][] makeSection(int pfn) {
        int index = pfn >>> SECTION_SHIFT;
        if (index >= sections.length) {
            sections = Arrays.copyOf(sections, Math.max(index + 1, sections.length * 2));
        }
        if (sections[index] == null) {
            sections[index] = new byte[1 << SECTION_SHIFT][];
        }
        return sections[index];
    }
}
