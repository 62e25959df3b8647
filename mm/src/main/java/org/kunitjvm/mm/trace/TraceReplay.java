package org.kunitjvm.mm.trace;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjLongConsumer;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.mm.alloc.FallbackVariant;
import org.kunitjvm.mm.zone.Zone;
import org.kunitjvm.mm.zone.ZoneChecker;
import org.kunitjvm.mm.zone.ZoneStat;

/**
 * Replays one recording. Lines are read once, in order:
 * <ol>
 *   <li>header and initial dumps make a {@link ReplayMachine};
 *   <li>an operation is performed when its continuation lines were read, and its result and state columns are compared;
 *   <li>event lines are compared with the events of that operation, dumps, checkpoints and texts with the state at that
 *   point.
 * </ol> A difference is counted once per operation or dump. The first one is kept with both sides. When the model
 * cannot go on, because after a difference it is asked for something impossible, all operations that are left count as
 * different.
 */
public final class TraceReplay {
    /** Options of a replay. */
    public static final class Options {
        long explain = -1;
        boolean paranoid;
        @Nullable FallbackVariant fallback;
        ObjLongConsumer<ReplayMachine> meddler = (on, operation) -> { };

        /** Explain the decisions of one operation; its number is in the recording. */
        public Options explain(long operation) {
            explain = operation;
            return this;
        }

        /**
         * Check all invariants after every operation, up to the first one that breaks any; the result names that one,
         * even if something else differed before.
         */
        public Options paranoid(boolean check) {
            paranoid = check;
            return this;
        }

        /** Use these fallback rules, whatever release the recording names. */
        public Options fallback(FallbackVariant variant) {
            fallback = variant;
            return this;
        }

        /** For tests: call {@code newMeddler} with the number of each operation as if it were the operation's end. */
        Options meddler(ObjLongConsumer<ReplayMachine> newMeddler) {
            meddler = newMeddler;
            return this;
        }
    }

    /** The comment with which recordings of trace events begin. */
    private static final String EVENTS_COMMENT = "# '~' lines:";

    private final TraceInput in;
    private final Options options;
    private final TraceHeader header = new TraceHeader();
    private final TraceOp op = new TraceOp();
    private final Differences differences = new Differences();
    private final List<Zone> targets = new ArrayList<>();
    private final List<String> explanation = new ArrayList<>();
    private final StringBuilder eventText = new StringBuilder();
    private final ProcTexts texts = new ProcTexts();
    private @Nullable ReplayMachine machine;
    private @Nullable OpRunner runner;
    private @Nullable ZoneDump dump;
    private boolean opPending;
    private boolean announcesEvents;
    private boolean comparesEvents;
    private long nextEvent;
    private long eventsCompared;
    private boolean otherZone;
    private boolean reload;
    private boolean broken;
    private boolean ended;
    private long operations;
    private long mismatches;
    private long firstOperation = -1;
    private String details = "";
    /** What {@link Options#paranoid} found, with the operation; empty as long as all invariants hold. */
    private String breakage = "";

    private TraceReplay(InputStream stream, Options options) {
        this.in = new TraceInput(stream);
        this.options = options;
    }

    /**
     * Replay a recording (not compressed).
     *
     * @throws TraceFormatException if it cannot be understood or is cut off
     * @throws IOException if it cannot be read
     */
    public static TraceResult replay(InputStream stream, Options options) throws IOException {
        TraceReplay replay = new TraceReplay(stream, options);
        try {
            replay.run();
        } finally {
            if (replay.machine != null) {
                replay.machine.close();
            }
        }
        return new TraceResult(replay.operations, replay.mismatches, replay.firstOperation, replay.allDetails(),
            replay.eventsCompared, replay.explanation);
    }

    private void run() throws IOException {
        while (in.nextLine()) {
            try {
                line();
            } catch (IndexOutOfBoundsException | NumberFormatException e) {
                throw in.malformed("cannot be understood (" + e.getMessage() + ")");
            }
        }
        if (!ended) {
            throw new TraceFormatException(in.lineNumber(), "the recording is cut off: it has no !END line");
        }
    }

