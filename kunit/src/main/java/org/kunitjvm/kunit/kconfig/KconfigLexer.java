package org.kunitjvm.kunit.kconfig;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cuts Kconfig files into tokens, expanding macros on the way and following {@code source} into other files. The text
 * of the current file lies in one buffer; what a macro expands to is a token or part of a string and is not scanned
 * again. Models scripts/kconfig/lexer.l.
 */
final class KconfigLexer implements Macros.Place {
    enum Token {
        END_OF_INPUT,
        END_OF_LINE,
        /** An unquoted word that is no keyword. */
        WORD,
        QUOTED,
        HELP_TEXT,
        /** The rest of the line behind {@code =}, {@code :=} or {@code +=} of an assignment. */
        ASSIGNED_VALUE,
        ASSIGN_RECURSIVE_OR_EQUAL,
        ASSIGN_SIMPLE,
        ASSIGN_APPEND,
        AND,
        OR,
        NOT,
        UNEQUAL,
        LESS,
        LESS_EQUAL,
        GREATER,
        GREATER_EQUAL,
        OPEN,
        CLOSE,
        BOOL,
        CHOICE,
        COMMENT,
        CONFIG,
        DEF_BOOL,
        DEF_TRISTATE,
        DEFAULT,
        DEPENDS,
        ENDCHOICE,
        ENDIF,
        ENDMENU,
        HELP,
        HEX,
        IF,
        IMPLY,
        INT,
        MAINMENU,
        MENU,
        MENUCONFIG,
        MODULES,
        ON,
        PROMPT,
        RANGE,
        SELECT,
        SOURCE,
        STRING,
        TRANSITIONAL,
        TRISTATE,
        VISIBLE
    }

    private enum State {
        NORMAL,
        ASSIGNED,
        HELP
    }

    /** A file being read. */
    private static final class Input {
        final String name;
        final String text;
        int position;
        int line = 1;
        /** Line of the {@code source} statement that is open in this file. */
        int sourceLine;

        Input(String name, String text) {
            this.name = name;
            this.text = text;
        }
    }

    private record FirstInclusion(String file, int line) {
    }

    private static final int MAX_INCLUSION_DEPTH = 1000;

    private final KconfigFiles files;
    private final Messages messages;
    private final Map<String, String> environment;
    private final Map<String, Token> keywords = new HashMap<>();
    private final KconfigLanguage language;
    private final Deque<Input> inputs = new ArrayDeque<>();
    private final Map<String, FirstInclusion> inclusions = new HashMap<>();
    private final Set<String> fileNames = new LinkedHashSet<>();
    private final Macros macros;

    private Input input = new Input("", "");
    private State state = State.NORMAL;
    private Token previous = Token.END_OF_LINE;
    private Token beforePrevious = Token.END_OF_LINE;
    private String tokenText = "";
    /** Place of the first token of the current statement. */
    private String statementFile = "<none>";
    private int statementLine;

    KconfigLexer(KconfigFiles files, Messages messages, Map<String, String> environment, ShellCommand shell,
            KconfigLanguage language) {
        this.files = files;
        this.messages = messages;
        this.environment = environment;
        this.language = language;
        this.macros = new Macros(messages, environment, shell, this);
        for (Token token : Token.values()) {
            if (token.compareTo(Token.BOOL) >= 0 && (token != Token.TRANSITIONAL || language.hasTransitional())) {
                keywords.put(token.name().toLowerCase(Locale.ROOT), token);
            }
        }
    }

    Macros macros() {
        return macros;
    }

    /** Text of the last token: a word, the content of a string, a help text or an assigned value. */
    String text() {
        return tokenText;
    }

    String statementFile() {
        return statementFile;
    }

    int statementLine() {
        return statementLine;
    }

    @Override
    public String file() {
        return input.name;
    }

    @Override
    public int line() {
        return input.line;
    }

    Set<String> fileNames() {
        return fileNames;
    }

    // ---- files ----

    void open(String name) {
        String text = readFile(name);
        if (text == null) {
            messages.err("can't find file " + name + "\n");
            throw messages.failure();
        }
        input = new Input(name, text);
        inclusions.put(name, new FirstInclusion(name, 0));
        fileNames.add(name);
    }

    /** Go on in another file; the statement that named it has been read to its end. */
    void include(String name) {
        String text = readFile(name);
        if (text == null) {
            messages.err(statementFile + ":" + statementLine + ": can't open file \"" + name + "\"\n");
            throw messages.failure();
        }
        input.sourceLine = statementLine;
        refuseLoop(name);
        FirstInclusion first = inclusions.putIfAbsent(name, new FirstInclusion(statementFile, statementLine));
        if (first != null && language.refusesRepeatedInclusion()) {
            messages.err(statementFile + ":" + statementLine + ": error: Repeated inclusion of " + name + "\n"
                    + first.file() + ":" + first.line() + ": note: Location of first inclusion of " + name + "\n");
            throw messages.failure();
        }
        if (inputs.size() >= MAX_INCLUSION_DEPTH) {
            messages.err(statementFile + ":" + statementLine + ": files are included too deeply\n");
            throw messages.failure();
        }
        fileNames.add(name);
        inputs.push(input);
        input = new Input(name, text);
    }

