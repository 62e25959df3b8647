package org.kunitjvm.mm.fault;

import static org.kunitjvm.mm.page.PageFlags.PG_ANON_EXCLUSIVE;
import static org.kunitjvm.mm.page.PageFlags.PG_DIRTY;
import static org.kunitjvm.mm.page.PageFlags.PG_REFERENCED;
import static org.kunitjvm.mm.page.PageFlags.PG_SWAPBACKED;
import static org.kunitjvm.mm.page.PageFlags.PG_UPTODATE;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.kernel.hook.Models;
import org.kunitjvm.kernel.mmu.Pte;
import org.kunitjvm.kernel.sched.MmStruct;
import org.kunitjvm.kernel.sync.QuickLock;
import org.kunitjvm.mm.lru.Lru;
import org.kunitjvm.mm.node.NodeStat;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.mm.vma.PageUsage;
import org.kunitjvm.mm.vma.VmArea;
import org.kunitjvm.mm.vma.VmFile;
import org.kunitjvm.mm.vma.VmFlags;
import org.kunitjvm.mm.vma.VmaPages;
import org.kunitjvm.mm.zone.VmEvent;

/**
 * The pages of one address space. Every change of an area comes in through {@link VmaPages}, with the mmap lock held;
 * the page table lock is taken here.
 */
public final class UserPages implements VmaPages {
    private static final int MAPPING_ANON = 1;
    private static final long SOFTWARE_DIRTY = Pte.DIRTY | Pte.SOFT_DIRTY;

    private final UserMemory memory;
    private final PageMap map;
    private final Lru lru;
    private final PteTable ptes = new PteTable();
    private final QuickLock ptl;
    private long rssPages;

    UserPages(UserMemory memory) {
        this.memory = memory;
        this.map = memory.map();
        this.lru = memory.lru();
        this.ptl = new QuickLock(memory.kernel().locks(), "ptlock_ptr(ptdesc)");
    }

    /** The pages of {@code mm}, or {@code null} if it has none. */
    public static @Nullable UserPages of(MmStruct mm) {
        return mm.part(UserPages.class);
    }

    /** Pages in memory, the zero page left out ({@code get_mm_rss}). */
    public long rssPages() {
        return rssPages;
    }

    /** What its page tables take, in bytes: the last level ({@code mm_pgtables_bytes}). */
    public long pageTableBytes() {
        return ptes.nrTables() * Mman.PAGE_SIZE;
    }

    /** The page-table entry of an address, 0 for none. */
    public long pte(long addr) {
        return ptes.get(addr);
    }

    /** Whether the entry maps a page that is not shared by everybody ({@code vm_normal_page}). */
    public boolean isNormalPage(long pte) {
        return Pte.isPresent(pte) && Pte.pfn(pte) != memory.frames().zeroPfn();
    }

    // ---------------------------------------------------------------- faults

    @Override
    @Models("mm/gup.c: __get_user_pages")
    public void populate(VmArea vma, long start, long end) throws ErrnoException {
        boolean write = (vma.vmFlags() & (VmFlags.VM_WRITE | VmFlags.VM_SHARED)) == VmFlags.VM_WRITE;
        for (long addr = start; addr < end; addr += Mman.PAGE_SIZE) {
            memory.kernel().sched().condResched();
            if (!isMapped(addr, write)) {
                fault(vma, addr, write);
            }
            // FOLL_TOUCH: who populates counts as a user of the page.
            lru.batches().markAccessed(Pte.pfn(ptes.get(addr)));
        }
    }

    @Override
    @Models("mm/memory.c: handle_mm_fault")
    public void touch(VmArea vma, long addr, boolean write) throws ErrnoException {
        long page = addr & Mman.PAGE_MASK;
        if (!isMapped(page, write)) {
            fault(vma, page, write);
        }
        long pte = ptes.get(page);
        if (write && (pte & Pte.DIRTY) == 0) {
            ptes.set(page, pte | SOFTWARE_DIRTY);
        }
    }

    private boolean isMapped(long addr, boolean write) {
        long pte = ptes.get(addr);
        return Pte.isPresent(pte) && (!write || (pte & Pte.RW) != 0);
    }

