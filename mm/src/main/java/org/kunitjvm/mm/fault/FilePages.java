package org.kunitjvm.mm.fault;

import static org.kunitjvm.mm.page.PageFlags.PG_DIRTY;
import static org.kunitjvm.mm.page.PageFlags.PG_SWAPBACKED;
import static org.kunitjvm.mm.page.PageFlags.PG_UPTODATE;
import static org.kunitjvm.mm.types.MmConstants.NO_PFN;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeMap;

import org.kunitjvm.mm.lru.Lru;
import org.kunitjvm.mm.node.NodeCounters;
import org.kunitjvm.mm.node.NodeStat;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.vma.VmFile;
import org.kunitjvm.mm.vma.VmFile.Mode;

/**
 * The page cache: which pages of which files are in memory. It holds one reference to each of its pages. A file's pages
 * leave it when nobody has the file open or mapped any more. Models mm/filemap.c and mm/shmem.c as far as mappings need
 * them.
 */
public final class FilePages {
    private final Frames frames;
    private final Lru lru;
    private final PageMap map;
    private final java.util.function.IntFunction<NodeCounters> countersOf;
    // By identity, and never walked: the order of a hash cannot be seen.
    private final Map<VmFile, Mapping> mappings = new IdentityHashMap<>();
    private int nextHandle = 4;

    /** One file's pages by page number, and the handle that the pages carry as their mapping. */
    private record Mapping(int handle, TreeMap<Long, Integer> pages) {
    }

    FilePages(Frames frames, Lru lru, PageMap map, java.util.function.IntFunction<NodeCounters> countersOf) {
        this.frames = frames;
        this.lru = lru;
        this.map = map;
        this.countersOf = countersOf;
    }

    /**
     * The page with contents of {@code file} at page {@code index}; brought in if it is not there, -1 if there is no
     * memory.
     */
    int get(VmFile file, long index) {
        Mapping mapping = mappings.get(file);
        if (mapping == null) {
            mapping = new Mapping(nextHandle, new TreeMap<>());
            nextHandle += 4;
            mappings.put(file, mapping);
            file.onRelease(() -> truncate(file));
        }
        Integer present = mapping.pages.get(index);
        if (present != null) {
            return present;
        }
        int pfn = frames.allocUserPage();
        if (pfn >= 0) {
            // Somebody else may have brought it in while this task waited for memory.
            Integer other = mapping.pages.putIfAbsent(index, pfn);
            if (other != null) {
                lru.put(pfn);
                return other;
            }
            addToCache(file, mapping, pfn, index);
        }
        return pfn < 0 ? NO_PFN : pfn;
    }

    private void addToCache(VmFile file, Mapping mapping, int pfn, long index) {
        map.addFlags(pfn, PG_UPTODATE | (isShmem(file) ? PG_SWAPBACKED | PG_DIRTY : 0));
        map.setMapping(pfn, mapping.handle);
        map.setIndex(pfn, (int) index);
        count(file, pfn, 1);
        lru.batches().addLru(pfn);
    }

    private void count(VmFile file, int pfn, int delta) {
        NodeCounters counters = countersOf.apply(pfn);
        counters.mod(NodeStat.NR_FILE_PAGES, delta);
        if (isShmem(file)) {
            counters.mod(NodeStat.NR_SHMEM, delta);
        }
    }

    private static boolean isShmem(VmFile file) {
        return file.has(Mode.SHMEM) || file.has(Mode.ANON_SHMEM);
    }

    /** How many pages of a file are in memory. */
    public int nrPages(VmFile file) {
        Mapping mapping = mappings.get(file);
        return mapping == null ? 0 : mapping.pages.size();
    }

    /** Throw away all pages of a file that nobody maps ({@code truncate_inode_pages}). */
    public void truncate(VmFile file) {
        Mapping mapping = mappings.remove(file);
        if (mapping == null) {
            return;
        }
        mapping.pages.values().forEach(pfn -> {
            count(file, pfn, -1);
            map.clearFlags(pfn, PG_DIRTY);
            map.setMapping(pfn, 0);
            lru.put(pfn);
        });
    }
}
