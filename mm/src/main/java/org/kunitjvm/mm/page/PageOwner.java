package org.kunitjvm.mm.page;

import static org.kunitjvm.mm.types.MmConstants.PAGES_PER_SECTION;
import static org.kunitjvm.mm.types.MmConstants.PFN_SECTION_SHIFT;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.sched.Scheduler;
import org.kunitjvm.kernel.sched.Task;
import org.kunitjvm.mm.types.GfpText;

/**
 * Remembers who allocated each page: task, order, gfp mask and, for the first allocations after {@link #nextEpoch},
 * where in the code. Models mm/page_owner.c.
 *
 * <p>Every allocation gets a number; the pages of a block carry it until they are freed, so that a block that is split
 * and freed in parts is still accounted for page by page. Record of a page, in an {@code int[]} per section made on
 * first use:
 * <pre>
 *   word  holds
 *   0     number of the allocation, 0 if the page is free
 *   1     gfp mask        (first page only)
 *   2     order           (first page only)
 *   3     owner number    (first page only)
 *   16 bytes per page of a section in which something was allocated while this was on
 * </pre>
 */
public final class PageOwner {
    private static final int WORDS_SHIFT = 2;
    private static final int GFP = 1;
    private static final int ORDER = 2;
    private static final int OWNER = 3;
    private static final int SECTION_MASK = PAGES_PER_SECTION - 1;
    /** Walking the stack costs about as much as a hundred allocations. */
    private static final int STACKS_PER_EPOCH = 200;
    private static final int FRAMES = 3;

    private final Scheduler sched;
    private int[] @Nullable [] sections = new int[0][];
    private final List<String> owners = new ArrayList<>();
    private @Nullable Task lastTask;
    private int lastOwner;
    private int sequence;
    private int stacksLeft;
    /**
     * A leaked block.
     *
     * @param pfn first page
     * @param nrPages pages that are still out
     * @param sequence number of the allocation
     * @param text one line that says all
     */
    public record Block(int pfn, int nrPages, int sequence, String text) {
    }

    /** Nobody owns anything. */
    public PageOwner(Scheduler sched) {
        this.sched = sched;
    }

    /** Number of the latest allocation; later ones have larger numbers. */
    public int sequence() {
        return sequence;
    }

    /** A new test begins: record where its first allocations come from. */
    public void nextEpoch() {
        stacksLeft = STACKS_PER_EPOCH;
    }

    /** A block was handed out ({@code set_page_owner}). */
    public void set(int pfn, int order, int gfp) {
        int number = ++sequence;
        int[] section = sectionOf(pfn);
        int at = (pfn & SECTION_MASK) << WORDS_SHIFT;
        section[at + GFP] = gfp;
        section[at + ORDER] = order;
        section[at + OWNER] = owner();
        for (int end = at + (1 << order + WORDS_SHIFT); at < end; at += 1 << WORDS_SHIFT) {
            section[at] = number;
        }
    }

    /** A block came back ({@code reset_page_owner}). */
    public void reset(int pfn, int order) {
        int index = pfn >>> PFN_SECTION_SHIFT;
        int[] section = index < sections.length ? sections[index] : null;
        if (section != null) {
            int at = (pfn & SECTION_MASK) << WORDS_SHIFT;
            for (int end = at + (1 << order + WORDS_SHIFT); at < end; at += 1 << WORDS_SHIFT) {
                section[at] = 0;
            }
        }
    }

    private int[] sectionOf(int pfn) {
        int index = pfn >>> PFN_SECTION_SHIFT;
        if (index >= sections.length) {
            sections = java.util.Arrays.copyOf(sections, index + 1);
        }
        int[] section = sections[index];
        if (section == null) {
            section = new int[PAGES_PER_SECTION << WORDS_SHIFT];
            sections[index] = section;
        }
        return section;
    }

    private int owner() {
        Task me = sched.current();
        if (stacksLeft > 0) {
            stacksLeft--;
            owners.add(describe(me) + " at " + callers());
            lastTask = null;
            return owners.size();
        }
        if (me != lastTask) {
            owners.add(describe(me));
            lastTask = me;
            lastOwner = owners.size();
        }
        return lastOwner;
    }

    private static String describe(Task task) {
        return task.comm() + "/" + task.pid();
    }

    private static String callers() {
        return StackWalker.getInstance().walk(frames -> frames.filter(PageOwner::isCaller).limit(FRAMES)
            .map(frame -> frame.getClassName().substring(frame.getClassName().lastIndexOf('.') + 1) + "."
            + frame.getMethodName() + ":"
                + frame.getLineNumber())
            .collect(Collectors.joining(" < ")));
    }

    /** Not the allocator itself. */
    private static boolean isCaller(StackWalker.StackFrame frame) {
        String name = frame.getClassName();
        return !name.startsWith("org.kunitjvm.mm.alloc.") && !name.startsWith("org.kunitjvm.mm.page.")
            && !name.equals("org.kunitjvm.mm.Mm");
    }

    /** Number of the allocation that a page belongs to, 0 if nobody has it or nobody remembered. */
    public int numberOf(int pfn) {
        int index = pfn >>> PFN_SECTION_SHIFT;
        int[] section = index < sections.length ? sections[index] : null;
        return section == null ? 0 : section[(pfn & SECTION_MASK) << WORDS_SHIFT];
    }

    /** One line about the allocation that a page belongs to; its number must not be 0. */
    public String describe(int pfn) {
        int number = numberOf(pfn);
        int first = pfn;
        while ((first & SECTION_MASK) != 0 && numberOf(first - 1) == number) {
            first--;
        }
        int behind = pfn + 1;
        while ((behind & SECTION_MASK) != 0 && numberOf(behind) == number) {
            behind++;
        }
        int[] section = sectionOf(pfn);
        return block(section, first, behind - first).text();
    }

    /** The blocks that were allocated after number {@code since} and did not come back, in order of their frames. */
    public List<Block> outSince(int since) {
        List<Block> out = new ArrayList<>();
        for (int index = 0; index < sections.length; index++) {
            int[] section = sections[index];
            if (section == null) {
                continue;
            }
            int page = 0;
            while (page < PAGES_PER_SECTION) {
                int number = section[page << WORDS_SHIFT];
                int first = page++;
                if (number > since) {
                    while (page < PAGES_PER_SECTION && section[page << WORDS_SHIFT] == number) {
                        page++;
                    }
                    out.add(block(section, (index << PFN_SECTION_SHIFT) + first, page - first));
                }
            }
        }
        return out;
    }

    private Block block(int[] section, int pfn, int nrPages) {
        int at = (pfn & SECTION_MASK) << WORDS_SHIFT;
        int number = section[at];
        int order = section[at + ORDER];
        String text;
        if (nrPages == 1 << order && section[at + OWNER] > 0) {
            text = String.format(Locale.ROOT, "pfn %#x order %d %s allocated by %s (allocation %d)", pfn, order,
                GfpText.printk(section[at + GFP]), owners.get(section[at + OWNER] - 1), number);
        } else {
            text = String.format(Locale.ROOT, "pfn %#x: %d pages of a larger block (allocation %d)", pfn, nrPages,
                number);
        }
        return new Block(pfn, nrPages, number, text);
    }
}