    private void fault(VmArea vma, long addr, boolean write) throws ErrnoException {
        memory.events().add(VmEvent.PGFAULT, 1);
        long pte = ptes.get(addr);
        if (Pte.isPresent(pte)) {
            writeProtectFault(vma, addr, pte);
        } else if (vma.vmFile() == null) {
            anonymousFault(vma, addr, write);
        } else {
            fileFault(vma, vma.vmFile(), addr, write);
        }
    }

    @Models("mm/memory.c: do_anonymous_page")
    private void anonymousFault(VmArea vma, long addr, boolean write) throws ErrnoException {
        int zero = memory.frames().zeroPfn();
        if (!write && zero >= 0) {
            ptl.lock();
            if (ptes.get(addr) == 0) {
                ptes.set(addr, protBits(vma) | Pte.SPECIAL | (long) zero << Mman.PAGE_SHIFT);
            }
            ptl.unlock();
            return;
        }
        mapNewAnon(vma, addr, 0);
    }

    @Models("mm/memory.c: do_wp_page")
    private void writeProtectFault(VmArea vma, long addr, long pte) throws ErrnoException {
        if (vma.hasAnyFlag(VmFlags.VM_SHARED) || isNormalPage(pte) && map.hasFlag(Pte.pfn(pte), PG_ANON_EXCLUSIVE)) {
            ptl.lock();
            memory.events().add(VmEvent.PGREUSE, 1);
            ptes.set(addr, pte | Pte.RW | SOFTWARE_DIRTY);
            ptl.unlock();
            if (vma.hasAnyFlag(VmFlags.VM_SHARED)) {
                map.addFlags(Pte.pfn(pte), PG_DIRTY);
            }
            return;
        }
        mapNewAnon(vma, addr, pte);
    }

    /**
     * Map a page of its own at {@code addr}, where {@code expected} is now; if that changed, somebody else was faster.
     */
    private void mapNewAnon(VmArea vma, long addr, long expected) throws ErrnoException {
        int pfn = memory.frames().allocUserPage();
        if (pfn < 0) {
            throw new ErrnoException(Errno.ENOMEM, String.format("no page for %#x", addr));
        }
        map.addFlags(pfn, PG_UPTODATE);
        ptl.lock();
        if (ptes.get(addr) != expected) {
            ptl.unlock();
            lru.put(pfn);
            return;
        }
        if (expected != 0) {
            dropMapping(vma, addr, expected);
        }
        addNewAnonRmap(pfn, vma, addr);
        addLruVma(pfn, vma);
        ptes.set(addr, protBits(vma) | (vma.hasAnyFlag(VmFlags.VM_WRITE) ? Pte.RW | SOFTWARE_DIRTY : 0)
            | (long) pfn << Mman.PAGE_SHIFT);
        rssPages++;
        ptl.unlock();
        if (isNormalPage(expected)) {
            lru.put(Pte.pfn(expected));
        }
    }

    @Models("mm/rmap.c: folio_add_new_anon_rmap")
    private void addNewAnonRmap(int pfn, VmArea vma, long addr) {
        map.addFlags(pfn, PG_SWAPBACKED | PG_ANON_EXCLUSIVE);
        map.setMapcount(pfn, 0);
        map.setMapping(pfn, MAPPING_ANON);
        map.setIndex(pfn, (int) vma.linearPageIndex(addr));
        memory.countersOf(pfn).mod(NodeStat.NR_ANON_PAGES, 1);
    }

    @Models("mm/swap.c: folio_add_lru_vma")
    private void addLruVma(int pfn, VmArea vma) {
        if ((vma.vmFlags() & (VmFlags.VM_LOCKED | VmFlags.VM_SPECIAL)) == VmFlags.VM_LOCKED) {
            lru.mlock().mlockNewFolio(pfn);
        } else {
            lru.batches().addLru(pfn);
        }
    }

