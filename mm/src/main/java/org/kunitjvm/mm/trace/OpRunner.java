package org.kunitjvm.mm.trace;

import static org.kunitjvm.mm.page.PageFlags.MODEL_MOVABLE_OPS;
import static org.kunitjvm.mm.page.PageFlags.PG_LRU;
import static org.kunitjvm.mm.types.MigrateType.MIGRATE_MOVABLE;
import static org.kunitjvm.mm.types.MmConstants.PAGE_SHIFT;

import java.util.Arrays;
import java.util.List;

import org.kunitjvm.kernel.errno.ErrnoException;
import org.kunitjvm.mm.alloc.AllocRequest;
import org.kunitjvm.mm.page.PageMap;
import org.kunitjvm.mm.zone.PerCpuPages;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneStat;

/** Performs the operations of a recording and compares their results and state columns. */
final class OpRunner {
    /** The node that recordings are about. */
    private static final int NID = 1;

    private final ReplayMachine machine;
    private final PageMap map;
    private final List<Zone> zones;
    private final RecordedMigrations migrations;
    private int[] frames = new int[64];
    private long rc;
    private boolean interruptsWereOn;

    OpRunner(ReplayMachine machine, List<Zone> zones) {
        this.machine = machine;
        this.map = machine.map;
        this.zones = zones;
        this.migrations = new RecordedMigrations(map);
        machine.contig.setMigrator(migrations);
    }

    void perform(TraceOp op, Differences out) {
        machine.runOn(op.cpu);
        switch (op.kind) {
            case 'A', 'L' -> alloc(op, out);
            case 'F' -> free(op);
            case 'D' -> zones.forEach(machine.allocator::drainLocalPages);
            case 'd' -> machine.allocator.drainAllPages(zones.get(0));
            case 'B' -> bulk(op, out);
            case 'G' -> batch(op);
            case 'P' -> machine.allocator.folioPut((int) op.pfn);
            case 'N' -> machine.allocator.getPage((int) op.pfn);
            case 'S' -> machine.exact.splitPage((int) op.pfn, op.order);
            case 'X' -> out.check("pfn", op.pfn, machine.exact.allocPagesExact(NID, (long) op.order << PAGE_SHIFT,
                op.gfp));
            case 'Y' -> machine.exact.freePagesExact((int) op.pfn, (long) op.order << PAGE_SHIFT);
            case 'V' -> vmstat(op, out);
            case 'W' -> map.addFlags((int) op.pfn, MODEL_MOVABLE_OPS);
            case 'w' -> map.clearFlags((int) op.pfn, MODEL_MOVABLE_OPS);
            case 'I' -> rc = isolate(op);
            case 'U' -> undo(op);
            case 'K' -> rc = contig(op);
            case 'k' -> machine.contig.freeContigRange((int) op.pfn, op.order);
            case 'Q' -> search(op, out);
            default -> throw new TraceFormatException(op.line, "there is no operation '" + op.kind + "'");
        }
        state(op, out);
    }

    /** Whether anything changed is recorded, and other zones of the booted kernel may have been what changed. */
    private void vmstat(TraceOp op, Differences out) {
        boolean changed = machine.vmstat.refreshCpuVmStats() > 0;
        if (changed && op.pfn == 0) {
            out.check("changed", op.pfn, 1);
        }
    }

    private void alloc(TraceOp op, Differences out) {
        int pfn = machine.allocator.allocPages(NID, op.gfp, op.order);
        if (pfn != op.pfn) {
            out.check("pfn", op.pfn, pfn);
        }
        if (op.kind == 'L' && pfn >= 0) {
            for (int page = pfn; page < pfn + (1 << op.order); page++) {
                map.addFlags(page, PG_LRU);
            }
        }
    }

    private void free(TraceOp op) {
        int pfn = (int) op.pfn;
        clearLru(pfn, op.order);
        machine.allocator.freePages(pfn, op.order);
    }

    private void clearLru(int pfn, int order) {
        if (!map.hasFlag(pfn, PG_LRU)) {
            return;
        }
        for (int page = pfn; page < pfn + (1 << order); page++) {
            map.clearFlags(page, PG_LRU);
        }
    }

    private void bulk(TraceOp op, Differences out) {
        ensureFrames(op.order);
        Arrays.fill(frames, 0, op.order, -1);
        int got = machine.bulk.allocPagesBulk(NID, op.gfp, op.order, frames);
        out.check("pages", op.pfn, got);
        out.checkFrames("bulk", Arrays.copyOf(op.frames, op.nrFrames), Arrays.copyOf(frames, got));
    }

