package org.kunitjvm.tools.vma;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;

/**
 * Reads what concerns address spaces from strace text, as {@code strace -f -e trace=%memory,%process,close} writes it:
 * with or without process numbers, times, instruction pointers, decoded descriptors ({@code -y}) and names of flags
 * ({@code -X}). A call that is unfinished in one line and resumed in another is put together. Lines of other calls,
 * signals and exits are passed over; a memory call that cannot be understood is an error.
 */
final class StraceParser {
    /** The process of lines that name none, and of the first process that a line names. */
    static final int MAIN = 0;

    /** Something that happened to an address space, and the line on which it ended. */
    sealed interface Event {
        /** Number of the line. */
        int line();

        /** Number of the process, or {@link #MAIN}. */
        int pid();
    }

    /** A memory call with what it gave, under way since {@code since}. */
    record Call(int line, int pid, int since, VmaCall call, CallResult result) implements Event {
    }

    /** A new process or thread. */
    record Clone(int line, int pid, int child, boolean sharesMemory) implements Event {
    }

    /** A new program: a new address space. */
    record Exec(int line, int pid) implements Event {
    }

    /** A descriptor was closed: its number may stand for another file next time. */
    record Close(int line, int pid, int fd) implements Event {
    }

    /** The input makes no sense; the message says where and why. */
    static final class BadInput extends Exception {
        private static final long serialVersionUID = 1L;

        BadInput(String message) {
            super(message);
        }
    }

    private static final Set<String> MEMORY_CALLS = Set.of("mmap", "munmap", "mprotect", "pkey_mprotect", "mremap",
        "madvise", "mlock", "mlock2", "munlock", "mlockall", "munlockall", "mseal", "brk", "read", "prctl");
    private static final Set<String> CLONES = Set.of("clone", "clone3", "fork", "vfork");
    private static final Set<String> OTHERS = Set.of("execve", "execveat", "close");

    private static final Pattern PID = Pattern.compile("\\[pid\\s+(\\d+)\\]\\s*|(\\d+)\\s+(?=\\S)");
    /** Times of day, seconds, differences, instruction pointers, numbers of calls. */
    private static final Pattern STAMP = Pattern.compile(
        "(?:\\d+:\\d+:\\d+(?:\\.\\d+)?|\\d+\\.\\d+|\\(\\+\\s*\\d+\\.\\d+\\)|\\[[0-9a-f?]{8,}\\]|\\[\\s*\\d+\\])\\s+");
    /** May come in the middle of a line, which then goes on in the next one. */
    private static final Pattern ATTACHED = Pattern.compile("(.*)strace: Process (\\d+) attached.*");
    private static final Pattern RESUMED = Pattern.compile("<\\.\\.\\. (\\w+) resumed>(.*)");
    private static final Pattern NAME = Pattern.compile("(\\w+)\\((.*)");
    private static final Pattern RESULT =
        Pattern.compile(".*\\)\\s+= (-?(?:0x)?[0-9a-f]+|\\?)(?: ([A-Z][A-Z0-9_]*))?(?:\\s.*)?");
    private static final String UNFINISHED = "<unfinished ...>";
    private static final String PR_SET_VMA = "1398164833";
    private static final int MAP_HUGE_SHIFT = 26;

    private final String file;
    private final List<Event> events = new ArrayList<>();
    private final Map<Integer, Pending> pending = new HashMap<>();
    private final Set<Integer> children = new HashSet<>();
    private int mainPid = MAIN;

    /** The first part of an unfinished call. */
    private record Pending(int line, String name, String text) {
    }

    StraceParser(String file) {
        this.file = file;
    }

    /** All events, in the order in which they ended; see {@link #inOrderOfEffect}. */
    List<Event> parse(String text) throws BadInput {
        String[] lines = text.split("\n", -1);
        String begun = "";
        for (int i = 0; i < lines.length; i++) {
            Matcher attached = ATTACHED.matcher(lines[i]);
            if (attached.matches()) {
                begun = attached.group(1);
                children.add(Integer.parseInt(attached.group(2)));
            } else {
                parseLine((begun + lines[i]).strip(), i + 1);
                begun = "";
            }
        }
        if (events.stream().noneMatch(Call.class::isInstance)) {
            throw new BadInput(file + ": no memory call in strace form; expected lines such as"
                + " \"munmap(0x7f0000000000, 4096) = 0\"");
        }
        return inOrderOfEffect(events);
    }