    @Models("mm/memory.c: do_fault")
    private void fileFault(VmArea vma, VmFile file, long addr, boolean write) throws ErrnoException {
        boolean shared = vma.hasAnyFlag(VmFlags.VM_SHARED);
        if (write && !shared) {
            // A private copy: the file's page is only read.
            mapNewAnon(vma, addr, 0);
            return;
        }
        int pfn = memory.filePages().get(file, vma.linearPageIndex(addr));
        if (pfn < 0) {
            throw new ErrnoException(Errno.ENOMEM, String.format("no page of %s for %#x", file, addr));
        }
        lru.get(pfn);
        ptl.lock();
        if (ptes.get(addr) != 0) {
            ptl.unlock();
            lru.put(pfn);
            return;
        }
        addFileRmap(pfn, vma);
        if (write) {
            map.addFlags(pfn, PG_DIRTY);
        }
        ptes.set(addr, protBits(vma) | (write ? Pte.RW | SOFTWARE_DIRTY : 0) | (long) pfn << Mman.PAGE_SHIFT);
        rssPages++;
        ptl.unlock();
    }

    @Models("mm/rmap.c: folio_add_file_rmap_pte")
    private void addFileRmap(int pfn, VmArea vma) {
        map.setMapcount(pfn, map.mapcount(pfn) + 1);
        if (map.mapcount(pfn) == 0) {
            memory.countersOf(pfn).mod(NodeStat.NR_MAPPED, 1);
        }
        if ((vma.vmFlags() & (VmFlags.VM_LOCKED | VmFlags.VM_SPECIAL)) == VmFlags.VM_LOCKED) {
            lru.mlock().mlockFolio(pfn);
        }
    }

    private static long protBits(VmArea vma) {
        // The hardware would set the accessed bit; x86 has it in every vm_page_prot.
        return Pte.PRESENT | Pte.USER | Pte.ACCESSED | (vma.hasAnyFlag(VmFlags.VM_EXEC) ? 0 : Pte.NX);
    }

    // ---------------------------------------------------------------- going away

    @Override
    @Models("mm/memory.c: zap_pte_range")
    public void unmap(VmArea vma, long start, long end) {
        lru.drain().drain();
        ptes.forEach(start, end, (addr, pte) -> {
            ptl.lock();
            dropMapping(vma, addr, pte);
            ptes.set(addr, 0);
            ptl.unlock();
            if (isNormalPage(pte)) {
                lru.put(Pte.pfn(pte));
            }
        });
    }

    /** One mapping less; the reference is left to the caller. */
    @Models("mm/rmap.c: folio_remove_rmap_pte")
    private void dropMapping(VmArea vma, long addr, long pte) {
        if (!isNormalPage(pte)) {
            return;
        }
        int pfn = Pte.pfn(pte);
        if ((pte & Pte.DIRTY) != 0 && !isAnon(pfn)) {
            map.addFlags(pfn, PG_DIRTY);
        }
        rssPages--;
        map.setMapcount(pfn, map.mapcount(pfn) - 1);
        if (map.mapcount(pfn) < 0) {
            memory.countersOf(pfn).mod(isAnon(pfn) ? NodeStat.NR_ANON_PAGES : NodeStat.NR_MAPPED, -1);
        }
        if (vma.hasAnyFlag(VmFlags.VM_LOCKED)) {
            lru.mlock().munlockFolio(pfn);
        }
    }

    private boolean isAnon(int pfn) {
        return (map.mapping(pfn) & MAPPING_ANON) != 0;
    }

    // ---------------------------------------------------------------- changes

    @Override
    @Models("mm/mremap.c: move_ptes")
    public void move(VmArea from, long oldAddr, VmArea to, long newAddr, long lenBytes) {
        ptes.forEach(oldAddr, oldAddr + lenBytes, (addr, pte) -> {
            ptl.lock();
            ptes.set(addr, 0);
            ptes.set(addr - oldAddr + newAddr, pte | Pte.SOFT_DIRTY);
            ptl.unlock();
        });
    }

    @Override
    public void flagsChanged(VmArea vma, long start, long end, long oldFlags) {
        long changed = oldFlags ^ vma.vmFlags();
        if ((changed & VmFlags.VM_ACCESS_FLAGS) != 0) {
            changeProtection(vma, start, end);
        }
        if ((changed & VmFlags.VM_LOCKED) != 0) {
            lockPages(vma, start, end);
        }
    }

