package org.kunitjvm.kunit.cli;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.kunitjvm.kunit.ktap.KtapFilter;
import org.kunitjvm.kunit.ktap.LineSource;
import org.kunitjvm.kunit.report.CaseDetails;
import org.kunitjvm.kunit.report.KtapConsumer;
import org.kunitjvm.kunit.report.Outcome;
import org.kunitjvm.kunit.report.RunMetadata;

/** {@code kunit parse}: print the results in a log. Models tools/testing/kunit/kunit.py: parse_handler. */
final class ParseCommand {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Options options;
    private final Host host;

    ParseCommand(Options options, Host host) {
        this.options = options;
        this.host = host;
    }

    int run() {
        String name = options.positional();
        WithoutEffect.say(options, host);
        try {
            if (!options.hasPositional()) {
                return parse(LineSource.of(new BufferedInputStream(new Prompt(host), BUFFER_BYTES),
                    LineSource.Breaks.STREAM));
            }
            if (name.isEmpty()) {
                throw new CliException("cannot read '': no such file or folder; leave it out to read standard input");
            }
            Path file = host.resolve(name);
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
                return parse(LineSource.of(in, LineSource.Breaks.FILE));
            }
        } catch (IOException e) {
            throw new CliException("cannot read " + (name.isEmpty() ? "standard input" : name) + ": "
                + BuildDir.reason(e));
        }
    }

    private int parse(LineSource lines) throws IOException {
        if (options.has(Flag.RAW_OUTPUT)) {
            return printRaw(lines, options.text(Flag.RAW_OUTPUT, ""));
        }
        Reports reports = new Reports(options, host);
        KtapConsumer consumer = new KtapConsumer(reports.consumerOptions(), this::print,
            new SecondsOfDay(host.timeOfDay()));
        Outcome outcome = consumer.drain(lines);
        if (outcome.abort() != null) {
            throw new CliException(outcome.abort());
        }
        reports.write(outcome.root(), RunMetadata.UNKNOWN, CaseDetails.NONE, consumer.printer());
        return outcome.parseExit();
    }

    /** As println() does, which passes each line through two more buffers. */
    private void print(String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        host.out().write(bytes, 0, bytes.length);
        host.out().write('\n');
    }

    private int printRaw(LineSource lines, String what) throws IOException {
        KtapFilter filter = new KtapFilter();
        for (String line = lines.next(); line != null; line = lines.next()) {
            String shown = what.equals("all") ? KtapFilter.trimmed(line) : filter.accept(line);
            if (shown != null) {
                host.out().println(host.safe(shown));
            }
        }
        return 0;
    }

    /** Shows what was printed before it waits for more input, so that a result is seen when its line arrives. */
    private static final class Prompt extends FilterInputStream {
        private final Host host;

        Prompt(Host host) {
            super(host.in());
            this.host = host;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (in.available() == 0) {
                host.out().flush();
            }
            return super.read(bytes, offset, length);
        }
    }
}