    private void line() {
        char first = in.first();
        if (first != '!' && first != '#') {
            closeCheckpoint();
        }
        if (Character.isDigit(first)) {
            finishOp();
            op.read(in, header.cpus);
            opPending = true;
            operations++;
        } else if (first == '+') {
            op.readFrames(in);
        } else if (first == '~') {
            machine().startTracing();
            performPending();
            event();
        } else if (first == '!') {
            stateLine();
        } else if (first == '|') {
            texts.line(in.textFrom(1));
        } else if (first == '#') {
            announcesEvents |= in.startsWith(EVENTS_COMMENT);
            header.acceptComment(in);
        } else if (first != 0) {
            throw in.malformed("a line of no known kind");
        }
    }

    // ---------------------------------------------------------------- operations

    private void performPending() {
        if (!opPending) {
            return;
        }
        opPending = false;
        OpRunner on = ready();
        op.check(targets, machine().kernel.machine().cpus());
        if (broken) {
            mismatches++;
            return;
        }
        boolean explained = op.number == options.explain;
        if (explained) {
            machine().context.setExplainer((format, args) -> explanation.add(String.format(format, args)));
            explanation.addAll(OpSurroundings.of(machine(), targets, op, "before"));
        }
        nextEvent = machine().log.written();
        try {
            on.perform(op, differences);
        } catch (TraceFormatException e) {
            throw e;
        } catch (RuntimeException e) {
            // What a damaged recording asks for can be anything, and so can be what that leads to.
            differences.add("the model cannot do this: " + e);
            broken = true;
        }
        if (explained) {
            machine().context.setExplainer(null);
            explanation.addAll(OpSurroundings.of(machine(), targets, op, "after"));
            if (op.hasResultLine()) {
                explanation.add("result " + on.lastRc() + ", " + on.nrMigrated() + " pages migrated");
            }
        }
        options.meddler.accept(machine(), op.number);
        if (options.paranoid && !broken) {
            checkInvariants();
        }
    }

    private void checkInvariants() {
        List<String> faults = ZoneChecker.check(targets, machine().map);
        if (!faults.isEmpty()) {
            breakage = "operation " + op.number + ", line " + op.line
                + ", is the first one that broke an invariant:\n  " + String.join("\n  ", faults);
            differences.add("an invariant is broken, see below");
            // What comes of a state that cannot be says nothing about later operations.
            broken = true;
        }
    }

    /** The first difference and the first operation that broke an invariant, which may have come later. */
    private String allDetails() {
        return breakage.isEmpty() ? details : details + '\n' + breakage;
    }

    /** The lines of an operation are over: nothing may be left of its events. */
    private void finishOp() {
        performPending();
        if (comparesEvents && machine != null && nextEvent < machine.log.written() && !broken) {
            eventText.setLength(0);
            machine.log.append(nextEvent, eventText);
            differences.add("event that was not recorded: " + eventText);
        }
        if (machine != null) {
            nextEvent = machine.log.written();
        }
        countDifferences("operation");
    }

    private void countDifferences(String what) {
        if (differences.isEmpty()) {
            return;
        }
        mismatches++;
        if (mismatches == 1) {
            firstOperation = op.number;
            details = describe(what);
        }
        differences.clear();
    }

    private String describe(String what) {
        StringBuilder out = new StringBuilder();
        out.append(what).append(' ').append(op.number).append(": ");
        if (what.equals("operation")) {
            out.append(op.kind).append(" order ").append(op.order).append(" gfp ").append(Integer.toHexString(op.gfp))
                .append(" pfn ").append(op.pfn).append(" on cpu ").append(op.cpu);
        } else {
            out.append("(state after it)");
        }
        long line = what.equals("operation") ? op.line : in.lineNumber();
        out.append(", line ").append(line).append('\n').append(differences.text());
        for (Zone zone : targets) {
            out.append('\n').append(ListWindow.around(zone, (int) op.pfn));
        }
        return out.toString();
    }

