package org.kunitjvm.tools;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.kernel.hw.QemuArgs;
import org.kunitjvm.kunit.cli.Tool;
import org.kunitjvm.mm.Mm;
import org.kunitjvm.mm.proc.ProcFile;

/** {@code kunit proc FILE…}: boot a machine and print what its files under {@code /proc} say. */
public final class ProcTool implements Tool {
    private static final int OK = 0;
    private static final int USAGE = 2;
    private static final String FILES = Arrays.stream(ProcFile.values()).map(ProcFile::fileName)
        .collect(Collectors.joining(", "));

    /** What was asked for. */
    private static final class Request {
        private final List<String> kernelArgs = new ArrayList<>();
        private final List<String> qemuArgs = new ArrayList<>();
        private final List<ProcFile> files = new ArrayList<>();
    }

    @Override
    public String name() {
        return "proc";
    }

    @Override
    public String summary() {
        return "boot a machine and print files of its /proc: " + FILES;
    }

    @Override
    public int run(List<String> args, Context context) {
        if (args.contains("--help") || args.contains("-h")) {
            context.out().println("usage: kunit proc [--kernel_args=ARGS]... [--qemu_args=ARGS]... FILE...");
            context.out().println("Boots the modelled machine and prints each FILE: " + FILES + ".");
            return OK;
        }
        try {
            Request request = parse(args);
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
            } else if (arg.startsWith("-")) {
                throw new IllegalArgumentException("unknown option " + arg
                    + "; there are --kernel_args and --qemu_args");
            } else {
                request.files.add(file(arg));
            }
        }
        if (request.files.isEmpty()) {
            throw new IllegalArgumentException("name at least one file of " + FILES);
        }
        return request;
    }

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
