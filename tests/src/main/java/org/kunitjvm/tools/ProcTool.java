package org.kunitjvm.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.kernel.hw.QemuArgs;
import org.kunitjvm.kunit.cli.Tool;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.proc.ProcFile;

/**
 * {@code kunit proc FILE…}: boot a machine and print what its files under {@code /proc} say;
 * {@code kunit proc FILE… RUN [SUITE]} prints what a run with {@code --proc} kept of a suite's kernel.
 */
public final class ProcTool implements Tool {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final String LATEST = "latest";
    private static final String FILES = Arrays.stream(ProcFile.values()).map(ProcFile::fileName)
        .collect(Collectors.joining(", "));

    /** What was asked for. */
    private static final class Request {
        private final List<String> kernelArgs = new ArrayList<>();
        private final List<String> qemuArgs = new ArrayList<>();
        private final List<ProcFile> files = new ArrayList<>();
        private @Nullable String buildDir;
        private @Nullable String run;
        private @Nullable String suite;
    }

    @Override
    public String name() {
        return "proc";
    }

    @Override
    public String summary() {
        return "print files of /proc, of a machine that is booted or of a suite of a run: " + FILES;
    }

    @Override
    public int run(List<String> args, Context context) {
        if (args.contains("--help") || args.contains("-h")) {
            context.out().println("usage: kunit proc [--kernel_args=ARGS]... [--qemu_args=ARGS]... FILE...");
            context.out().println("       kunit proc [--build_dir=DIR] FILE... RUN [SUITE]");
            context.out().println("Boots the modelled machine and prints each FILE, or prints what a run with --proc kept");
            context.out().println("of the kernel of SUITE at its end; RUN is a number or 'latest'.");
            context.out().println("FILE is one of " + FILES + ".");
            return OK;
        }
        try {
            Request request = parse(args);
            if (request.run != null) {
                printKept(request, request.run, context);
                return OK;
            }
            try (Kernel kernel = boot(request, context)) {
                for (ProcFile file : request.files) {
                    context.out().print(Mm.of(kernel).proc(file));
                }
            }
            context.out().flush();
            return OK;
        } catch (IllegalArgumentException | KernelParamException e) {
            context.err().println("kunit proc: " + e.getMessage());
            return USAGE;
        } catch (NoSuchFileException e) {
            context.err().println("kunit proc: " + e.getReason());
            return FAILED;
        } catch (IOException e) {
            context.err().println("kunit proc: cannot read what was kept: " + e.getMessage());
            return FAILED;
        }
    }

    private static Request parse(List<String> args) {
        Request request = new Request();
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            if (arg.equals("--kernel_args") || arg.equals("--qemu_args")) {
                if (i + 1 == args.size()) {
                    throw new IllegalArgumentException(arg + " needs a value, as in " + arg + "=\"...\"");
                }
                i++;
                option(request, arg, args.get(i));
            } else if (arg.startsWith("--kernel_args=") || arg.startsWith("--qemu_args=")) {
                option(request, arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
            } else if (arg.startsWith("--build_dir=")) {
                request.buildDir = arg.substring("--build_dir=".length());
            } else if (arg.startsWith("-")) {
                throw new IllegalArgumentException("unknown option " + arg
                    + "; there are --kernel_args, --qemu_args and --build_dir");
            } else if (request.run != null && request.suite == null) {
                request.suite = arg;
            } else if (request.run == null && (arg.equals(LATEST) || arg.matches("[0-9]+"))) {
                request.run = arg;
            } else {
                request.files.add(file(arg));
            }
        }
        if (request.files.isEmpty()) {
            throw new IllegalArgumentException("name at least one file of " + FILES);
        }
        if (request.run != null && !(request.kernelArgs.isEmpty() && request.qemuArgs.isEmpty())) {
            throw new IllegalArgumentException("a run has its own machine; leave --kernel_args and --qemu_args out");
        }
        return request;
    }

    // ---------------------------------------------------------------- what a run kept

    private static void printKept(Request request, String run, Context context) throws IOException {
        Path home = Path.of(System.getProperty("kunit.home", context.directory().toString()));
        Path folder = home.resolve(buildDir(request, context)).resolve("runs").resolve(run);
        if (!Files.isDirectory(folder)) {
            throw missing(folder, "there is no run " + run + " in " + folder.getParent() + "; 'kunit run' makes one");
        }
        List<Path> suites = keptSuites(folder);
        if (suites.isEmpty()) {
            throw missing(folder, "run " + run + " did not keep /proc; run again with --proc");
        }
        for (ProcFile file : request.files) {
            context.out().print(Files.readString(choose(suites, request.suite, run).resolve(file.fileName())));
        }
        context.out().flush();
    }

    /** The folder that was named, or the one that {@code kunit run} uses. */
    private static String buildDir(Request request, Context context) {
        String output = context.environment().getOrDefault("KBUILD_OUTPUT", "");
        return request.buildDir != null ? request.buildDir : output.isEmpty() ? ".kunit" : output + "/.kunit";
    }

    /** The folders of all suites, of several kernels one after the other. */
    private static List<Path> keptSuites(Path run) throws IOException {
        List<Path> suites = new ArrayList<>();
        try (Stream<Path> kernels = Files.list(run)) {
            for (Path kernel : kernels.filter(path -> path.getFileName().toString().matches("proc(\\.[0-9]+)?"))
                    .sorted().toList()) {
                try (Stream<Path> entries = Files.list(kernel)) {
                    suites.addAll(entries.sorted().toList());
                }
            }
        }
        return suites;
    }

    private static Path choose(List<Path> suites, @Nullable String wanted, String run) throws NoSuchFileException {
        List<String> names = suites.stream().map(path -> path.getFileName().toString()).distinct().toList();
        if (wanted == null && names.size() > 1) {
            throw new IllegalArgumentException("run " + run + " has several suites; name one of "
                + String.join(", ", names));
        }
        String name = wanted == null ? names.getFirst() : wanted;
        for (Path suite : suites) {
            if (suite.getFileName().toString().equals(name)) {
                return suite;
            }
        }
        throw missing(suites.getFirst(), "run " + run + " has no suite " + name + "; it has "
            + String.join(", ", names));
    }

    private static NoSuchFileException missing(Path path, String text) {
        return new NoSuchFileException(path.toString(), null, text);
    }

    // ---------------------------------------------------------------- a fresh machine

    private static void option(Request request, String name, String value) {
        (name.equals("--kernel_args") ? request.kernelArgs : request.qemuArgs).add(value);
    }

    private static ProcFile file(String name) {
        ProcFile file = ProcFile.named(name);
        if (file == null) {
            throw new IllegalArgumentException("there is no file '" + name + "'; there are " + FILES);
        }
        return file;
    }

    private static Kernel boot(Request request, Context context) {
        QemuArgs qemu = QemuArgs.parse(String.join(" ", request.qemuArgs));
        qemu.notModelled().forEach(option -> context.err().println("kunit proc: note: '" + option
            + "' is not modelled"));
        return Kernel.builder().machine(qemu.machine()).cmdline(String.join(" ", request.kernelArgs)).build();
    }
}
