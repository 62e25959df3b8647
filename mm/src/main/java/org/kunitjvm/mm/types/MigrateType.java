package org.kunitjvm.mm.types;

/**
 * Migrate types: what kind of pages a pageblock is for. Models include/linux/mmzone.h: enum migratetype.
 *
 * <p>Inside the model the numbers are always those of a kernel with CONFIG_CMA. A kernel without it has no CMA type and
 * its MIGRATE_ISOLATE is 4: {@link #numberWithoutCma} and {@link #ofNumberWithoutCma} translate where numbers are shown
 * or read.
 */
public final class MigrateType {
    /** Cannot be moved: kernel data. */
    public static final int MIGRATE_UNMOVABLE = 0;
    /** Can be moved: page cache, anonymous memory. */
    public static final int MIGRATE_MOVABLE = 1;
    /** Cannot be moved but can be given back: inode and dentry caches. */
    public static final int MIGRATE_RECLAIMABLE = 2;
    /** Number of types that have per-CPU lists; also the number of {@link #MIGRATE_HIGHATOMIC}. */
    public static final int MIGRATE_PCPTYPES = 3;
    /** Reserve for atomic requests of order above 0. */
    public static final int MIGRATE_HIGHATOMIC = MIGRATE_PCPTYPES;
    /** Contiguous memory allocator: only movable pages may use it meanwhile. */
    public static final int MIGRATE_CMA = 4;
    /** Nothing is allocated from here. */
    public static final int MIGRATE_ISOLATE = 5;
    /** Number of types. */
    public static final int MIGRATE_TYPES = 6;

    private static final String[] NAMES = {"Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate",
        "Unmapped"};

    private MigrateType() {
    }

    /** Name as /proc/pagetypeinfo shows it; a name for messages for {@link FreeType#UNMAPPED_IDX}. */
    public static String migratetypeName(int type) {
        return NAMES[type];
    }

    /** Whether blocks of this type may be merged with blocks of another one ({@code migratetype_is_mergeable}). */
    public static boolean isMergeable(int type) {
        return type < MIGRATE_PCPTYPES;
    }

    /** Whether pages of this type can be moved ({@code is_migrate_movable}). */
    public static boolean isMovable(int type) {
        return type == MIGRATE_MOVABLE || type == MIGRATE_CMA;
    }

    /** The number that a kernel without CONFIG_CMA gives to {@code type}. */
    public static int numberWithoutCma(int type) {
        if (type == MIGRATE_CMA) {
            throw new IllegalArgumentException("MIGRATE_CMA does not exist without CONFIG_CMA");
        }
        return type == MIGRATE_ISOLATE ? MIGRATE_CMA : type;
    }

    /** The type that has this number in a kernel without CONFIG_CMA. */
    public static int ofNumberWithoutCma(int number) {
        return number == MIGRATE_CMA ? MIGRATE_ISOLATE : number;
    }
}
