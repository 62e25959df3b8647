package org.kunitjvm.mm.alloc;

import java.util.SplittableRandom;

import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.kernel.printk.LogLevel;
import org.kunitjvm.kernel.printk.Printk;

/**
 * When to fail on purpose, and how often. Models lib/fault-inject.c: struct fault_attr, should_fail.
 *
 * <p>The chance is drawn from the kernel's seed, so a run with injected faults replays.
 */
public final class FaultAttr {
    private static final int WITHOUT_END = -1;

    private final String name;
    private final Printk log;
    private final SplittableRandom random;
    private long interval = 1;
    private long probability;
    private long space;
    private long times = 1;
    private long counted;

    /** Nothing fails until {@link #parse} or {@link #set} says so. */
    public FaultAttr(String name, Printk log, long seed) {
        this.name = name;
        this.log = log;
        this.random = new SplittableRandom(seed);
    }

    /**
     * Read {@code interval,probability,space,times}, as the boot parameter of this name has it.
     *
     * @throws KernelParamException if the text is anything else
     */
    public void parse(String text) {
        String[] words = text.split(",", -1);
        try {
            if (words.length != 4) {
                throw new NumberFormatException();
            }
            set(Long.parseLong(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3]));
        } catch (NumberFormatException e) {
            throw new KernelParamException(name + "=" + text
                + ": want four numbers, <interval>,<probability>,<space>,<times>, such as " + name + "=1,100,0,-1");
        }
    }

    /**
     * Fail {@code newProbability} percent of every {@code newInterval}-th request once {@code newSpace} is used up,
     * {@code newTimes} times.
     */
    public void set(long newInterval, long newProbability, long newSpace, long newTimes) {
        interval = newInterval;
        probability = newProbability;
        space = newSpace;
        times = newTimes;
    }

    /** How often it may still fail; -1 for ever. */
    public long times() {
        return times;
    }

    /**
     * Whether a request of this size fails; the size is charged against the space first.
     *
     * @param quiet whether the caller wants no report ({@code __GFP_NOWARN})
     */
    public boolean shouldFail(long size, boolean quiet) {
        if (probability == 0 || times == 0) {
            return false;
        }
        if (space > size) {
            space -= size;
            return false;
        }
        if (interval > 1 && ++counted % interval != 0) {
            return false;
        }
        if (probability <= random.nextInt(100)) {
            return false;
        }
        if (!quiet) {
            report();
        }
        if (times != WITHOUT_END) {
            times--;
        }
        return true;
    }

    private void report() {
        log.print(LogLevel.NOTICE, "FAULT_INJECTION: forcing a failure.\nname " + name + ", interval " + interval
            + ", probability " + probability + ", space " + space + ", times " + times);
    }
}
