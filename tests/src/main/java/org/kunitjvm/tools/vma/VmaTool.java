package org.kunitjvm.tools.vma;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.cli.Tool;
import org.kunitjvm.mm.vma.KernelVersion;
import org.kunitjvm.mm.vma.MapsText;
import org.kunitjvm.mm.vma.VmaSettings;
import org.kunitjvm.tools.vma.KunitWriter.Case;
import org.kunitjvm.tools.vma.KunitWriter.Step;
import org.kunitjvm.tools.vma.StraceParser.BadInput;

/** {@code bin/kunit vma}: play a recorded history of memory calls on the model. */
public final class VmaTool implements Tool {
    private static final String OPTIONS = "[--kernel=RELEASE] [--emit-kunit[=FILE]]";
    private static final String USAGE = "usage: kunit vma replay " + OPTIONS
        + " [--pid=N] FILE          (strace text)\n" + "       kunit vma replay " + OPTIONS
        + " [--pid=N] BEFORE FILE   (the same, from a /proc/PID/maps on)\n" + "       kunit vma replay " + OPTIONS
        + " BEFORE AFTER            (two /proc/PID/maps)";

    /** What was asked for. */
    private record Request(KernelVersion version, boolean emit, @Nullable String emitTo, int pid, List<String> files) {
        String file(int index) {
            return files.get(index);
        }

        VmaSettings settings() {
            return VmaReplay.unlimited(version);
        }
    }

    @Override
    public String name() {
        return "vma";
    }

    @Override
    public String summary() {
        return "replay memory calls (strace text or two /proc/PID/maps) on the model";
    }

    @Override
    public int run(List<String> args, Context context) {
        try {
            if (args.contains("--help") || args.contains("-h")) {
                context.out().println(USAGE);
                return 0;
            }
            Request request = parse(args);
            String first = read(context, request.file(0));
            if (request.files.size() == 1) {
                if (MapsSnapshot.looksLikeMaps(first)) {
                    throw new BadInput(request.file(0)
                        + ": one snapshot of maps explains nothing; give a second one, taken later");
                }
                return replay(request, null, new StraceParser(request.file(0)).parse(first), context);
            }
            String second = read(context, request.file(1));
            MapsSnapshot before = MapsSnapshot.parse(request.file(0), first);
            return MapsSnapshot.looksLikeMaps(second)
                ? explain(request, before, MapsSnapshot.parse(request.file(1), second), context)
                : replay(request, before, new StraceParser(request.file(1)).parse(second), context);
        } catch (BadInput e) {
            context.err().println("kunit: vma: " + e.getMessage());
            return 2;
        }
    }

    private static Request parse(List<String> args) throws BadInput {
        if (args.isEmpty() || !args.getFirst().equals("replay")) {
            throw new BadInput((args.isEmpty() ? "no subcommand" : "unknown subcommand \"" + args.getFirst() + "\"")
                + "; try: kunit vma replay FILE");
        }
        KernelVersion version = KernelVersion.REFERENCE;
        boolean emit = false;
        String emitTo = null;
        int pid = StraceParser.MAIN;
        List<String> files = new ArrayList<>();
        for (String arg : args.subList(1, args.size())) {
            if (arg.startsWith("--kernel=")) {
                version = version(arg.substring("--kernel=".length()));
            } else if (arg.equals("--emit-kunit")) {
                emit = true;
            } else if (arg.startsWith("--emit-kunit=")) {
                emit = true;
                emitTo = arg.substring("--emit-kunit=".length());
            } else if (arg.startsWith("--pid=")) {
                pid = pid(arg.substring("--pid=".length()));
            } else if (arg.startsWith("--")) {
                throw new BadInput("unknown option " + arg + "; known: --kernel=RELEASE, --emit-kunit[=FILE], --pid=N");
            } else {
                files.add(arg);
            }
        }
        if (files.isEmpty() || files.size() > 2) {
            throw new BadInput("needs one strace file or two snapshots of maps, got " + files.size() + " files");
        }
        return new Request(version, emit, emitTo, pid, files);
    }

