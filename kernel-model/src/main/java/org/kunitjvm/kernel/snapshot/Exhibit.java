package org.kunitjvm.kernel.snapshot;

import java.util.List;

/** One thing to see in a {@link Snapshot}. Everything in it is bounded by whoever made it. */
public sealed interface Exhibit {
    /** A few words above it. */
    String title();

    /** Whether it stands open, or behind its title because only some readers want it. */
    boolean open();

    /** Several exhibits that belong together. */
    record Group(String title, boolean open, List<Exhibit> exhibits) implements Exhibit {
        /** Copy. */
        public Group {
            exhibits = List.copyOf(exhibits);
        }
    }

    /** Lines of text. */
    record Text(String title, boolean open, List<String> lines) implements Exhibit {
        /** Copy. */
        public Text {
            lines = List.copyOf(lines);
        }
    }

    /**
     * A table.
     *
     * @param note one sentence below the title; may be empty
     * @param columns headings; the first column holds names, the others numbers or texts
     * @param rows cells, as many in each row as there are columns; an empty cell stands for nothing
     */
    record Table(String title, boolean open, String note, List<String> columns, List<List<Cell>> rows)
        implements Exhibit {
        /** Copy. */
        public Table {
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
        }
    }

    /**
     * A cell of a table.
     *
     * @param detail what a reader who points at it gets to know; may be empty
     */
    record Cell(String text, String detail) {
        /** A cell without details. */
        public static Cell of(String text) {
            return new Cell(text, "");
        }
    }

    /**
     * Memory, block by block in the order of addresses.
     *
     * @param note one sentence below the title; may be empty
     * @param blockPages pages of one block, a power of two
     * @param kinds what a block can be for; at most eight
     * @param runs all blocks; neighbours that look the same are one run
     * @param closeUps blocks that are neither wholly free nor wholly used, page by page; the first few of them
     */
    record BlockMap(String title, boolean open, String note, int blockPages, List<Kind> kinds, List<Run> runs,
        List<CloseUp> closeUps) implements Exhibit {
        /** Copy. */
        public BlockMap {
            kinds = List.copyOf(kinds);
            runs = List.copyOf(runs);
            closeUps = List.copyOf(closeUps);
        }
    }

    /**
     * What a block of a {@link BlockMap} is for.
     *
     * @param letter stands for it where there is no room for the name
     */
    record Kind(String letter, String name) {
    }

    /** What is true of all pages of a block. */
    enum State {
        /** The allocator has it. */
        MANAGED,
        /** It belongs to somebody else for ever. */
        RESERVED,
        /** It was taken away. */
        OFFLINE,
        /** There is no memory. */
        HOLE
    }

    /**
     * Neighbouring blocks that look the same.
     *
     * @param firstPfn first page frame
     * @param blocks how many
     * @param kind index of the kind
     * @param free free pages in each block
     * @param cached pages of each block in the caches of CPUs
     * @param order order of the free block that each of them is or is part of; -1 if they are not free as a whole
     */
    record Run(long firstPfn, int blocks, int kind, State state, int free, int cached, int order) {
    }

    /**
     * One block, page by page.
     *
     * @param kind index of the kind
     * @param pieces all of it in the order of addresses, then what is {@link Use#LISTED}
     */
    record CloseUp(long firstPfn, int kind, List<Piece> pieces) {
        /** Copy. */
        public CloseUp {
            pieces = List.copyOf(pieces);
        }
    }

    /** What the pages of a {@link Piece} are. */
    enum Use {
        /** A block on a free list. */
        FREE,
        /** In the cache of a CPU. */
        CACHED,
        /** Somebody has them. */
        USED,
        /** Somebody has got them since the test began. */
        NEW,
        /** On a free list, and somebody has them: the allocator is broken. */
        CLASH,
        /** On a free list, but not where the map of pages has a free block: drawn as an outline over the others. */
        LISTED
    }

    /**
     * Pages side by side that belong together.
     *
     * @param label what stands in it if there is room: the order of a free block; may be empty
     * @param firstPage number of the first page in its block
     * @param pages how many
     * @param detail order, list, owner: for a reader who points at it
     */
    record Piece(int firstPage, int pages, Use use, String label, String detail) {
    }

    /**
     * Who ran when.
     *
     * @param note one sentence below the title; may be empty
     * @param lanes those who ran
     * @param stretches what they did, in the order of time
     */
    record Timeline(String title, boolean open, String note, List<Lane> lanes, List<Stretch> stretches)
        implements Exhibit {
        /** Copy. */
        public Timeline {
            lanes = List.copyOf(lanes);
            stretches = List.copyOf(stretches);
        }
    }

    /**
     * One who ran.
     *
     * @param cpu the CPU it was on last
     */
    record Lane(String name, int cpu, String state) {
    }

    /**
     * A time in which nobody else ran.
     *
     * @param lane index of who ran
     * @param cpu the CPU it ran on
     * @param why the decision at its end: why somebody else came next; empty at the end of the picture
     * @param marks what it did meanwhile that others could see
     */
    record Stretch(int lane, int cpu, long fromNs, long toNs, String why, List<String> marks) {
        /** Copy. */
        public Stretch {
            marks = List.copyOf(marks);
        }
    }
}
