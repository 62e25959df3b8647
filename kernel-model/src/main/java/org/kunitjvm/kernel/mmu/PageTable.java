package org.kunitjvm.kernel.mmu;

import org.kunitjvm.kernel.bug.KernelBug;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.hw.PhysicalMemory;

/**
 * One tree of page tables: four or five levels of 512 entries, each table a real page frame in {@link PhysicalMemory}.
 *
 * <pre>
 *   level 4 PGD  bits 48-56   entry covers 256 TiB; only with five levels, level 3 is then called P4D
 *   level 3 PGD  bits 39-47   entry covers 512 GiB
 *   level 2 PUD  bits 30-38   entry covers   1 GiB, may be a large page
 *   level 1 PMD  bits 21-29   entry covers   2 MiB, may be a large page
 *   level 0 PTE  bits 12-20   entry covers   4 KiB
 * </pre>
 *
 * The root is made at the first use. Entries are named by their physical address. Nothing here touches a TLB.
 */
@Models("mm/memory.c: apply_to_page_range, free_pgtables; arch/x86/mm/init_64.c")
public final class PageTable {
    /** Bits of an address within a page. */
    public static final int PAGE_SHIFT = 12;
    /** Bytes that an entry of the last level covers. */
    public static final long PAGE_SIZE = 1L << PAGE_SHIFT;
    /** Bits of an address within a PMD entry. */
    public static final int PMD_SHIFT = 21;
    /** Bytes that a PMD entry covers. */
    public static final long PMD_SIZE = 1L << PMD_SHIFT;
    /** Bits of an address within a PUD entry. */
    public static final int PUD_SHIFT = 30;
    /** Bytes that a PUD entry covers. */
    public static final long PUD_SIZE = 1L << PUD_SHIFT;
    /** Entries of one table. */
    public static final int PTRS_PER_TABLE = 512;

    static final int PTE_LEVEL = 0;
    static final int PMD_LEVEL = 1;
    static final int PUD_LEVEL = 2;
    private static final int P4D_LEVEL = 3;

    private static final int ENTRY_BYTES_SHIFT = 3;
    private static final int LEVEL_SHIFT = 9;
    private static final String[] LEVEL_NAMES = {"PTE", "PMD", "PUD", "P4D"};

    private final String name;
    private final int pgdLevel;
    private final PhysicalMemory memory;
    private PageTableAllocator allocator;
    private int rootPfn = PageTableAllocator.NO_FRAME;
    private int nrTables;

    // The result of the last walk; a field each, so that a walk makes no garbage.
    private long entryAddr;
    private long entry;
    private int level;

    /** An empty tree; {@code name} appears in reports. */
    PageTable(String name, MmuLayout layout, PhysicalMemory memory, PageTableAllocator allocator) {
        this.name = name;
        this.pgdLevel = layout.pgdLevel();
        this.memory = memory;
        this.allocator = allocator;
    }

    /** Bits of an address below the entry of {@code level}. */
    static int shift(int level) {
        return PAGE_SHIFT + LEVEL_SHIFT * level;
    }

    private String levelName(int at) {
        return at == pgdLevel ? "PGD" : LEVEL_NAMES[at];
    }

    private static int index(long vaddr, int level) {
        return (int) (vaddr >>> shift(level)) & (PTRS_PER_TABLE - 1);
    }

    /** Table frames of this tree, root included. */
    public int nrTables() {
        return nrTables;
    }

    /** The root's frame, or {@link PageTableAllocator#NO_FRAME} while the tree is empty. */
    public int rootPfn() {
        return rootPfn;
    }

    void setAllocator(PageTableAllocator newAllocator) {
        if (nrTables != 0) {
            throw new KernelBug("page table %s holds %d frames of another allocator", name, nrTables);
        }
        allocator = newAllocator;
    }

    /**
     * Look {@code vaddr} up down to the entry that maps it or shows that nothing does; {@link #entry}, {@link #level}
     * and {@link #entryAddr} tell what was found.
     *
     * @return whether the hardware would translate
     */
    boolean walk(long vaddr) {
        level = pgdLevel;
        entry = 0;
        entryAddr = 0;
        int tablePfn = rootPfn;
        while (tablePfn >= 0) {
            entryAddr = entryAddress(tablePfn, vaddr, level);
            entry = memory.readLong(entryAddr);
            if (level == PTE_LEVEL || !Pte.isHardwarePresent(entry) || (entry & Pte.PSE) != 0) {
                return Pte.isHardwarePresent(entry);
            }
            tablePfn = Pte.pfn(entry);
            level--;
        }
        return false;
    }

    /** The entry that the last walk ended at. */
    long entry() {
        return entry;
    }

    /** The physical address of that entry. */
    long entryAddr() {
        return entryAddr;
    }

    /** The level of that entry. */
    int level() {
        return level;
    }

    /** Whether the last-level entry of {@code vaddr} has a table to stand in. */
    boolean hasPte(long vaddr) {
        walk(vaddr);
        return rootPfn >= 0 && level == PTE_LEVEL;
    }

    /** The value of the last-level entry of {@code vaddr}, 0 if it has no table. */
    public long pte(long vaddr) {
        walk(vaddr);
        return level == PTE_LEVEL ? entry : 0;
    }

    /**
     * Make the tables down to the last level of {@code vaddr} ({@code pte_alloc}).
     *
     * @return physical address of the entry
     * @throws ErrnoException {@code ENOMEM} if a table could not be had; tables made so far stay
     */
    long pteAlloc(long vaddr) throws ErrnoException {
        int tablePfn = root();
        for (int at = pgdLevel; at > PTE_LEVEL; at--) {
            long addr = entryAddress(tablePfn, vaddr, at);
            long value = memory.readLong(addr);
            if (!Pte.isHardwarePresent(value)) {
                value = ((long) newTable() << PAGE_SHIFT) | Pte.TABLE;
                memory.writeLong(addr, value);
            } else if ((value & Pte.PSE) != 0) {
                throw new ErrnoException(Errno.EINVAL, String.format("%s of %s maps a large page at %#x", levelName(at),
                    name, vaddr));
            }
            tablePfn = Pte.pfn(value);
        }
        return entryAddress(tablePfn, vaddr, PTE_LEVEL);
    }