    private void refuseLoop(String name) {
        boolean loop = input.name.equals(name);
        for (Input outer : inputs) {
            loop |= outer.name.equals(name);
        }
        if (!loop) {
            return;
        }
        StringBuilder path = new StringBuilder("Recursive inclusion detected.\nInclusion path:\n  current file : ")
                .append(name).append('\n');
        appendInclusion(path, input);
        for (Input outer : inputs) {
            appendInclusion(path, outer);
        }
        messages.err(path.toString());
        throw messages.failure();
    }

    private static void appendInclusion(StringBuilder path, Input from) {
        path.append("  included from: ").append(from.name).append(':').append(from.sourceLine).append('\n');
    }

    private @Nullable String readFile(String name) {
        return readFile(files, environment, name);
    }

    /** Read a file by its name, or else below {@code $srctree}. */
    static @Nullable String readFile(KconfigFiles files, Map<String, String> environment, String name) {
        String text = files.read(name);
        String sourceTree = environment.get("srctree");
        if (text == null && sourceTree != null && !name.startsWith("/")) {
            text = files.read(sourceTree + "/" + name);
        }
        return text;
    }

    // ---- tokens ----

    /** The next token is the text of a help section. */
    void expectHelp() {
        state = State.HELP;
    }

    Token next() {
        while (true) {
            Token token = scan();
            if (previous == Token.END_OF_LINE || previous == Token.HELP_TEXT) {
                if (token == Token.END_OF_LINE) {
                    continue;
                }
                statementFile = input.name;
                statementLine = input.line;
            }
            if (beforePrevious == Token.END_OF_LINE && previous == Token.WORD && isAssignment(token)) {
                state = State.ASSIGNED;
            }
            beforePrevious = previous;
            previous = token;
            return token;
        }
    }

    private static boolean isAssignment(Token token) {
        return token == Token.ASSIGN_RECURSIVE_OR_EQUAL || token == Token.ASSIGN_SIMPLE || token == Token.ASSIGN_APPEND;
    }

    private Token scan() {
        while (true) {
            if (state == State.HELP) {
                state = State.NORMAL;
                tokenText = helpText();
                return Token.HELP_TEXT;
            }
            if (input.position >= input.text.length()) {
                return endOfFile();
            }
            Token token = state == State.ASSIGNED ? assigned() : normal();
            if (token != null) {
                return token;
            }
        }
    }

    private Token endOfFile() {
        state = State.NORMAL;
        if (previous != Token.END_OF_LINE && previous != Token.HELP_TEXT) {
            messages.err(input.name + ":" + input.line + ":warning: no new line at end of file\n");
        }
        Input outer = inputs.poll();
        if (outer == null) {
            return Token.END_OF_INPUT;
        }
        input = outer;
        return Token.END_OF_LINE;
    }

    private @Nullable Token assigned() {
        int from = input.position;
        while (from < input.text.length() && isBlank(input.text.charAt(from))) {
            from++;
        }
        if (from < input.text.length() && input.text.charAt(from) == '\n') {
            state = State.NORMAL;
            input.position = from;
            return lineEnd();
        }
        int to = endOfLine(from);
        input.position = to;
        if (from == to) {
            return null;
        }
        tokenText = input.text.substring(from, to);
        return Token.ASSIGNED_VALUE;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private Token lineEnd() {
        input.position++;
        input.line++;
        return Token.END_OF_LINE;
    }

    private int endOfLine(int from) {
        int end = input.text.indexOf('\n', from);
        return end < 0 ? input.text.length() : end;
    }

    /** One token, or {@code null} for what is skipped. */
    private @Nullable Token normal() {
        char c = input.text.charAt(input.position);
        if (isWordPart(c) || c == '$') {
            return word();
        }
        switch (c) {
            case '\n':
                return lineEnd();
            case ' ', '\t':
                input.position++;
                return null;
            case '#':
                input.position = endOfLine(input.position);
                return null;
            case '"', '\'':
                input.position++;
                tokenText = quoted(c);
                return Token.QUOTED;
            default:
                return sign(c);
        }
    }

    private @Nullable Token sign(char c) {
        char following = input.position + 1 < input.text.length() ? input.text.charAt(input.position + 1) : 0;
        if (c == '\\' && following == '\n') {
            input.position += 2;
            input.line++;
            return null;
        }
        Token pair = pairSign(c, following);
        if (pair != null) {
            input.position += 2;
            return pair;
        }
        input.position++;
        return switch (c) {
            case '=' -> Token.ASSIGN_RECURSIVE_OR_EQUAL;
            case '<' -> Token.LESS;
            case '>' -> Token.GREATER;
            case '!' -> Token.NOT;
            case '(' -> Token.OPEN;
            case ')' -> Token.CLOSE;
            default -> {
                skipUnsupported(c);
                yield null;
            }
        };
    }

    /** Pass over a character that is in no token; conf sees its bytes one by one, and only ASCII is shown as it is. */
    private void skipUnsupported(char c) {
        String place = input.name + ":" + input.line + ":warning: ignoring unsupported character '";
        if (LosslessUtf8.isEscape(input.text, input.position - 1)) {
            messages.err(place + "\\x" + Integer.toHexString(c & 0xff) + "'\n");
            return;
        }
        if (Character.isLowSurrogate(c)) {
            return;
        }
        if (c < 0x80) {
            messages.err(place + c + "'\n");
            return;
        }
        int codePoint = input.text.codePointAt(input.position - 1);
        for (byte unit : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
            messages.err(place + "\\x" + Integer.toHexString(unit & 0xff) + "'\n");
        }
    }

    private static @Nullable Token pairSign(char c, char following) {
        if (following == '=') {
            return switch (c) {
                case '!' -> Token.UNEQUAL;
                case '<' -> Token.LESS_EQUAL;
                case '>' -> Token.GREATER_EQUAL;
                case ':' -> Token.ASSIGN_SIMPLE;
                case '+' -> Token.ASSIGN_APPEND;
                default -> null;
            };
        }
        if (c != following) {
            return null;
        }
        return c == '|' ? Token.OR : c == '&' ? Token.AND : null;
    }

    static boolean isWordPart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-';
    }

