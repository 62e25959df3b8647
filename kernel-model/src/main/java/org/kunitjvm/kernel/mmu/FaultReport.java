package org.kunitjvm.kernel.mmu;

import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.sched.Task;

/**
 * Writes what is printed when an access goes wrong: first what Linux would print for a page fault, where it would
 * notice, then both sides: what the TLB had, what the page table says, and who changed it last.
 */
final class FaultReport {
    private static final int WRITE_BIT = 2;

    private final StringBuilder out = new StringBuilder();

    /** An access that the hardware refuses ({@code show_fault_oops}). */
    static FaultReport pageFault(long vaddr, boolean write, long entry, String walk) {
        FaultReport report = new FaultReport();
        boolean present = Pte.isHardwarePresent(entry);
        report.line("BUG: unable to handle page fault for address: %016x", vaddr);
        report.line("#PF: supervisor %s access in kernel mode", write ? "write" : "read");
        report.line("#PF: error_code(0x%04x) - %s", (present ? 1 : 0) | (write ? WRITE_BIT : 0),
            present ? "permissions violation" : "not-present page");
        report.line("%s", walk);
        return report;
    }

    /** An access that the hardware lets through and that must not be. */
    static FaultReport silent(String what, long vaddr, boolean write, Task task) {
        FaultReport report = new FaultReport();
        report.line("BUG: %s: %s of %016x by %s/%d on CPU %d", what, write ? "write" : "read", vaddr, task.comm(),
            task.pid(), task.cpu());
        return report;
    }

    /** An address with no meaning. */
    static FaultReport nonCanonical(long vaddr) {
        FaultReport report = new FaultReport();
        report.line("general protection fault, probably for non-canonical address 0x%x", vaddr);
        return report;
    }

    FaultReport line(String format, Object... args) {
        out.append(out.isEmpty() ? "" : "\n").append(String.format(Locale.ROOT, format, args));
        return this;
    }

    FaultReport tlbSide(CpuTlb cpu, int slot) {
        if (slot == Tlb.MISS) {
            return line("  TLB of CPU %d: no entry%s", cpu.cpu, lastFlush(cpu));
        }
        Task filler = cpu.tlb.filler(slot);
        return line("  TLB of CPU %d: %s, filled by %s at %d ns%s", cpu.cpu, Pte.describe(cpu.tlb.pte(slot)),
            filler == null ? "?" : filler.comm() + "/" + filler.pid(), cpu.tlb.fillNs(slot), lastFlush(cpu));
    }

    private static String lastFlush(CpuTlb cpu) {
        return cpu.lastFlushNs < 0 ? ", never flushed" : ", last flush at " + cpu.lastFlushNs + " ns";
    }

    FaultReport tableSide(PageTable tables, long entry, @Nullable String lastChange) {
        line("  page table of %s: %s", tables, Pte.describe(entry));
        return line("  last change: %s", lastChange == null ? "none is remembered" : lastChange);
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
