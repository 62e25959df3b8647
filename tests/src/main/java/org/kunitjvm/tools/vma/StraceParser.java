package org.kunitjvm.tools.vma;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * Reads memory calls from strace text: {@code strace -f -e trace=%memory}, with or without process numbers and times in front.
 * Lines of other calls, signals and exits are passed over; a memory call that cannot be understood is an error.
 */
final class StraceParser {
    /** One call with what it gave, and the line that it was on. */
    record Entry(int line, VmaCall call, CallResult result) {
    }

    /** The input makes no sense; the message says where and why. */
    static final class BadInput extends Exception {
        private static final long serialVersionUID = 1L;

        BadInput(String message) {
            super(message);
        }
    }

    private static final Set<String> CALLS = Set.of("mmap", "munmap", "mprotect", "mremap", "madvise", "mlock", "mlock2", "munlock",
        "brk", "read");

    /** Stand-ins for descriptors that were closed: the number may be another file's next time. */
    private static final int FIRST_STAND_IN = 1000;

    private final String file;
    private final Map<Integer, Integer> standIns = new TreeMap<>();

    StraceParser(String file) {
        this.file = file;
    }

    List<Entry> parse(String text) throws BadInput {
        List<Entry> entries = new ArrayList<>();
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            Entry entry = parseLine(lines[i].strip(), i + 1);
            if (entry != null) {
                entries.add(entry);
            }
        }
        if (entries.isEmpty()) {
            throw new BadInput(file + ": no memory call in strace form; expected lines such as"
                + " \"munmap(0x7f0000000000, 4096) = 0\"");
        }
        return entries;
    }

    private @Nullable Entry parseLine(String line, int number) throws BadInput {
        int paren = line.indexOf('(');
        if (paren <= 0 || line.startsWith("#")) {
            return null;
        }
        int nameStart = paren;
        while (nameStart > 0 && (Character.isLetterOrDigit(line.charAt(nameStart - 1)) || line.charAt(nameStart - 1) == '_')) {
            nameStart--;
        }
        String name = line.substring(nameStart, paren);
        if (name.equals("close")) {
            forget(line.substring(paren + 1));
        }
        if (!CALLS.contains(name)) {
            return null;
        }
        if (line.contains("<unfinished ...>")) {
            throw bad(number, name + " is unfinished: record one thread, or without -f");
        }
        int equals = line.lastIndexOf(" = ");
        int close = equals < 0 ? -1 : line.lastIndexOf(')', equals);
        if (close < paren) {
            throw bad(number, name + " without \") = result\"");
        }
        String[] args = line.substring(paren + 1, close).isBlank() ? new String[0] : line.substring(paren + 1, close).split(",\\s*");
        if (name.equals("read") && (args.length < 2 || !args[1].startsWith("0x"))) {
            return null;
        }
        return new Entry(number, call(name, args, number), result(line.substring(equals + 3).strip(), number));
    }

    private void forget(String argument) {
        String digits = argument.split("\\D", 2)[0];
        if (!digits.isEmpty()) {
            int last = standIns.values().stream().mapToInt(id -> id).max().orElse(FIRST_STAND_IN - 1);
            standIns.put(Integer.parseInt(digits), last + 1);
        }
    }

    private int descriptor(String argument, int line) throws BadInput {
        int fd = (int) number(argument.replaceFirst("<.*", ""), line);
        return standIns.getOrDefault(fd, fd);
    }

    private VmaCall call(String name, String[] args, int line) throws BadInput {
        int wanted = switch (name) {
            case "mmap" -> 6;
            case "mremap" -> 4;
            case "mprotect", "madvise", "mlock2", "read" -> 3;
            case "brk" -> 1;
            default -> 2;
        };
        if (args.length < wanted) {
            throw bad(line, name + " has " + args.length + " arguments, needs " + wanted);
        }
        long addr = number(name.equals("read") ? args[1] : args[0], line);
        return switch (name) {
            case "mmap" -> VmaCall.mmap(addr, number(args[1], line), (int) number(args[2], line), (int) number(args[3], line),
                descriptor(args[4], line), number(args[5], line));
            case "munmap" -> VmaCall.munmap(addr, number(args[1], line));
            case "mprotect" -> VmaCall.mprotect(addr, number(args[1], line), (int) number(args[2], line));
            case "mremap" -> VmaCall.mremap(addr, number(args[1], line), number(args[2], line), (int) number(args[3], line),
                args.length > 4 ? number(args[4], line) : 0);
            case "madvise" -> VmaCall.madvise(addr, number(args[1], line), (int) number(args[2].replaceFirst("\\s*/\\*.*", ""), line));
            case "mlock2" -> VmaCall.mlock2(addr, number(args[1], line), (int) number(args[2], line));
            case "mlock" -> VmaCall.plain(VmaCall.Kind.MLOCK, addr, number(args[1], line));
            case "munlock" -> VmaCall.plain(VmaCall.Kind.MUNLOCK, addr, number(args[1], line));
            case "brk" -> VmaCall.plain(VmaCall.Kind.BRK, addr, 0);
            default -> VmaCall.plain(VmaCall.Kind.READ, addr, 1);
        };
    }

    /** A number, {@code NULL}, or names and numbers joined by {@code |}. */
    private long number(String text, int line) throws BadInput {
        long value = 0;
        for (String word : text.strip().split("\\|")) {
            value |= word(word.strip(), line);
        }
        return value;
    }

    private long word(String word, int line) throws BadInput {
        Integer constant = VmaCall.constant(word);
        if (constant != null) {
            return constant;
        }
        if (word.equals("NULL")) {
            return 0;
        }
        try {
            if (word.startsWith("0x")) {
                return Long.parseUnsignedLong(word.substring(2), 16);
            }
            return word.startsWith("-") ? Long.parseLong(word) : Long.parseUnsignedLong(word);
        } catch (NumberFormatException e) {
            throw bad(line, "\"" + word + "\" is neither a number nor a flag of these calls");
        }
    }

    private CallResult result(String text, int line) throws BadInput {
        if (text.startsWith("-1 ")) {
            String name = text.substring(3).split("[^A-Z0-9]", 2)[0];
            try {
                return CallResult.error(org.kunitjvm.kernel.errno.Errno.valueOf(name).number());
            } catch (IllegalArgumentException e) {
                throw bad(line, "unknown error \"" + name + "\"");
            }
        }
        return CallResult.ok(number(text.split("\\s", 2)[0], line));
    }

    private BadInput bad(int line, String what) {
        return new BadInput(file + ":" + line + ": " + what);
    }
}