    private @Nullable Token word() {
        int from = input.position;
        int to = from;
        while (to < input.text.length() && isWordPart(input.text.charAt(to))) {
            to++;
        }
        if (to < input.text.length() && input.text.charAt(to) == '$') {
            return expandedWord(from);
        }
        input.position = to;
        tokenText = input.text.substring(from, to);
        return keywords.getOrDefault(tokenText, Token.WORD);
    }

    /** A word with macros in it is never a keyword; one that expands to nothing is no word at all. */
    private @Nullable Token expandedWord(int from) {
        int lineEnd = endOfLine(from);
        Macros.Expansion expansion = macros.expandWord(input.text.substring(from, lineEnd), 0);
        input.position = from + expansion.end();
        tokenText = expansion.text();
        return tokenText.isEmpty() ? null : Token.WORD;
    }

    private String quoted(char quote) {
        StringBuilder content = new StringBuilder();
        while (input.position < input.text.length()) {
            char c = input.text.charAt(input.position++);
            if (c == quote) {
                return content.toString();
            }
            if (c == '\n') {
                messages.err(statementPlace() + ":warning: multi-line strings not supported\n");
                input.position--;
                return content.toString();
            }
            if (c == '$') {
                int lineEnd = endOfLine(input.position);
                Macros.Expansion expansion = macros.expandDollar(input.text.substring(input.position, lineEnd), 0);
                content.append(expansion.text());
                input.position += expansion.end();
            } else if (c != '\\') {
                content.append(c);
            } else if (input.position < input.text.length() && input.text.charAt(input.position) != '\n') {
                content.append(input.text.charAt(input.position++));
            }
        }
        return content.toString();
    }

    private String statementPlace() {
        return statementFile + ":" + statementLine;
    }

    // ---- help ----

    /** Read lines until one is indented less than the first, or the file ends. */
    private String helpText() {
        StringBuilder help = new StringBuilder();
        int firstIndent = 0;
        int lastIndent = 0;
        while (input.position < input.text.length()) {
            int from = input.position;
            int start = from;
            while (start < input.text.length() && isBlank(input.text.charAt(start))) {
                start++;
            }
            if (start < input.text.length() && input.text.charAt(start) == '\n') {
                input.position = start + 1;
                input.line++;
                if (endsHelp(start + 1)) {
                    return help.toString();
                }
                help.append('\n');
                continue;
            }
            if (start > from) {
                lastIndent = indent(from, start);
                input.position = start;
                if (firstIndent > 0) {
                    if (lastIndent < firstIndent) {
                        return help.toString();
                    }
                    help.repeat(' ', lastIndent - firstIndent);
                }
            }
            if (start < input.text.length()) {
                int lineEnd = endOfLine(start);
                help.append(input.text, start, withoutTrailingBlanks(start, lineEnd));
                input.position = lineEnd;
                if (firstIndent == 0) {
                    firstIndent = lastIndent;
                }
            }
        }
        return help.toString();
    }

    /** Whether a line that starts at {@code position} is not indented and not empty. */
    private boolean endsHelp(int position) {
        return position < input.text.length() && !isBlank(input.text.charAt(position))
                && input.text.charAt(position) != '\n';
    }

    private int indent(int from, int to) {
        int columns = 0;
        for (int i = from; i < to; i++) {
            columns = input.text.charAt(i) == '\t' ? (columns & ~7) + 8 : columns + 1;
        }
        return columns;
    }

    private int withoutTrailingBlanks(int from, int to) {
        int end = to;
        while (end > from && isBlank(input.text.charAt(end - 1))) {
            end--;
        }
        return end;
    }
}
