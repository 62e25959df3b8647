package org.kunitjvm.kunit.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/** Entry point of {@code bin/kunit}: connects {@link Cli} with the process. */
public final class Main {
    /** How long a Ctrl-C waits for the summary of what ran so far. */
    private static final long GRACE_MILLIS = 3_000;
    private static final int BUFFER_BYTES = 1 << 13;
    private static final Pattern UTC_OFFSET = Pattern.compile("[+-](0[0-9]|1[0-7])[0-5][0-9]");

    private Main() {
    }

    /** Run the command and end the JVM with its exit code. */
    public static void main(String[] args) {
        CheckedOutput unwritten = new CheckedOutput(new FileOutputStream(FileDescriptor.out));
        PrintStream out = stream(unwritten);
        PrintStream err = stream(new FileOutputStream(FileDescriptor.err));
        Interrupt interrupt = new Interrupt();
        Path directory = Path.of("").toAbsolutePath();
        Host host = new Host(root(directory), directory, System.getenv(), new FileInputStream(FileDescriptor.in), out,
            err,
            System.getProperty("kunit.tty", ""), System.getProperty("kunit.argv0", "bin/kunit"), System::nanoTime,
                clock(System.getProperty("kunit.utc_offset", "")), interrupt);
        Ending ending = new Ending(interrupt);
        Runtime.getRuntime().addShutdownHook(ending);
        int exit = run(host, args);
        if (out.checkError()) {
            sayWhyNothingCanBeWritten(err, unwritten);
            exit = Math.max(exit, ExitCode.FAILED.code());
        }
        ending.finished(exit);
    }

    /** Whoever reads us and has gone, as {@code head} does, knows it; a full disk is news. */
    private static void sayWhyNothingCanBeWritten(PrintStream err, CheckedOutput output) {
        IOException trouble = output.trouble();
        String why = trouble == null ? null : trouble.getMessage();
        if (why != null && !why.equals("Broken pipe")) {
            err.println("kunit: cannot write standard output: " + why);
            err.flush();
        }
    }

    /** Remembers why something could not be written, which a print stream forgets. */
    private static final class CheckedOutput extends FilterOutputStream {
        private volatile @Nullable IOException trouble;

        CheckedOutput(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            try {
                out.write(bytes, from, count);
            } catch (IOException e) {
                trouble = e;
                throw e;
            }
        }

        @Nullable IOException trouble() {
            return trouble;
        }
    }

    /** Run a command; a fault of this program is reported like a Python traceback, and ends with the same exit code. */
    private static int run(Host host, String[] args) {
        try {
            return new Cli(host).run(List.of(args));
        } catch (RuntimeException | Error e) {
            host.err().println("kunit: internal error; please report it with these lines:");
            e.printStackTrace(host.err());
            host.err().flush();
            return ExitCode.FAILED.code();
        }
    }

    /**
     * Run a command inside this process.
     *
     * @param directory where the user stands; the project is found from there
     * @return the exit code
     */
    public static int run(List<String> args, InputStream in, PrintStream out, PrintStream err, Map<String,
        String> environment,
            Path directory) {
        Host host = new Host(root(directory), directory, environment, in, out, err, "", "bin/kunit", System::nanoTime,
            LocalTime::now,
            new Interrupt());
        return new Cli(host).run(args);
    }

    /**
     * The time of day at {@code offset} from UTC, as {@code date +%z} prints it. Java finds the offset by reading all
     * time zones of the world, twice, which takes a short run 30 ms of processor time.
     */
    private static Supplier<LocalTime> clock(String offset) {
        if (!UTC_OFFSET.matcher(offset).matches()) {
            return LocalTime::now;
        }
        ZoneOffset zone = ZoneOffset.of(offset);
        return () -> LocalTime.now(zone);
    }

    private static PrintStream stream(OutputStream to) {
        return new PrintStream(new BufferedOutputStream(to, BUFFER_BYTES), false, StandardCharsets.UTF_8);
    }

    /** The project that the launcher names, else the nearest one around {@code directory}. */
    private static Path root(Path directory) {
        String home = System.getProperty("kunit.home");
        if (home != null) {
            return Path.of(home);
        }
        for (Path folder = directory; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("bin/kunit"))) {
                return folder;
            }
        }
        return directory;
    }

    /**
     * The shutdown hook: lets a command that was interrupted say what it has, and gives its exit code to the process.
     */
    private static final class Ending extends Thread {
        private final Interrupt interrupt;
        private @Nullable Integer exit;

        Ending(Interrupt interrupt) {
            super("kunit-ending");
            this.interrupt = interrupt;
        }

        /**
         * End the process. Success needs no call for it: all threads of ours are daemons, and {@code System.exit} looks
         * for a logger first, for which it opens every jar.
         */
        void finished(int code) {
            synchronized (this) {
                exit = code;
                notifyAll();
            }
            if (code != 0 || !ForeignThreads.left().isEmpty()) {
                System.exit(code);
            }
        }

        @Override
        public void run() {
            synchronized (this) {
                if (exit != null) {
                    return;
                }
            }
            interrupt.request();
            Runtime.getRuntime().halt(await());
        }

        private synchronized int await() {
            long end = System.nanoTime() + GRACE_MILLIS * 1_000_000;
            try {
                for (long left = GRACE_MILLIS; exit == null && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
                    wait(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return exit == null ? ExitCode.INTERRUPTED.code() : exit;
        }
    }
}
