package org.kunitjvm.tools;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.cli.Tool;
import org.kunitjvm.mm.alloc.FallbackVariant;
import org.kunitjvm.mm.trace.TraceFormatException;
import org.kunitjvm.mm.trace.TraceReplay;
import org.kunitjvm.mm.trace.TraceResult;

/** {@code kunit trace verify FILE…}: replay recordings of a real kernel's page allocator and compare everything. */
public final class TraceTool implements Tool {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int GZIP_MAGIC = 0x1f8b;
    private static final String HELP =
        "usage: kunit trace verify [--explain=N] [--paranoid] [--fallback=F0|F1] FILE[.gz]...";

    private static final class Request {
        private long explain = -1;
        private boolean paranoid;
        private @Nullable FallbackVariant fallback;
        private final List<String> files = new ArrayList<>();

        /** For one replay, which explains an operation or, with -1, none. */
        private TraceReplay.Options options(long explained, boolean checks) {
            TraceReplay.Options options = new TraceReplay.Options().explain(explained).paranoid(checks);
            return fallback == null ? options : options.fallback(fallback);
        }
    }

    @Override
    public String name() {
        return "trace";
    }

    @Override
    public String summary() {
        return "replay recordings of a real page allocator and compare everything";
    }

    @Override
    public int run(List<String> args, Context context) {
        if (args.contains("--help") || args.contains("-h")) {
            context.out().println(HELP);
            context.out().println("Replays each recording and prints one line for it: NAME: N operations, M mismatches.");
            context.out().println("  --explain=N   print the decisions of operation N");
            context.out().println("  --paranoid    check all invariants after every operation");
            context.out().println("  --fallback=V  rules for blocks of other types: F0 as in 6.12.0, F1 as in later 6.12.y;");
            context.out().println("                the release that the recording names decides if this is not given");
            return OK;
        }
        Request request;
        try {
            request = parse(args);
        } catch (IllegalArgumentException e) {
            context.err().println("kunit trace: " + e.getMessage() + "; " + HELP);
            return USAGE;
        }
        int status = OK;
        for (String file : request.files) {
            if (!verify(request, file, context)) {
                status = FAILED;
            }
        }
        context.out().flush();
        return status;
    }

    private static Request parse(List<String> args) {
        if (args.isEmpty() || !args.get(0).equals("verify")) {
            throw new IllegalArgumentException("the only thing it can do is 'verify'");
        }
        Request request = new Request();
        for (String arg : args.subList(1, args.size())) {
            if (arg.startsWith("--explain=")) {
                request.explain = operation(arg.substring("--explain=".length()));
            } else if (arg.equals("--paranoid")) {
                request.paranoid = true;
            } else if (arg.startsWith("--fallback=")) {
                request.fallback = variant(arg.substring("--fallback=".length()));
            } else if (arg.startsWith("-")) {
                throw new IllegalArgumentException("there is no option '" + arg + "'");
            } else {
                request.files.add(arg);
            }
        }
        if (request.files.isEmpty()) {
            throw new IllegalArgumentException("no file is given");
        }
        return request;
    }

    private static long operation(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--explain wants the number of an operation, not '" + text + "'", e);
        }
    }

    private static FallbackVariant variant(String text) {
        for (FallbackVariant variant : FallbackVariant.values()) {
            if (variant.name().equals(text)) {
                return variant;
            }
        }
        throw new IllegalArgumentException("--fallback wants F0 or F1, not '" + text + "'");
    }

    private static boolean verify(Request request, String file, Context context) {
        Path path = context.directory().resolve(file);
        String name = String.valueOf(path.getFileName());
        try {
            TraceResult result = replay(path, request.options(request.explain, request.paranoid));
            context.out().println(name + ": " + result.operations() + " operations, " + result.mismatches()
                + " mismatches");
            if (request.explain >= 0) {
                explain(request.explain, result.explanation(), context);
            }
            if (!result.isExact()) {
                report(path, request, result, context);
            }
            return result.isExact();
        } catch (NoSuchFileException e) {
            context.err().println(name + ": there is no such file: " + path);
        } catch (EOFException | ZipException e) {
            context.err().println(name + ": the compressed file is damaged or cut off: " + e.getMessage());
        } catch (TraceFormatException e) {
            context.err().println(file + ":" + e.line() + ": " + e.getMessage());
        } catch (IOException e) {
            context.err().println(name + ": cannot be replayed: " + e.getMessage());
        }
        return false;
    }

    /** Show the first mismatch, and replay up to it once more to learn which rules led there. */
    private static void report(Path path, Request request, TraceResult result, Context context) throws IOException {
        context.out().println(result.details().indent(2).stripTrailing());
        if (request.explain < 0 && result.firstOperation() >= 0) {
            explain(result.firstOperation(),
                replay(path, request.options(result.firstOperation(), false)).explanation(), context);
        }
    }

    private static void explain(long operation, List<String> explanation, Context context) {
        context.out().println("  decisions of operation " + operation + ":");
        if (explanation.isEmpty()) {
            context.out().println("    none: the recording has no such operation, or the replay did not come to it");
        }
        explanation.forEach(line -> context.out().println("    " + line));
    }

    /** Replay a recording, compressed or not. */
    static TraceResult replay(Path path, TraceReplay.Options options) throws IOException {
        try (InputStream in = open(path)) {
            return TraceReplay.replay(in, options);
        }
    }

    private static InputStream open(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new IOException("it is a directory");
        }
        InputStream in = new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES);
        in.mark(2);
        int magic = in.read() << 8 | in.read();
        in.reset();
        return magic == GZIP_MAGIC ? new GZIPInputStream(in, BUFFER_BYTES) : in;
    }
}