    private void parseLine(String line, int number) throws BadInput {
        int pid = MAIN;
        int at = 0;
        Matcher prefix = PID.matcher(line);
        if (prefix.lookingAt()) {
            pid = process(Integer.parseInt(prefix.group(1) != null ? prefix.group(1) : prefix.group(2)));
            at = prefix.end();
        }
        Matcher stamp = STAMP.matcher(line);
        while (stamp.region(at, line.length()).lookingAt()) {
            at = stamp.end();
        }
        String body = line.substring(at);
        int since = number;
        Matcher resumed = RESUMED.matcher(body);
        if (resumed.matches()) {
            Pending first = pending.remove(pid);
            if (first == null || !first.name.equals(resumed.group(1))) {
                return;
            }
            body = first.text + resumed.group(2);
            since = first.line;
        }
        Matcher call = NAME.matcher(body);
        if (call.matches() && isKnown(call.group(1))) {
            String name = call.group(1);
            if (body.endsWith(UNFINISHED)) {
                pending.put(pid, new Pending(number, name, body.substring(0, body.length() - UNFINISHED.length())
                    .stripTrailing()));
                return;
            }
            add(name, call.group(2), new Place(number, pid, since));
        }
    }

    private static boolean isKnown(String name) {
        return MEMORY_CALLS.contains(name) || CLONES.contains(name) || OTHERS.contains(name);
    }

    /** The first process that nobody announced as a child is the one that lines without a number are about. */
    private int process(int pid) {
        if (mainPid == MAIN && !children.contains(pid)) {
            mainPid = pid;
        }
        return pid == mainPid ? MAIN : pid;
    }

    /** Where a call stands. */
    private record Place(int line, int pid, int since) {
    }

    private void add(String name, String rest, Place place) throws BadInput {
        Matcher outcome = RESULT.matcher(rest);
        if (!outcome.matches()) {
            throw bad(place.line, name + " without \") = result\"");
        }
        if (outcome.group(1).equals("?")) {
            return; // It never came back.
        }
        boolean ok = !outcome.group(1).equals("-1");
        if (CLONES.contains(name)) {
            if (ok) {
                int child = Integer.parseInt(outcome.group(1));
                children.add(child);
                events.add(new Clone(place.line, place.pid, child, name.equals("vfork") || rest.contains("CLONE_VM")));
            }
            return;
        }
        List<String> args = arguments(rest);
        if (name.equals("close")) {
            events.add(new Close(place.line, place.pid, descriptor(args.getFirst(), place.line)));
        } else if (name.startsWith("execve")) {
            if (ok) {
                events.add(new Exec(place.line, place.pid));
            }
        } else if (!isPassedOver(name, args, ok)) {
            CallResult result = ok ? CallResult.ok(number(outcome.group(1), place.line))
                : error(outcome.group(2), place.line);
            events.add(new Call(place.line, place.pid, place.since, call(name, args, place.line), result));
        }
    }

    /** What a read put where is known only if strace did not show the bytes; what else prctl does is of no concern. */
    private static boolean isPassedOver(String name, List<String> args, boolean ok) {
        if (name.equals("read")) {
            return args.size() < 2 || !args.get(1).startsWith("0x");
        }
        if (!name.equals("prctl")) {
            return false;
        }
        // A kernel without CONFIG_ANON_VMA_NAME refuses every name.
        boolean setsName = args.getFirst().startsWith("PR_SET_VMA") || args.getFirst().startsWith("0x53564d61")
            || args.getFirst().equals(PR_SET_VMA);
        return !setsName || !ok;
    }

