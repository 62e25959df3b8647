package org.kunitjvm.mm.picture;

import static org.kunitjvm.mm.types.MmConstants.PAGEBLOCK_NR_PAGES;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.kunitjvm.kernel.snapshot.Exhibit;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.page.PageOwner;
import org.kunitjvm.mm.types.FreeType;
import org.kunitjvm.mm.types.MigrateType;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneChecker;
import org.kunitjvm.mm.zone.ZoneStat;

/** Everything there is to see of one zone. */
public final class ZonePicture {
    /** Stand for the types in the order of their indices. */
    private static final String[] LETTERS = {"U", "M", "R", "H", "C", "I", "x"};

    private final String label;
    private final Zone zone;
    private final BlockScan scan;
    private final PageMap map;

    private ZonePicture(String label, Zone zone, PageMap map, PageOwner owner, int since) {
        this.label = label;
        this.zone = zone;
        this.map = map;
        this.scan = new BlockScan(zone, map, owner, since);
    }

    /**
     * Look at a zone.
     *
     * @param label the zone's name for a reader
     * @param since number of the last allocation before the test began: what was allocated later is shown as new
     */
    public static ZonePicture of(String label, Zone zone, PageMap map, PageOwner owner, int since) {
        ZonePicture picture = new ZonePicture(label, zone, map, owner, since);
        picture.scan.run();
        return picture;
    }

    /** Whether the test has pages of this zone, or something is wrong with it: a reader wants to see it first. */
    public boolean isInteresting() {
        return scan.newPages() > 0 || !problems().isEmpty();
    }

    /** Everything about the zone, behind its name. */
    public Exhibit exhibit(boolean open) {
        List<Exhibit> exhibits = new ArrayList<>();
        List<String> problems = problems();
        if (!problems.isEmpty()) {
            exhibits.add(new Exhibit.Text("What does not agree", true, problems));
        }
        exhibits.add(new Exhibit.BlockMap("Pageblocks", true, summary(), PAGEBLOCK_NR_PAGES, kinds(), scan.runs(),
            scan.closeUps()));
        exhibits.add(ListTables.freeLists(zone));
        exhibits.add(ListTables.cpuLists(zone));
        return new Exhibit.Group(label, open, exhibits);
    }

    private List<String> problems() {
        // Somebody may be just about to change a list; that is no fault.
        String prefix = zone + ": ";
        return ZoneChecker.check(zone, map).stream().filter(line -> !line.endsWith("is still locked"))
            .map(line -> line.startsWith(prefix) ? line.substring(prefix.length()) : line).toList();
    }

    private String summary() {
        return String.format(Locale.ROOT,
            "pfn %#x to %#x, %,d pages managed, %,d free, %,d in caches of CPUs, %,d allocated since the "
            + "case began; watermarks min %,d low %,d high %,d", zone.startPfn, zone.endPfn(), zone.managedPages,
            zone.counters.exact(ZoneStat.NR_FREE_PAGES), zone.pcpPages(), scan.newPages(), zone.mark(Zone.WMARK_MIN),
            zone.mark(Zone.WMARK_LOW), zone.mark(Zone.WMARK_HIGH));
    }

    private static List<Exhibit.Kind> kinds() {
        List<Exhibit.Kind> kinds = new ArrayList<>();
        for (int type = 0; type < FreeType.NR_FREETYPE_IDXS; type++) {
            kinds.add(new Exhibit.Kind(LETTERS[type], MigrateType.migratetypeName(type)));
        }
        return kinds;
    }
}
