package org.kunitjvm.kernel.hw;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the part of QEMU's command line that describes a machine: {@code -m}, {@code -smp}, {@code -numa} and the
 * memory back ends that {@code -numa} refers to. Everything else is collected as not modelled.
 *
 * @param machine the machine that QEMU would offer
 * @param notModelled one entry for each option that has no meaning here, with its values, in order
 */
public record QemuArgs(Machine machine, List<String> notModelled) {
    /** CPUs of a machine when {@code -smp} does not say. */
    public static final int DEFAULT_CPUS = 2;
    /** Bytes of memory when {@code -m} does not say. */
    public static final long DEFAULT_MEMORY = 4L << 30;

    /** Copy. */
    public QemuArgs {
        notModelled = List.copyOf(notModelled);
    }

    /** Read a command line that a shell has not split yet; single and double quotes protect blanks. */
    public static QemuArgs parse(String text) {
        return parse(split(text));
    }

    /**
     * Read the words of a command line.
     *
     * @throws IllegalArgumentException if an argument makes no sense; the message names it and what to do
     */
    public static QemuArgs parse(List<String> words) {
        QemuMachineParser parser = new QemuMachineParser();
        List<String> notModelled = new ArrayList<>();
        for (int i = 0; i < words.size();) {
            String word = words.get(i++);
            if (isModelled(word)) {
                if (i == words.size()) {
                    throw new IllegalArgumentException("qemu: option '" + word + "' needs a value after it");
                }
                option(parser, word, words.get(i++));
            } else if (word.startsWith("-")) {
                StringBuilder rest = new StringBuilder(word);
                while (i < words.size() && !words.get(i).startsWith("-")) {
                    rest.append(' ').append(words.get(i++));
                }
                notModelled.add(rest.toString());
            } else {
                throw new IllegalArgumentException("qemu: '" + word
                    + "' is not an option; options begin with '-', as in '-m 4G'");
            }
        }
        return new QemuArgs(parser.machine(), notModelled);
    }

    private static boolean isModelled(String word) {
        return switch (canonical(word)) {
            case "-m", "-smp", "-numa", "-object" -> true;
            default -> false;
        };
    }

    /** QEMU takes one or two dashes. */
    private static String canonical(String word) {
        return word.startsWith("--") ? word.substring(1) : word;
    }

    private static void option(QemuMachineParser parser, String word, String value) {
        switch (canonical(word)) {
            case "-m" -> parser.memory(value);
            case "-smp" -> parser.smp(value);
            case "-numa" -> parser.numa(value);
            case "-object" -> parser.object(value);
            default -> throw new IllegalStateException(word);
        }
    }

    /** Split at blanks as a shell does, with quotes and backslashes. */
    static List<String> split(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean any = false;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0 && c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
                any = true;
            } else if (c == '\\' && quote != '\'' && i + 1 < text.length()) {
                word.append(text.charAt(++i));
                any = true;
            } else if (quote == 0 && Character.isWhitespace(c)) {
                if (any) {
                    words.add(word.toString());
                }
                word.setLength(0);
                any = false;
            } else {
                word.append(c);
                any = true;
            }
        }
        if (quote != 0) {
            throw new IllegalArgumentException("qemu: no closing " + quote + " in '" + text + "'");
        }
        if (any) {
            words.add(word.toString());
        }
        return words;
    }
}