    /** Rights are taken away at once; a right to write comes back with the next fault. */
    @Models("mm/mprotect.c: change_pte_range")
    private void changeProtection(VmArea vma, long start, long end) {
        boolean writable = vma.hasAnyFlag(VmFlags.VM_WRITE);
        boolean accessible = vma.isAccessible();
        long nx = vma.hasAnyFlag(VmFlags.VM_EXEC) ? 0 : Pte.NX;
        ptes.forEach(start, end, (addr, pte) -> {
            long rights = accessible ? Pte.PRESENT | Pte.USER : Pte.PROTNONE;
            long kept = pte & ~(Pte.PRESENT | Pte.USER | Pte.PROTNONE | Pte.NX | (writable ? 0 : Pte.RW));
            ptes.set(addr, kept | rights | nx);
        });
    }

    /** The area was locked or unlocked: so are the pages that it has. */
    @Models("mm/mlock.c: mlock_vma_pages_range")
    private void lockPages(VmArea vma, long start, long end) {
        boolean locked = vma.hasAnyFlag(VmFlags.VM_LOCKED);
        lru.drain().drain();
        ptl.lock();
        ptes.forEach(start, end, (addr, pte) -> {
            if (!isNormalPage(pte)) {
                return;
            }
            if (locked) {
                lru.mlock().mlockFolio(Pte.pfn(pte));
            } else {
                lru.mlock().munlockFolio(Pte.pfn(pte));
            }
        });
        ptl.unlock();
        memory.kernel().sched().condResched();
        lru.drain().drain();
    }

    // ---------------------------------------------------------------- what can be seen

    @Override
    @Models("fs/proc/task_mmu.c: smaps_account")
    public PageUsage usage(VmArea vma) {
        Account account = new Account();
        ptes.forEach(vma.vmStart(), vma.vmEnd(), (addr, pte) -> {
            if (isNormalPage(pte)) {
                account.add(Pte.pfn(pte), pte);
            }
        });
        return account.usage();
    }

    /** Sums up the pages of an area. */
    private final class Account {
        /** Fractions of a byte that a shared page's part is computed in ({@code PSS_SHIFT}). */
        private static final int PSS_SHIFT = 12;

        private long rss;
        private long pss;
        private long pssDirty;
        private long sharedClean;
        private long sharedDirty;
        private long privateClean;
        private long privateDirty;
        private long referenced;
        private long anonymous;
        private long lazyFree;

        void add(int pfn, long pte) {
            boolean dirty = (pte & Pte.DIRTY) != 0 || map.hasFlag(pfn, PG_DIRTY);
            boolean shared = map.mapcount(pfn) > 0;
            rss += Mman.PAGE_SIZE;
            if (isAnon(pfn)) {
                anonymous += Mman.PAGE_SIZE;
                lazyFree += !map.hasFlag(pfn, PG_SWAPBACKED) && !dirty ? Mman.PAGE_SIZE : 0;
            }
            if ((pte & Pte.ACCESSED) != 0 || map.hasFlag(pfn, PG_REFERENCED)) {
                referenced += Mman.PAGE_SIZE;
            }
            long part = (Mman.PAGE_SIZE << PSS_SHIFT) / (map.mapcount(pfn) + 1);
            pss += part;
            pssDirty += dirty ? part : 0;
            addKind(shared, dirty);
        }

        private void addKind(boolean shared, boolean dirty) {
            if (shared) {
                sharedDirty += dirty ? Mman.PAGE_SIZE : 0;
                sharedClean += dirty ? 0 : Mman.PAGE_SIZE;
            } else {
                privateDirty += dirty ? Mman.PAGE_SIZE : 0;
                privateClean += dirty ? 0 : Mman.PAGE_SIZE;
            }
        }

        PageUsage usage() {
            return new PageUsage(rss, pss >> PSS_SHIFT, pssDirty >> PSS_SHIFT, sharedClean, sharedDirty, privateClean,
                privateDirty, referenced, anonymous, lazyFree);
        }
    }
}