    private void event() {
        comparesEvents = true;
        ReplayMachine on = machine();
        if (broken) {
            return;
        }
        if (nextEvent == on.log.written()) {
            differences.add("event is missing: " + in.textFrom(2));
            return;
        }
        if (on.log.isLearningPointers()) {
            on.log.showPointersAs(in.textFrom(2));
        }
        eventText.setLength(0);
        on.log.append(nextEvent++, eventText);
        eventsCompared++;
        if (!in.equalsFrom(2, eventText)) {
            differences.add("event\n    recorded: " + in.textFrom(2) + "\n    model:    " + eventText);
        }
    }

    // ---------------------------------------------------------------- state lines

    private void stateLine() {
        ZoneDump open = dump;
        if (open != null) {
            if (in.startsWith("!DUMPEND")) {
                dump = null;
                finishOp();
                finishDump(open);
                return;
            }
            if (open.accept(in)) {
                return;
            }
            closeCheckpoint();
            in.rewind();
        }
        otherLine();
    }

    /** A checkpoint has no last line: the first line that does not belong to it ends it. */
    private void closeCheckpoint() {
        ZoneDump open = dump;
        if (open == null) {
            return;
        }
        if (!open.isCheckpoint) {
            throw in.malformed("a line that does not belong into a dump");
        }
        dump = null;
        finishDump(open);
    }

    private void otherLine() {
        if (in.startsWith("!RC")) {
            performPending();
            result();
        } else if (in.startsWith("!MIG")) {
            performPending();
            migrated();
        } else if (in.startsWith("!DUMP") || in.startsWith("!CKPT")) {
            finishOp();
            openDump();
        } else {
            finishOp();
            markLine();
        }
    }

    private void markLine() {
        String word = in.peekWord();
        switch (word) {
            case "!END" -> {
                ended = true;
                in.skip();
                in.skip();
                differences.check("number of operations", in.number(), operations);
                countDifferences("end");
            }
            case "!FIRSTFAIL", "!DRAINEDFAIL" -> firstFail();
            case "!OTHERZONE" -> otherZone = machine != null;
            case "!OTHERZONEEND" -> otherZone = false;
            case "!HOTPLUG" -> reload = true;
            case "!REFUSE" -> {
                in.skip();
                ready().refuse(in.number() != 0);
            }
            case "!PROC" -> {
                in.skip();
                texts.open(in.word(), in.word(), false);
            }
            case "!FILE" -> {
                in.skip();
                texts.open(in.word(), in.word(), true);
            }
            case "!PROCEND", "!FILEEND" -> {
                ready();
                texts.close(machine(), broken, differences);
                countDifferences("text after operation");
            }
            case "!PHASE", "!NOTE" -> {
                // For people.
            }
            default -> {
                if (machine != null || !header.accept(in)) {
                    throw in.malformed("a line of no known kind");
                }
            }
        }
    }

    private void result() {
        if (broken) {
            return;
        }
        in.skip();
        OpRunner on = ready();
        differences.check("result", in.number(), on.lastRc());
        if (in.hasMore()) {
            differences.check("nr_isolate_pageblock", in.numberAfter("nr_isolate_pageblock"),
                targets.get(0).nrIsolatePageblock);
        }
        if (in.hasMore()) {
            differences.check("migrated", in.numberAfter("migrated"), on.nrMigrated());
        }
    }

    private void migrated() {
        if (broken) {
            return;
        }
        in.skip();
        ready().checkMigrated(in.integer(), in.integer(), differences);
    }

