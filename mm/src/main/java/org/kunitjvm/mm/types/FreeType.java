package org.kunitjvm.mm.types;

import static org.kunitjvm.mm.types.MigrateType.MIGRATE_TYPES;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_UNMOVABLE;

import org.kunitjvm.kernel.bug.KernelBug;

/**
 * What the free pages of a pageblock are good for: a migrate type, and whether the direct map has them. Models
 * {@code freetype_t} of the mermap series.
 *
 * <p>Free lists and pageblocks are indexed by {@link #freetypeIdx}: a migrate type stands for itself, mapped, and
 * {@link #UNMAPPED_IDX} for unmovable pages that the direct map does not have. Other combinations do not exist.
 *
 * @param migratetype the migrate type
 * @param flags {@link #FREETYPE_UNMAPPED} or 0
 */
public record FreeType(int migratetype, int flags) {
    /** The direct map does not have the pages. */
    public static final int FREETYPE_UNMAPPED = 1;
    /** Number of combinations of flags. */
    public static final int NR_FREETYPE_FLAGS = 2;
    /** Index of unmovable pages that the direct map does not have. */
    public static final int UNMAPPED_IDX = MIGRATE_TYPES;
    /** Number of indices. */
    public static final int NR_FREETYPE_IDXS = MIGRATE_TYPES + 1;

    /** Index of a combination, or -1 if it does not exist ({@code freetype_idx}). */
    public static int freetypeIdx(int migratetype, int flags) {
        if (flags == 0) {
            return migratetype;
        }
        return flags == FREETYPE_UNMAPPED && migratetype == MIGRATE_UNMOVABLE ? UNMAPPED_IDX : -1;
    }

    /** The combination that has this index ({@code freetype_from_idx}). */
    public static FreeType freetypeFromIdx(int idx) {
        if (idx < 0 || idx >= NR_FREETYPE_IDXS) {
            throw new KernelBug("there is no freetype with index %d", idx);
        }
        return new FreeType(migratetypeOf(idx), isUnmapped(idx) ? FREETYPE_UNMAPPED : 0);
    }

    /** The migrate type of an index. */
    public static int migratetypeOf(int idx) {
        return idx == UNMAPPED_IDX ? MIGRATE_UNMOVABLE : idx;
    }

    /** Whether the direct map does not have pages of this index. */
    public static boolean isUnmapped(int idx) {
        return idx == UNMAPPED_IDX;
    }
}
