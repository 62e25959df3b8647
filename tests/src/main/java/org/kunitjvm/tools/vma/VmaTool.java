package org.kunitjvm.tools.vma;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.cli.Tool;
import org.kunitjvm.mm.vma.KernelVersion;
import org.kunitjvm.mm.vma.Mman;
import org.kunitjvm.mm.vma.VmFile;
import org.kunitjvm.mm.vma.VmaSettings;
import org.kunitjvm.tools.vma.StraceParser.BadInput;

/** {@code bin/kunit vma}: play a recorded history of memory calls on the model. */
public final class VmaTool implements Tool {
    private static final String USAGE = "usage: kunit vma replay [--kernel=RELEASE] [--emit-kunit[=FILE]] FILE   (strace text)\n"
        + "       kunit vma replay [--kernel=RELEASE] [--emit-kunit[=FILE]] BEFORE AFTER   (two /proc/PID/maps)";

    /** What was asked for. */
    private record Request(KernelVersion version, boolean emit, @Nullable String emitTo, List<String> files) {
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
            String first = read(context, request.files.getFirst());
            if (request.files.size() == 2) {
                return explain(request, first, read(context, request.files.get(1)), context);
            }
            if (MapsSnapshot.looksLikeMaps(first)) {
                throw new BadInput(request.files.getFirst() + ": one snapshot of maps explains nothing; give a second one, taken later");
            }
            return replay(request, new StraceParser(request.files.getFirst()).parse(first), context);
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
        List<String> files = new ArrayList<>();
        for (String arg : args.subList(1, args.size())) {
            if (arg.startsWith("--kernel=")) {
                version = version(arg.substring("--kernel=".length()));
            } else if (arg.equals("--emit-kunit")) {
                emit = true;
            } else if (arg.startsWith("--emit-kunit=")) {
                emit = true;
                emitTo = arg.substring("--emit-kunit=".length());
            } else if (arg.startsWith("--")) {
                throw new BadInput("unknown option " + arg + "; known: --kernel=RELEASE, --emit-kunit[=FILE]");
            } else {
                files.add(arg);
            }
        }
        if (files.isEmpty() || files.size() > 2) {
            throw new BadInput("needs one strace file or two snapshots of maps, got " + files.size() + " files");
        }
        return new Request(version, emit, emitTo, files);
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

    private static VmaSettings settings(Request request) {
        // Whoever was recorded could do what the record says: no limit of the model may stand in the way.
        return VmaSettings.DEFAULT.withVersion(request.version).withCapIpcLock(true).withLayout(VmaSettings.MMAP_BASE, Mman.PAGE_SIZE);
    }

    private static VmFile anyFile(int fd) {
        return new VmFile("fd" + fd, "00:00", 1_000_000L + fd, EnumSet.of(VmFile.Mode.READ, VmFile.Mode.WRITE), null);
    }

    // ---- strace ----

    private static int replay(Request request, List<StraceParser.Entry> entries, Context context) throws BadInput {
        List<VmaCall> played = new ArrayList<>();
        int differences = 0;
        List<VmaReplay.Line> layout;
        String text;
        try (VmaReplay model = new VmaReplay(settings(request))) {
            boolean brkKnown = false;
            for (StraceParser.Entry entry : entries) {
                if (entry.call().kind() == VmaCall.Kind.BRK && !brkKnown && entry.result().isOk()) {
                    // Where the heap starts is known from the first answer only.
                    model.space().setStartBrk(entry.result().value());
                    brkKnown = true;
                    continue;
                }
                if (entry.call().kind() == VmaCall.Kind.MMAP && entry.call().fd() >= 0 && model.file(entry.call().fd()) == null) {
                    model.open(entry.call().fd(), anyFile(entry.call().fd()));
                }
                VmaCall call = pinned(entry);
                CallResult result = model.apply(call);
                played.add(call);
                if (!result.equals(entry.result())) {
                    differences++;
                    context.out().println("line " + entry.line() + ": " + entry.call() + ": recorded " + entry.result() + ", model " + result);
                }
            }
            layout = model.layout(0, Long.MAX_VALUE);
            text = org.kunitjvm.mm.vma.MapsText.maps(model.space());
        }
        context.out().print(text);
        context.out().println(request.files.getFirst() + ": " + entries.size() + " calls, " + differences + " differences, "
            + layout.size() + " areas, as Linux " + request.version);
        emit(request, "replay", played, layout, context);
        return differences == 0 ? 0 : 1;
    }

    /** The call with the address that the kernel chose, because what else was mapped there is not known. */
    private static VmaCall pinned(StraceParser.Entry entry) {
        VmaCall call = entry.call();
        if (!entry.result().isOk()) {
            return call;
        }
        long chosen = entry.result().value();
        if (call.kind() == VmaCall.Kind.MMAP && (call.flags() & (Mman.MAP_FIXED | Mman.MAP_FIXED_NOREPLACE)) == 0) {
            return VmaCall.mmap(chosen, call.len(), call.prot(), call.flags() | Mman.MAP_FIXED_NOREPLACE, call.fd(), call.offset());
        }
        boolean moved = call.kind() == VmaCall.Kind.MREMAP && chosen != call.addr() && (call.flags() & Mman.MREMAP_FIXED) == 0;
        return moved ? VmaCall.mremap(call.addr(), call.len(), call.newLen(), call.flags() | Mman.MREMAP_FIXED, chosen) : call;
    }

    // ---- two snapshots ----

    private static int explain(Request request, String beforeText, String afterText, Context context) throws BadInput {
        MapsSnapshot before = MapsSnapshot.parse(request.files.getFirst(), beforeText);
        MapsSnapshot after = MapsSnapshot.parse(request.files.get(1), afterText);
        Map<String, Integer> descriptors = MapsSnapshot.noDescriptors();
        List<VmaCall> setup = before.calls(descriptors);
        List<VmaCall> steps = before.callsTo(after, descriptors);
        List<VmaReplay.Line> layout;
        String text;
        try (VmaReplay model = new VmaReplay(settings(request))) {
            descriptors.values().forEach(fd -> model.open(fd, anyFile(fd)));
            setup.forEach(model::apply);
            for (VmaCall step : steps) {
                context.out().println(step + " = " + model.apply(step));
            }
            layout = model.layout(0, Long.MAX_VALUE);
            text = model.text();
        }
        List<VmaCall> all = new ArrayList<>(setup);
        all.addAll(steps);
        emit(request, "explain", all, layout, context);
        if (text.equals(after.text())) {
            context.out().println("explained: " + steps.size() + " calls lead from " + request.files.getFirst() + " to "
                + request.files.get(1));
            return 0;
        }
        context.out().println("not explained: areas differ in something that maps does not show (flags, anon_vma, policy)");
        printDifference(text, after.text(), context);
        return 1;
    }

    private static void printDifference(String model, String wanted, Context context) {
        List<String> left = model.lines().toList();
        List<String> right = wanted.lines().toList();
        left.stream().filter(line -> !right.contains(line)).forEach(line -> context.out().println("  model only: " + line));
        right.stream().filter(line -> !left.contains(line)).forEach(line -> context.out().println("  there only: " + line));
    }

    private static void emit(Request request, String name, List<VmaCall> calls, List<VmaReplay.Line> layout, Context context)
        throws BadInput {
        if (!request.emit) {
            return;
        }
        String source = KunitWriter.write(name, calls, layout);
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
