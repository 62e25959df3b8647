package org.kunitjvm.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.kunitjvm.kunit.cli.Tool;

/** {@code kunit bench}: measure the page allocator or the runner on this machine. */
public final class BenchTool implements Tool {
    private static final String HELP = """
        usage: kunit bench [runner | RECORDING...]

        Measures the page allocator, and how fast recordings are verified if some are given; with 'runner', what running cases costs.""";

    @Override
    public String name() {
        return "bench";
    }

    @Override
    public String summary() {
        return "measure the page allocator on this machine";
    }

    @Override
    public int run(List<String> args, Context context) {
        if (args.contains("--help") || args.contains("-h")) {
            context.out().println(HELP);
            return 0;
        }
        try {
            if (args.equals(List.of("runner"))) {
                return RunnerBench.run(context.out());
            }
            for (String file : args) {
                if (!Files.isReadable(Path.of(file))) {
                    context.err().println("kunit bench: takes 'runner', recordings or nothing; there is no file '"
                        + file + "'");
                    return 2;
                }
            }
            AllocatorBench.run(args, context.out());
            return 0;
        } catch (IOException e) {
            context.err().println("kunit bench: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 1;
    }
}
