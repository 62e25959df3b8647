package org.kunitjvm.mm.picture;

import static org.kunitjvm.mm.types.MmConstants.MAX_PAGE_ORDER;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;
import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_ORDER;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.snapshot.Exhibit;
import org.kunitjvm.kernel.snapshot.Exhibit.State;
import org.kunitjvm.kernel.snapshot.Exhibit.Use;
import org.kunitjvm.mm.page.PageFlags;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.PageOwner;
import org.kunitjvm.mm.types.FreeType;
import org.kunitjvm.mm.types.MigrateType;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;

/**
 * Goes through the pageblocks of a zone: neighbours that look the same become one run, the first mixed ones are looked
 * at closely.
 */
final class BlockScan {
    private static final int MAX_RUNS = 1024;
    private static final int MAX_CLOSE_UPS = 12;

    private final Zone zone;
    private final PageMap map;
    private final PageOwner owner;
    private final int since;
    /** Blocks in caches by their first page, with where they are. */
    private final Map<Integer, Cached> cached = new TreeMap<>();
    /** Blocks on free lists that the map of pages does not know, by their first page; largest first. */
    private final NavigableMap<Integer, List<Listed>> listed = new TreeMap<>();
    private final List<Exhibit.Run> runs = new ArrayList<>();
    private final List<Exhibit.CloseUp> closeUps = new ArrayList<>();
    private Exhibit.@Nullable Run open;
    private int newPages;

    private record Cached(int order, String where) {
    }

    private record Listed(int pfn, int order, int type) {
    }

    BlockScan(Zone zone, PageMap map, PageOwner owner, int since) {
        this.zone = zone;
        this.map = map;
        this.owner = owner;
        this.since = since;
    }

    List<Exhibit.Run> runs() {
        return runs;
    }

    List<Exhibit.CloseUp> closeUps() {
        return closeUps;
    }

    /** Pages that the test has, as far as it is remembered. */
    int newPages() {
        return newPages;
    }

    void run() {
        findCached();
        findListed();
        int pfn = zone.startPfn & -PAGEBLOCK_NR_PAGES;
        while (pfn < zone.endPfn()) {
            int order = map.zoneId(pfn) == zone.id ? map.freeBlockOrder(pfn) : -1;
            if (order >= PAGEBLOCK_ORDER) {
                int blocks = 1 << order - PAGEBLOCK_ORDER;
                for (int i = 0; i < blocks; i++) {
                    int at = pfn + (i << PAGEBLOCK_ORDER);
                    add(new Exhibit.Run(at, 1, map.blockType(at), State.MANAGED, PAGEBLOCK_NR_PAGES, 0, order));
                }
                for (int i = 0; i < blocks && isHandedOut(pfn, order); i++) {
                    lookClosely(pfn + (i << PAGEBLOCK_ORDER));
                }
                pfn += blocks << PAGEBLOCK_ORDER;
            } else {
                addMixed(pfn);
                pfn += PAGEBLOCK_NR_PAGES;
            }
        }
        close();
    }

    private void findCached() {
        for (int cpu = 0; cpu < zone.pcp.length; cpu++) {
            for (int index = 0; index < PerCpuPages.NR_PCP_LISTS; index++) {
                int position = 1;
                for (int pfn : zone.pcp[cpu].lists.toArray(index)) {
                    cached.put(pfn, new Cached(PerCpuPages.orderOf(index), "number " + position + " on the "
                        + PerCpuPages.typeOf(index) + " list of order " + PerCpuPages.orderOf(index) + " of CPU "
                        + cpu));
                    position++;
                }
            }
        }
    }

    private void findListed() {
        for (int order = MAX_PAGE_ORDER; order >= 0; order--) {
            for (int type = 0; type < FreeType.NR_FREETYPE_IDXS; type++) {
                int left = (zone.spannedPages >> order) + 1;
                for (int pfn = zone.free.first(order, type); pfn >= 0 && left-- > 0; pfn = zone.free.next(order, pfn)) {
                    if (map.freeBlockOrder(pfn) != order) {
                        listed.computeIfAbsent(pfn, _ -> new ArrayList<>()).add(new Listed(pfn, order, type));
                    }
                }
            }
        }
    }

    /** A block that is free as a whole and yet somebody's: two owners. */
    private boolean isHandedOut(int pfn, int order) {
        for (int page = pfn; page < pfn + (1 << order); page++) {
            if (owner.numberOf(page) != 0) {
                return true;
            }
        }
        return false;
    }

    private void addMixed(int pfn) {
        int type = map.blockType(pfn);
        State state = stateOf(pfn);
        if (state != State.MANAGED || !map.isTouched(pfn)) {
            add(new Exhibit.Run(pfn, 1, type, state, 0, 0, -1));
            return;
        }
        Exhibit.CloseUp closeUp = closeUp(pfn);
        int free = 0;
        int inCaches = 0;
        int mine = 0;
        for (Exhibit.Piece piece : closeUp.pieces()) {
            switch (piece.use()) {
                case FREE -> free += piece.pages();
                case CACHED -> inCaches += piece.pages();
                case NEW, CLASH -> mine += piece.pages();
                case USED, LISTED -> { }
            }
        }
        newPages += mine;
        add(new Exhibit.Run(pfn, 1, type, State.MANAGED, free, inCaches, -1));
        if ((free > 0 || inCaches > 0 || mine > 0) && closeUps.size() < MAX_CLOSE_UPS) {
            closeUps.add(closeUp);
        }
    }