    /** Make one entry of {@code level} map a page of that size; the tables above are made as needed. */
    void mapLeaf(long vaddr, int leafLevel, long leaf) {
        try {
            int tablePfn = root();
            for (int at = pgdLevel; at > leafLevel; at--) {
                tablePfn = Pte.pfn(tableEntry(tablePfn, vaddr, at));
            }
            memory.writeLong(entryAddress(tablePfn, vaddr, leafLevel), leafLevel == PTE_LEVEL ? leaf : leaf | Pte.PSE);
        } catch (ErrnoException e) {
            throw new KernelBug("%s: no frame for a table at %#x", name, vaddr);
        }
    }

    /** Turn the large page that maps {@code vaddr} into smaller ones until the entry is of {@code wanted} level. */
    void splitTo(long vaddr, int wanted) {
        walk(vaddr);
        while (level > wanted && (entry & Pte.PSE) != 0) {
            splitOnce();
            walk(vaddr);
        }
    }

    private void splitOnce() {
        int lower = level - 1;
        long step = 1L << shift(lower);
        long child = lower == PTE_LEVEL ? entry & ~Pte.PSE : entry;
        try {
            int tablePfn = newTable();
            for (int i = 0; i < PTRS_PER_TABLE; i++) {
                memory.writeLong(((long) tablePfn << PAGE_SHIFT) + ((long) i << ENTRY_BYTES_SHIFT), child + i * step);
            }
            memory.writeLong(entryAddr, ((long) tablePfn << PAGE_SHIFT) | Pte.TABLE);
        } catch (ErrnoException e) {
            throw new KernelBug("%s: no frame to split a large page", name);
        }
    }

    private long tableEntry(int tablePfn, long vaddr, int at) throws ErrnoException {
        long addr = entryAddress(tablePfn, vaddr, at);
        long value = memory.readLong(addr);
        if (!Pte.isHardwarePresent(value)) {
            value = ((long) newTable() << PAGE_SHIFT) | Pte.TABLE;
            memory.writeLong(addr, value);
        }
        return value;
    }

    /**
     * Free every table whose entries lie below the PGD entry of {@code vaddr}, and clear that entry. What the entries
     * map is not looked at.
     */
    void freePgdEntry(long vaddr) {
        if (rootPfn < 0) {
            return;
        }
        long addr = entryAddress(rootPfn, vaddr, pgdLevel);
        long value = memory.readLong(addr);
        if (Pte.isHardwarePresent(value)) {
            memory.writeLong(addr, 0);
            freeTree(Pte.pfn(value), pgdLevel - 1);
        }
    }

    /** Free all tables, root included. */
    void freeAll() {
        if (rootPfn >= 0) {
            freeTree(rootPfn, pgdLevel);
            rootPfn = PageTableAllocator.NO_FRAME;
        }
    }

    private void freeTree(int tablePfn, int at) {
        if (at > PTE_LEVEL && memory.isBacked(tablePfn)) {
            for (int i = 0; i < PTRS_PER_TABLE; i++) {
                long value = memory.readLong(((long) tablePfn << PAGE_SHIFT) + ((long) i << ENTRY_BYTES_SHIFT));
                if (Pte.isHardwarePresent(value) && (value & Pte.PSE) == 0) {
                    freeTree(Pte.pfn(value), at - 1);
                }
            }
        }
        memory.clearPage(tablePfn);
        nrTables--;
        allocator.freeTable(tablePfn);
    }

    private int root() throws ErrnoException {
        if (rootPfn < 0) {
            rootPfn = newTable();
        }
        return rootPfn;
    }

    private int newTable() throws ErrnoException {
        int pfn = allocator.allocTable();
        if (pfn < 0) {
            throw new ErrnoException(Errno.ENOMEM, "no frame for a page table of " + name);
        }
        memory.clearPage(pfn);
        nrTables++;
        return pfn;
    }

    private static long entryAddress(int tablePfn, long vaddr, int at) {
        return ((long) tablePfn << PAGE_SHIFT) + ((long) index(vaddr, at) << ENTRY_BYTES_SHIFT);
    }

    /** The entries on the way to {@code vaddr}, as an oops prints them: {@code PGD 1067 P4D 1067 PUD 0}. */
    String describeWalk(long vaddr) {
        StringBuilder out = new StringBuilder();
        int tablePfn = rootPfn;
        for (int at = pgdLevel; tablePfn >= 0; at--) {
            long value = memory.readLong(entryAddress(tablePfn, vaddr, at));
            out.append(out.isEmpty() ? "" : " ").append(levelName(at)).append(' ').append(Long.toHexString(value));
            if (at == pgdLevel && at == P4D_LEVEL) {
                // With four levels the P4D is folded into the PGD.
                out.append(" P4D ").append(Long.toHexString(value));
            }
            boolean isTable = at > PTE_LEVEL && Pte.isHardwarePresent(value) && (value & Pte.PSE) == 0;
            tablePfn = isTable ? Pte.pfn(value) : PageTableAllocator.NO_FRAME;
        }
        return out.isEmpty() ? "no page table" : out.toString();
    }

    /** Name of the tree, and how many frames it holds. */
    @Override
    public String toString() {
        return name + " page tables (" + nrTables + " frames)";
    }
}
