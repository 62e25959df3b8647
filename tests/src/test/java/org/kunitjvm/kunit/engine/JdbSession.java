package org.kunitjvm.kunit.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/** A JVM that waits for a debugger, and jdb beside it: commands go in one by one, all text is kept. */
final class JdbSession implements AutoCloseable {
    private static final long LIMIT_SECONDS = 120;
    private static final Pattern LISTENING = Pattern.compile("Listening for transport dt_socket at address: (\\d+)");
    private static final int ATTEMPTS = 30;
    private static final long PAUSE_MILLIS = 300;
    private static final int END = -1;

    private final Process program;
    private final BlockingQueue<Integer> fromJdb = new LinkedBlockingQueue<>();
    private final StringBuilder transcript = new StringBuilder();
    private final StringBuffer programOutput = new StringBuffer();
    private @Nullable Process jdb;
    private @Nullable Writer toJdb;

    /** Start {@code command}, wait for {@code port} or, if that is 0, for the line that tells it, and attach. */
    JdbSession(List<String> command, Path directory, int port) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        // The build that runs this test has just packed everything.
        builder.environment().put("KUNIT_NO_BUILD", "1");
        program = builder.start();
        BlockingQueue<Integer> ports = new LinkedBlockingQueue<>();
        Thread.ofPlatform().daemon().start(() -> readProgram(ports));
        Integer found = ports.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (found == null || found == END) {
            program.destroy();
            throw new IOException("no port to attach to:\n" + programOutput);
        }
        attach(port == 0 ? found : port);
    }

    /** Attach, and wait for the first prompt; the program may say that it waits a moment before it does. */
    private void attach(int port) throws IOException, InterruptedException {
        for (int attempt = 1;; attempt++) {
            fromJdb.clear();
            Process started = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jdb").toString(),
                "-attach", Integer.toString(port)).redirectErrorStream(true).start();
            jdb = started;
            toJdb = started.outputWriter(StandardCharsets.UTF_8);
            Thread.ofPlatform().daemon().start(() -> readJdb(started));
            try {
                await("main\\[1\\] $");
                return;
            } catch (IOException e) {
                started.destroy();
                if (attempt == ATTEMPTS || !program.isAlive()) {
                    close();
                    throw e;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private void readProgram(BlockingQueue<Integer> ports) {
        try (BufferedReader reader = program.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                programOutput.append(line).append('\n');
                Matcher match = LISTENING.matcher(line);
                if (match.find()) {
                    ports.add(Integer.parseInt(match.group(1)));
                } else if (line.startsWith("kunit: waiting for a debugger")) {
                    ports.add(0);
                }
            }
        } catch (IOException e) {
            programOutput.append(e);
        }
        ports.add(END);
    }

    private void readJdb(Process jdb) {
        try (InputStreamReader reader = new InputStreamReader(jdb.getInputStream(), StandardCharsets.UTF_8)) {
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                fromJdb.add(c);
            }
        } catch (IOException e) {
            // The end of the process is the end of its text.
        }
        fromJdb.add(END);
    }

    /** Send a command and wait until jdb has written {@code answer}; returns what it has written since. */
    String send(String command, String answer) throws IOException, InterruptedException {
        transcript.append(command).append('\n');
        Writer to = Objects.requireNonNull(toJdb);
        to.write(command + "\n");
        to.flush();
        return await(answer);
    }

    /** Wait until jdb has written something that {@code answer} matches. */
    String await(String answer) throws IOException, InterruptedException {
        Pattern wanted = Pattern.compile(answer);
        StringBuilder heard = new StringBuilder();
        while (!wanted.matcher(heard).find()) {
            Integer c = fromJdb.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (c == null || c == END) {
                throw new IOException("jdb never said '" + answer + "':\n" + transcript + heard + "\n--- program:\n"
                    + programOutput);
            }
            heard.append((char) c.intValue());
        }
        transcript.append(heard);
        return heard.toString();
    }

    /** Everything that was typed and shown. */
    String transcript() {
        return transcript.toString();
    }

    /** Everything that the program has printed. */
    String programOutput() {
        return programOutput.toString();
    }

    /** The exit code of the program. */
    int exitCode() throws InterruptedException {
        if (!program.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            program.destroy();
        }
        return program.waitFor();
    }

    @Override
    public void close() {
        if (jdb != null) {
            jdb.destroy();
        }
        program.destroy();
    }
}