    /**
     * The arguments in front of the closing parenthesis; commas inside quotes, brackets and
     * {@code <decoded descriptors>} part nothing.
     */
    private static List<String> arguments(String text) {
        List<String> args = new ArrayList<>();
        StringBuilder arg = new StringBuilder();
        int depth = 0;
        char inside = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (inside != 0) {
                boolean ends = c == inside && (c == '"' ? text.charAt(i - 1) != '\\' : closesDescriptor(text, i));
                inside = ends ? 0 : inside;
            } else if (c == '"') {
                inside = c;
            } else if (c == '<' && !text.startsWith("<<", i) && (i == 0 || text.charAt(i - 1) != '<')) {
                inside = '>';
            } else if (c == '(' || c == '{' || c == '[') {
                depth++;
            } else if ((c == ')' || c == '}' || c == ']') && depth > 0) {
                depth--;
            } else if (c == ')' || c == ',' && depth == 0) {
                args.add(arg.toString().strip());
                arg.setLength(0);
                if (c == ')') {
                    break;
                }
                continue;
            }
            arg.append(c);
        }
        return args;
    }

    private static boolean closesDescriptor(String text, int at) {
        char next = at + 1 < text.length() ? text.charAt(at + 1) : ')';
        return next == ',' || next == ')';
    }

    private int descriptor(String argument, int line) throws BadInput {
        int decoded = argument.indexOf('<');
        return (int) number(decoded < 0 ? argument : argument.substring(0, decoded), line);
    }

    /** The path that {@code strace -y} shows behind a descriptor, or {@code null}. */
    private static @Nullable String path(String argument) {
        int decoded = argument.indexOf('<');
        return decoded < 0 ? null : argument.substring(decoded + 1, argument.length() - 1);
    }

    private VmaCall call(String name, List<String> args, int line) throws BadInput {
        int wanted = switch (name) {
            case "mmap" -> 6;
            case "prctl" -> 5;
            case "mremap", "pkey_mprotect" -> 4;
            case "mprotect", "madvise", "mlock2", "mseal", "read" -> 3;
            case "brk", "mlockall" -> 1;
            case "munlockall" -> 0;
            default -> 2;
        };
        if (args.size() < wanted) {
            throw bad(line, name + " has " + args.size() + " arguments, needs " + wanted);
        }
        return switch (name) {
            case "mmap" -> VmaCall.mmap(arg(args, 0, line), arg(args, 1, line), (int) arg(args, 2, line),
                (int) arg(args, 3, line), descriptor(args.get(4), line), arg(args, 5, line), path(args.get(4)));
            case "mremap" -> VmaCall.mremap(arg(args, 0, line), arg(args, 1, line), arg(args, 2, line),
                (int) arg(args, 3, line), args.size() > 4 ? arg(args, 4, line) : 0);
            case "mlockall" -> VmaCall.mlockall((int) arg(args, 0, line));
            case "munlockall" -> VmaCall.plain(VmaCall.Kind.MUNLOCKALL, 0, 0);
            case "brk" -> VmaCall.plain(VmaCall.Kind.BRK, arg(args, 0, line), 0);
            case "read" -> VmaCall.plain(VmaCall.Kind.READ, arg(args, 1, line), 1);
            case "prctl" -> VmaCall.setName(arg(args, 2, line), arg(args, 3, line), name(args.get(4)));
            default -> rangeCall(name, args, line);
        };
    }

    private VmaCall rangeCall(String name, List<String> args, int line) throws BadInput {
        long addr = arg(args, 0, line);
        long len = arg(args, 1, line);
        return switch (name) {
            case "mprotect", "pkey_mprotect" -> VmaCall.mprotect(addr, len, (int) arg(args, 2, line));
            case "madvise" -> VmaCall.madvise(addr, len, (int) arg(args, 2, line));
            case "mlock2" -> VmaCall.mlock2(addr, len, (int) arg(args, 2, line));
            case "mseal" -> VmaCall.mseal(addr, len, (int) arg(args, 2, line));
            default -> VmaCall.plain(VmaCall.Kind.valueOf(name.toUpperCase(java.util.Locale.ROOT)), addr, len);
        };
    }

    /** The name that memory gets; if strace did not know that it is one, the pointer serves to tell names apart. */
    private static @Nullable String name(String argument) {
        return argument.equals("NULL") ? null : argument.startsWith("\"") ? argument.substring(1, argument.length() - 1)
            : argument;
    }

    private long arg(List<String> args, int index, int line) throws BadInput {
        return number(args.get(index), line);
    }

    /** A number, {@code NULL}, or names and numbers joined by {@code |}; what strace remarks on it does not count. */
    private long number(String text, int line) throws BadInput {
        long value = 0;
        for (String word : text.replaceAll("/\\*.*?\\*/", "").strip().split("\\|")) {
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
            if (word.endsWith("<<MAP_HUGE_SHIFT")) {
                return Long.parseLong(word.substring(0, word.indexOf('<'))) << MAP_HUGE_SHIFT;
            }
            if (word.startsWith("0x")) {
                return Long.parseUnsignedLong(word.substring(2), 16);
            }
            return word.startsWith("-") ? Long.parseLong(word) : Long.parseUnsignedLong(word);
        } catch (NumberFormatException e) {
            throw bad(line, "\"" + word + "\" is neither a number nor a flag of these calls");
        }
    }

    private CallResult error(@Nullable String name, int line) throws BadInput {
        try {
            return CallResult.error(Errno.valueOf(String.valueOf(name)).number());
        } catch (IllegalArgumentException e) {
            throw bad(line, "unknown error \"" + name + "\"");
        }
    }

    /**
     * Order by when calls took effect, as far as that can be told: calls of threads overlap, and strace shows when they
     * ended. An munmap took effect before a call that ended earlier but got a part of its range.
     */
    private static List<Event> inOrderOfEffect(List<Event> byEnd) {
        List<Event> order = new ArrayList<>(byEnd);
        for (int i = 0; i < order.size(); i++) {
            if (order.get(i) instanceof Call call && call.since < call.line
                && call.call.kind() == VmaCall.Kind.MUNMAP) {
                int to = i;
                for (int j = i - 1; j >= 0 && order.get(j).line() > call.since; j--) {
                    to = order.get(j) instanceof Call other && gotPartOf(call.call, other) ? j : to;
                }
                order.add(to, order.remove(i));
            }
        }
        return order;
    }

    private static boolean gotPartOf(VmaCall unmapped, Call other) {
        boolean places = other.call.kind() == VmaCall.Kind.MMAP || other.call.kind() == VmaCall.Kind.MREMAP;
        long len = other.call.kind() == VmaCall.Kind.MREMAP ? other.call.newLen() : other.call.len();
        return places && other.result.isOk() && other.result.value() < unmapped.addr() + unmapped.len()
            && unmapped.addr() < other.result.value() + len;
    }

    private BadInput bad(int line, String what) {
        return new BadInput(file + ":" + line + ": " + what);
    }
}