    private void firstFail() {
        if (broken) {
            return;
        }
        ready();
        Zone zone = targets.get(0);
        differences.check("free_exact", in.numberAfter("free_exact"), DumpComparer.freeExact(zone));
        differences.check("free_vm", in.numberAfter("free_vm"), zone.counters.folded(ZoneStat.NR_FREE_PAGES));
        if (in.peekWord().equals("vm_diff")) {
            differences.check("vm_diff", in.numberAfter("vm_diff"), zone.counters.diff(0, ZoneStat.NR_FREE_PAGES));
            differences.check("pcp_count", in.numberAfter("pcp_count"), zone.pcp[0].count);
        } else {
            for (int cpu = 0; cpu < zone.pcp.length; cpu++) {
                differences.check("diff" + cpu, in.numberAfter("diff" + cpu),
                    zone.counters.diff(cpu, ZoneStat.NR_FREE_PAGES));
            }
            for (int cpu = 0; cpu < zone.pcp.length; cpu++) {
                differences.check("count" + cpu, in.numberAfter("count" + cpu), zone.pcp[cpu].count);
            }
        }
        countDifferences("first failure after operation");
    }

    // ---------------------------------------------------------------- dumps

    private void openDump() {
        ZoneDump opened = new ZoneDump();
        opened.isCheckpoint = in.startsWith("!CKPT");
        in.skip();
        opened.tag = in.word();
        if (opened.isCheckpoint) {
            in.numberAfter("op");
            opened.checkpointZone = in.hasMore() ? (int) in.numberAfter("zone-index") : 0;
        }
        dump = opened;
    }

    private void finishDump(ZoneDump done) {
        done.line = in.lineNumber();
        if (reload) {
            reload = false;
            if (machine != null) {
                machine.close();
            }
            machine = null;
            runner = null;
            targets.clear();
        }
        Zone zone = zoneOf(done);
        if (zone == null) {
            load(done);
            return;
        }
        if (broken) {
            mismatches++;
            return;
        }
        new DumpComparer(machine(), ready().interruptsWereOn()).compare(done, zone, differences);
        countDifferences("dump '" + done.tag + "' of " + zone.label() + " after operation");
    }

    private @Nullable Zone zoneOf(ZoneDump done) {
        if (machine == null) {
            return null;
        }
        return done.nid >= 0 ? machine.zones.find(done.nid, done.zoneIndex) : targets.get(done.checkpointZone);
    }

    private void load(ZoneDump done) {
        ReplayMachine on = machine;
        if (on == null) {
            List<Integer> cpuToNode = new ArrayList<>();
            for (int cpu = 0; cpu < header.cpus; cpu++) {
                cpuToNode.add(cpu < done.cpus.size() ? done.cpus.get(cpu).node : 0);
            }
            on = new ReplayMachine(header, cpuToNode);
            machine = on;
            on.context.setFallbackVariant(options.fallback == null ? header.fallbackVariant : options.fallback);
            if (announcesEvents) {
                on.startTracing();
            }
        }
        Zone zone = on.load(done);
        requireConsistent(done, zone, on);
        if (!otherZone) {
            targets.add(zone);
        }
        runner = null;
    }

    /** A dump says most things twice; what was loaded from one half must agree with the other. */
    private static void requireConsistent(ZoneDump done, Zone zone, ReplayMachine on) {
        Differences found = new Differences();
        ZoneChecker.check(zone, on.map).forEach(found::add);
        if (found.isEmpty()) {
            new DumpComparer(on, false).compare(done, zone, found);
        }
        if (!found.isEmpty()) {
            throw new TraceFormatException(done.line, "the dump '" + done.tag + "' that ends here contradicts itself: "
                + found.first());
        }
    }

    private ReplayMachine machine() {
        ReplayMachine on = machine;
        if (on == null) {
            throw in.malformed("there was no initial dump before this line");
        }
        return on;
    }

    private OpRunner ready() {
        OpRunner on = runner;
        if (on == null) {
            machine().setZonelists(header);
            on = new OpRunner(machine(), targets);
            runner = on;
        }
        return on;
    }
}