    private static int pid(String text) throws BadInput {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new BadInput("--pid: \"" + text + "\" is no number of a process");
        }
    }

    private static KernelVersion version(String release) throws BadInput {
        try {
            return KernelVersion.parse(release);
        } catch (IllegalArgumentException e) {
            throw new BadInput("--kernel: " + e.getMessage());
        }
    }

    private static String read(Context context, String file) throws BadInput {
        try {
            return Files.readString(context.directory().resolve(file), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new BadInput(file + ": no such file");
        } catch (IOException e) {
            throw new BadInput(file + ": cannot be read: " + e.getMessage());
        }
    }

    // ---- strace ----

    private static int replay(Request request, @Nullable MapsSnapshot before, List<StraceParser.Event> events,
        Context context) throws BadInput {
        String file = request.files.getLast();
        try (StraceReplay replay = new StraceReplay(request.settings(), line -> context.out().println(line))) {
            if (before != null) {
                replay.startFrom(before);
            }
            replay.play(events);
            int areas = 0;
            StraceReplay.Space chosen = null;
            for (StraceReplay.Space space : replay.spaces()) {
                if (replay.spaces().size() > 1) {
                    context.out().println(space + ":");
                }
                context.out().print(MapsText.maps(space.model().space()));
                areas += space.model().space().mapCount();
                chosen = chosen == null && space.pid() == request.pid ? space : chosen;
            }
            context.out().println(file + ": " + replay.calls() + " calls, " + replay.differences() + " differences, "
                + areas + " areas, " + (replay.spaces().size() > 1 ? replay.spaces().size() + " address spaces, " : "")
                + "as Linux " + request.version);
            if (request.emit) {
                if (chosen == null) {
                    throw new BadInput("--pid=" + request.pid + ": no address space of that process in " + file);
                }
                emit(request, kase("replay", request, chosen.model(), chosen.steps()), context);
            }
            return replay.differences() == 0 ? 0 : 1;
        }
    }

    // ---- two snapshots ----

    private static int explain(Request request, MapsSnapshot before, MapsSnapshot after, Context context)
        throws BadInput {
        MapsSnapshot.Descriptors descriptors = new MapsSnapshot.Descriptors(3);
        List<Step> setup = before.setup(descriptors);
        List<VmaCall> calls = before.callsTo(after, descriptors);
        List<Step> steps = new ArrayList<>(setup);
        String text;
        try (VmaReplay model = new VmaReplay(request.settings())) {
            descriptors.paths().forEach(model::openNamed);
            setup.forEach(step -> play(model, step));
            for (VmaCall call : calls) {
                CallResult result = model.apply(call);
                steps.add(new Step(call, result));
                context.out().println(call + " = " + result);
            }
            text = model.text();
            if (request.emit) {
                emit(request, kase("explain", request, model, steps), context);
            }
        }
        if (text.equals(after.text())) {
            context.out().println("explained: " + calls.size() + " calls lead from " + request.file(0) + " to "
                + request.file(1));
            return 0;
        }
        context.out().println("not explained: areas differ in something that maps does not show (flags, anon_vma, policy)");
        printDifference(text, after.text(), context);
        return 1;
    }

    private static void play(VmaReplay model, Step step) {
        if (step.isHeapStart()) {
            model.startHeap(step.call().addr());
        } else {
            model.apply(step.call());
        }
    }

    private static void printDifference(String model, String wanted, Context context) {
        List<String> left = model.lines().toList();
        List<String> right = wanted.lines().toList();
        left.stream().filter(line -> !right.contains(line))
            .forEach(line -> context.out().println("  model only: " + line));
        right.stream().filter(line -> !left.contains(line))
            .forEach(line -> context.out().println("  there only: " + line));
    }

    /** The case without flags: a recording does not show them. */
    private static Case kase(String name, Request request, VmaReplay model, List<Step> steps) {
        List<VmaReplay.Line> layout = model.layout(0, Long.MAX_VALUE).stream().map(VmaReplay.Line::withoutFlags)
            .toList();
        return new Case(name, request.settings(), model.files(), steps, layout);
    }

    private static void emit(Request request, Case kase, Context context) throws BadInput {
        String source = KunitWriter.write(kase);
        if (request.emitTo == null) {
            context.out().print(source);
            return;
        }
        Path target = context.directory().resolve(request.emitTo);
        try {
            Files.writeString(target, source);
        } catch (IOException e) {
            throw new BadInput(request.emitTo + ": cannot be written: " + e.getMessage());
        }
    }
}
