package org.kunitjvm.kernel.sched;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Every address space of one kernel, and the parts of the kernel that want to know when one comes or goes.
 * Models kernel/fork.c: mm_alloc, __mmput, __mmdrop.
 */
public final class MmTable {
    private final List<MmStruct> live = new ArrayList<>();
    private final List<Consumer<MmStruct>> onInit = new ArrayList<>();
    private final List<Consumer<MmStruct>> onExit = new ArrayList<>();
    private final List<Consumer<MmStruct>> onExitLast = new ArrayList<>();
    private final List<Consumer<MmStruct>> onFree = new ArrayList<>();
    private final Scheduler scheduler;
    private int nextId = 1;

    MmTable(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Make an address space with one user ({@code mm_alloc}). */
    public MmStruct alloc() {
        Task current = scheduler.current();
        MmStruct mm = new MmStruct(nextId++, current.comm() + "/" + current.pid(), this);
        live.add(mm);
        onInit.forEach(hook -> hook.accept(mm));
        return mm;
    }

    /** Call {@code hook} for each new address space, in order of registration. */
    public void onInit(Consumer<MmStruct> hook) {
        onInit.add(hook);
    }

    /** Call {@code hook} when the last user of an address space is gone. */
    public void onExit(Consumer<MmStruct> hook) {
        onExit.add(hook);
    }

    /**
     * As {@link #onExit}, but after all of those: for what the others still need while they tear down, such as page
     * tables.
     */
    public void onExitLast(Consumer<MmStruct> hook) {
        onExitLast.add(hook);
    }

    /** Call {@code hook} when the last reference to the struct is gone. */
    public void onFree(Consumer<MmStruct> hook) {
        onFree.add(hook);
    }

    /** The address spaces whose struct is not freed, oldest first. */
    public List<MmStruct> live() {
        return List.copyOf(live);
    }

    void exitMmap(MmStruct mm) {
        onExit.forEach(hook -> hook.accept(mm));
        onExitLast.forEach(hook -> hook.accept(mm));
    }

    void free(MmStruct mm) {
        onFree.forEach(hook -> hook.accept(mm));
        live.remove(mm);
    }
}