    private void lookClosely(int pfn) {
        Exhibit.CloseUp closeUp = closeUp(pfn);
        newPages += closeUp.pieces().stream().filter(piece -> piece.use() == Use.CLASH).mapToInt(Exhibit.Piece::pages)
            .sum();
        if (closeUps.size() < MAX_CLOSE_UPS) {
            closeUps.add(closeUp);
        }
    }

    private State stateOf(int pfn) {
        if (map.zoneId(pfn) != zone.id) {
            return State.HOLE;
        }
        if (map.isBlockOffline(pfn)) {
            return State.OFFLINE;
        }
        boolean reserved = map.hasFlag(pfn, PageFlags.PG_RESERVED)
            && map.hasFlag(pfn + PAGEBLOCK_NR_PAGES - 1, PageFlags.PG_RESERVED);
        return reserved ? State.RESERVED : State.MANAGED;
    }

    // ---- runs ----

    private void add(Exhibit.Run next) {
        Exhibit.Run last = open;
        if (last != null && last.kind() == next.kind() && last.state() == next.state() && last.free() == next.free()
            && last.cached() == next.cached() && last.order() == next.order()) {
            open = new Exhibit.Run(last.firstPfn(), last.blocks() + 1, last.kind(), last.state(), last.free(),
                last.cached(), last.order());
            return;
        }
        close();
        open = next;
    }

    private void close() {
        Exhibit.Run last = open;
        if (last != null && runs.size() < MAX_RUNS) {
            runs.add(last);
        }
        open = null;
    }

    // ---- close-ups ----

    private Exhibit.CloseUp closeUp(int blockPfn) {
        List<Exhibit.Piece> pieces = new ArrayList<>();
        int end = blockPfn + PAGEBLOCK_NR_PAGES;
        int pfn = blockPfn;
        while (pfn < end) {
            int order = map.freeBlockOrder(pfn);
            if (order >= 0) {
                int behind = Math.min(end, pfn + (1 << order));
                addFree(pfn, behind, order, blockPfn, pieces);
                pfn = behind;
            } else {
                Exhibit.Piece piece = usedAt(pfn, blockPfn, end);
                pieces.add(piece);
                pfn += piece.pages();
            }
        }
        listed.subMap(blockPfn, end).values().forEach(blocks ->
            blocks.forEach(block -> addListed(blockPfn, block, pieces)));
        return new Exhibit.CloseUp(blockPfn, map.blockType(blockPfn), pieces);
    }

    private Exhibit.Piece usedAt(int pfn, int blockPfn, int end) {
        Cached cache = cached.get(pfn);
        if (cache != null) {
            return piece(pfn, Math.min(end, pfn + (1 << cache.order())), Use.CACHED, "", "free, " + cache.where(),
                blockPfn);
        }
        int number = owner.numberOf(pfn);
        int behind = pfn + 1;
        while (behind < end && owner.numberOf(behind) == number && map.freeBlockOrder(behind) < 0
            && !cached.containsKey(behind)) {
            behind++;
        }
        if (number == 0) {
            return piece(pfn, behind, Use.USED, "", map.hasFlag(pfn, PageFlags.PG_RESERVED) ? "reserved"
                : "in use, nobody remembered by whom", blockPfn);
        }
        return piece(pfn, behind, number > since ? Use.NEW : Use.USED, "", owner.describe(pfn), blockPfn);
    }

    /** A free block; if pages of it are somebody's, it is in parts. */
    private void addFree(int pfn, int behind, int order, int blockPfn, List<Exhibit.Piece> pieces) {
        String free = "free, order " + order + " " + MigrateType.migratetypeName(map.blockType(pfn));
        int at = pfn;
        while (at < behind) {
            int number = owner.numberOf(at);
            int next = at + 1;
            while (next < behind && owner.numberOf(next) == number) {
                next++;
            }
            if (number == 0) {
                pieces.add(piece(at, next, Use.FREE, Integer.toString(order), free, blockPfn));
            } else {
                pieces.add(piece(at, next, Use.CLASH, "!", free + ", and yet " + owner.describe(at), blockPfn));
            }
            at = next;
        }
    }

    private void addListed(int blockPfn, Listed block, List<Exhibit.Piece> pieces) {
        int behind = Math.min(blockPfn + PAGEBLOCK_NR_PAGES, block.pfn() + (1 << block.order()));
        pieces.add(piece(block.pfn(), behind, Use.LISTED, Integer.toString(block.order()),
            "on the list of order " + block.order() + " " + MigrateType.migratetypeName(block.type())
            + ", which the map of pages does not know", blockPfn));
    }

    private static Exhibit.Piece piece(int pfn, int behind, Use use, String label, String what, int blockPfn) {
        String pages = behind - pfn == 1 ? "page" : "pages";
        return new Exhibit.Piece(pfn - blockPfn, behind - pfn, use, label,
            String.format(Locale.ROOT, "pfn %#x, %d %s: %s", pfn, behind - pfn, pages, what));
    }
}