    private void batch(TraceOp op) {
        ensureFrames(op.nrFrames);
        for (int i = 0; i < op.nrFrames; i++) {
            frames[i] = op.frames[i];
            clearLru(frames[i], 0);
            map.setRefcount(frames[i], 0);
        }
        machine.bulk.freeUnrefFolios(frames, null, op.nrFrames);
    }

    private void ensureFrames(int count) {
        if (frames.length < count) {
            frames = new int[count];
        }
    }

    // ---------------------------------------------------------------- results

    private long isolate(TraceOp op) {
        try {
            machine.isolation.startIsolatePageRange((int) op.pfn, (int) op.pfn + op.order, MIGRATE_MOVABLE, 0);
            return 0;
        } catch (ErrnoException e) {
            return e.ret();
        }
    }

    private void undo(TraceOp op) {
        rc = 0;
        machine.isolation.undoIsolatePageRange((int) op.pfn, (int) op.pfn + op.order, op.gfp);
    }

    private void search(TraceOp op, Differences out) {
        interruptsWereOn = true;
        out.check("pfn", op.pfn, machine.contig.allocContigPages(op.order, op.gfp, NID, AllocRequest.ANY_NODE));
    }

    private long contig(TraceOp op) {
        interruptsWereOn = true;
        migrations.clear();
        try {
            machine.contig.allocContigRange((int) op.pfn, (int) op.pfn + op.order, MIGRATE_MOVABLE, op.gfp);
            return 0;
        } catch (ErrnoException e) {
            return e.ret();
        }
    }

    /** Whether some operation had to sleep, so that the booted kernel could run. */
    boolean interruptsWereOn() {
        return interruptsWereOn;
    }

    /** Result of the latest operation that has one, a negative errno if it failed. */
    long lastRc() {
        return rc;
    }

    /** Pages that the latest contiguous allocation moved. */
    int nrMigrated() {
        return migrations.total();
    }

    void checkMigrated(int from, int to, Differences out) {
        migrations.check(from, to, out);
    }

    /** From now on the owner refuses, or does not refuse any more, to let some pages be moved. */
    void refuse(boolean some) {
        migrations.refuseSome(some);
    }

    private void state(TraceOp op, Differences out) {
        if (op.twoCpus) {
            twoCpuState(op, out);
            return;
        }
        int at = 0;
        for (Zone zone : zones) {
            at = zoneState(op, at, zone, out);
        }
    }

    private static int zoneState(TraceOp op, int from, Zone zone, Differences out) {
        long[] s = op.state;
        PerCpuPages pcp = zone.pcp[0];
        int at = from;
        check("pcp_count", s[at++], pcp.count, zone, out);
        check("pcp_high", s[at++], pcp.high, zone, out);
        check("pcp_free_count", s[at++], pcp.freeCount, zone, out);
        check("pcp_alloc_factor", s[at++], pcp.allocFactor, zone, out);
        check("pcp_flags", s[at++], pcp.flags(), zone, out);
        check("free_exact", s[at++], DumpComparer.freeExact(zone), zone, out);
        check("free_vm", s[at++], zone.counters.folded(ZoneStat.NR_FREE_PAGES), zone, out);
        check("boost", s[at++], zone.watermarkBoost(), zone, out);
        check("zflags", s[at++], zone.flags, zone, out);
        return at;
    }

    private static void check(String what, long recorded, long model, Zone zone, Differences out) {
        if (recorded != model) {
            out.check(what + " of " + zone.label(), recorded, model);
        }
    }

    private void twoCpuState(TraceOp op, Differences out) {
        Zone zone = zones.get(0);
        long[] s = op.state;
        int at = 0;
        for (int cpu = 0; cpu < zone.pcp.length; cpu++) {
            PerCpuPages pcp = zone.pcp[cpu];
            check("pcp_count", s[at++], pcp.count, zone, out);
            check("pcp_high", s[at++], pcp.high, zone, out);
            check("pcp_free_count", s[at++], pcp.freeCount, zone, out);
            check("pcp_alloc_factor", s[at++], pcp.allocFactor, zone, out);
            check("pcp_flags", s[at++], pcp.flags(), zone, out);
            check("diff", s[at++], zone.counters.diff(cpu, ZoneStat.NR_FREE_PAGES), zone, out);
            check("expire", s[at++], pcp.expire, zone, out);
        }
        check("free_exact", s[at++], DumpComparer.freeExact(zone), zone, out);
        check("free_vm", s[at++], zone.counters.folded(ZoneStat.NR_FREE_PAGES), zone, out);
        check("boost", s[at++], zone.watermarkBoost(), zone, out);
        check("zflags", s[at], zone.flags, zone, out);
    }
}
