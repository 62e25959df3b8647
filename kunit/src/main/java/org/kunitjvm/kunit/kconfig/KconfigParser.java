package org.kunitjvm.kunit.kconfig;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.kunitjvm.kunit.kconfig.Expr.Kind;
import org.kunitjvm.kunit.kconfig.KconfigLexer.Token;

/**
 * Parses Kconfig files into a tree of entries, each with its own properties only ({@link MenuFinisher} spreads the
 * conditions).
 *
 * <p>Written by hand, but behaves like the kernel's yacc grammar where that shows: the next token is looked at only
 * where the grammar needs it (a help text or an included file changes how it is read), and after a syntax error the
 * rest of the line is skipped, "invalid statement" is said, and further "syntax error" lines are withheld until three
 * tokens were accepted in a row. Models scripts/kconfig/parser.y.
 */
final class KconfigParser {
    /** Yacc's stack holds 10,000 entries; deeper nesting than this cannot be meant. */
    private static final int MAX_NESTED_EXPRESSIONS = 1000;
    private static final int MAX_NESTED_BLOCKS = 1000;
    /** Tokens that must be accepted after a syntax error before the next one is reported. */
    private static final int QUIET_TOKENS = 3;

    /** Thrown at an unexpected token, caught by the enclosing list of statements. */
    private static final class SyntaxError extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SyntaxError() {
            super(null, null, false, false);
        }
    }

    /** Thrown when the input ends where it must not. */
    private static final class UnexpectedEnd extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnexpectedEnd() {
            super(null, null, false, false);
        }
    }

    private final KconfigTree tree;
    private final ExprPool pool;
    private final SymbolTable symbols;
    private final Messages messages;
    private final KconfigLexer lexer;
    private final KconfigLanguage language;

    private Menu currentMenu;
    private Menu currentEntry;
    private @Nullable Menu currentChoice;
    /** The entry behind which the next one goes, or {@code null} if it becomes the first child of the current menu. */
    private @Nullable Menu lastSibling;
    private @Nullable Token lookahead;
    private int quietTokens;
    private int errors;
    private int nesting;
    /** Blocks that are open, the innermost first. */
    private final Deque<Menu> open = new ArrayDeque<>();

    KconfigParser(KconfigTree tree, KconfigLexer lexer, KconfigLanguage language) {
        this.tree = tree;
        this.pool = tree.pool();
        this.symbols = tree.symbols();
        this.messages = tree.messages();
        this.lexer = lexer;
        this.language = language;
        this.currentMenu = tree.root();
        this.currentEntry = tree.root();
    }

    /** Parse everything; what is wrong has been reported when this returns a number above 0. */
    int parse() {
        try {
            mainMenu();
            statements(false);
            // Only the end of the input, or an end keyword without a block, stops the outermost list.
            while (peek() != Token.END_OF_INPUT) {
                reportSyntaxError();
                skipStatement();
                statements(false);
            }
        } catch (SyntaxError e) {
            // Only in the mainmenu line: nothing to go on with.
            reportSyntaxError();
        } catch (UnexpectedEnd e) {
            for (Menu menu : open) {
                messages.err(menu.file + ":" + menu.line + ": missing end statement for this entry\n");
            }
        }
        return errors;
    }

    // ---- tokens ----

    private Token peek() {
        Token token = lookahead;
        if (token == null) {
            token = lexer.next();
            lookahead = token;
        }
        return token;
    }

    /** Accept the next token, whatever it is. */
    private Token take() {
        Token token = peek();
        lookahead = null;
        if (quietTokens > 0) {
            quietTokens--;
        }
        return token;
    }

    private void expect(Token expected) {
        if (peek() != expected) {
            throw new SyntaxError();
        }
        take();
    }

    private boolean takeIf(Token expected) {
        if (peek() != expected) {
            return false;
        }
        take();
        return true;
    }

    /** Accept a token that has a text. */
    private String takeText(Token expected) {
        if (peek() != expected) {
            throw new SyntaxError();
        }
        // The text is the lexer's until the next token is read.
        String text = lexer.text();
        take();
        return text;
    }

    // ---- errors ----

    private void reportSyntaxError() {
        if (quietTokens == 0) {
            errors++;
            say("syntax error");
        }
        quietTokens = QUIET_TOKENS;
    }

    /** Skip to the end of the line, which is accepted. */
    private void skipLine() {
        while (peek() != Token.END_OF_LINE) {
            if (peek() == Token.END_OF_INPUT) {
                throw new UnexpectedEnd();
            }
            lookahead = null;
            quietTokens = QUIET_TOKENS;
        }
        take();
    }

    private void skipStatement() {
        skipLine();
        error("invalid statement");
    }

    private void error(String text) {
        errors++;
        say(text);
    }

    private void say(String text) {
        messages.err(lexer.statementFile() + ":" + lexer.statementLine() + ": " + text + "\n");
    }

    private void errorAt(Menu menu, String text) {
        errors++;
        messages.err(menu.file + ":" + menu.line + ": error: " + text + "\n");
    }

    // ---- statements ----

    private void mainMenu() {
        if (peek() == Token.MAINMENU) {
            take();
            String title = takeText(Token.QUOTED);
            expect(Token.END_OF_LINE);
            addPrompt(Property.Kind.MENU, title, null);
        }
    }

    /** Parse statements until a token that cannot start or continue one ends the list. */
    private void statements(boolean inChoice) {
        while (true) {
            try {
                if (!statement(inChoice)) {
                    return;
                }
            } catch (SyntaxError e) {
                reportSyntaxError();
                skipStatement();
            }
        }
    }

    private boolean statement(boolean inChoice) {
        switch (peek()) {
            case CONFIG -> config();
            case COMMENT -> comment();
            case IF -> ifBlock(inChoice);
            case END_OF_INPUT, ENDMENU, ENDCHOICE, ENDIF -> {
                return false;
            }
            default -> {
                if (inChoice) {
                    throw new SyntaxError();
                }
                outerStatement();
            }
        }
        return true;
    }

    private void outerStatement() {
        switch (peek()) {
            case MENUCONFIG -> menuconfig();
            case CHOICE -> choice();
            case MENU -> menu();
            case SOURCE -> source();
            case WORD -> assignment();
            default -> throw new SyntaxError();
        }
    }

    private void assignment() {
        String name = takeText(Token.WORD);
        Macros.Flavor flavor = switch (peek()) {
            case ASSIGN_RECURSIVE_OR_EQUAL -> Macros.Flavor.RECURSIVE;
            case ASSIGN_SIMPLE -> Macros.Flavor.SIMPLE;
            case ASSIGN_APPEND -> Macros.Flavor.APPEND;
            default -> null;
        };
        if (flavor == null) {
            reportSyntaxError();
            skipLine();
            error("unknown statement \"" + name + "\"");
            return;
        }
        take();
        String value = peek() == Token.ASSIGNED_VALUE ? takeText(Token.ASSIGNED_VALUE) : "";
        expect(Token.END_OF_LINE);
        lexer.macros().assign(name, value, flavor);
    }

    private void source() {
        take();
        String name = takeText(Token.QUOTED);
        expect(Token.END_OF_LINE);
        lexer.include(name);
    }

    private void comment() {
        take();
        String title = takeText(Token.QUOTED);
        expect(Token.END_OF_LINE);
        addEntry(null);
        addPrompt(Property.Kind.COMMENT, title, null);
        while (peek() == Token.DEPENDS) {
            depends();
        }
    }

    // ---- blocks ----

    private void ifBlock(boolean inChoice) {
        take();
        Expr condition = expression();
        expect(Token.END_OF_LINE);
        addEntry(null);
        addDependency(condition);
        openBlock();
        statements(inChoice);
        closeBlock("if");
    }

    private void menu() {
        take();
        String title = takeText(Token.QUOTED);
        expect(Token.END_OF_LINE);
        addEntry(null);
        addPrompt(Property.Kind.MENU, title, null);
        while (true) {
            if (peek() == Token.DEPENDS) {
                depends();
            } else if (peek() == Token.VISIBLE) {
                take();
                Expr condition = condition();
                expect(Token.END_OF_LINE);
                currentEntry.visibility = pool.and(currentEntry.visibility, condition);
            } else {
                break;
            }
        }
        openBlock();
        statements(false);
        closeBlock("menu");
    }

    private void choice() {
        take();
        expect(Token.END_OF_LINE);
        addEntry(symbols.newChoice());
        setType(SymbolType.BOOL);
        choiceOptions();
        if (currentEntry.prompt == null) {
            errorAt(currentEntry, "choice must have a prompt");
        }
        currentChoice = openBlock();
        statements(true);
        closeBlock("choice");
    }

    private void choiceOptions() {
        while (true) {
            switch (peek()) {
                // 6.12 still takes the older spelling: bool "title".
                case PROMPT, BOOL -> promptLine();
                case DEFAULT -> {
                    take();
                    Symbol member = symbols.lookup(takeText(Token.WORD));
                    Expr condition = condition();
                    expect(Token.END_OF_LINE);
                    addProperty(Property.Kind.DEFAULT, pool.symbol(member), condition);
                }
                case DEPENDS -> depends();
                case HELP -> help();
                default -> {
                    return;
                }
            }
        }
    }

    private Menu openBlock() {
        if (open.size() >= MAX_NESTED_BLOCKS) {
            say("blocks are nested too deeply");
            throw messages.failure();
        }
        lastSibling = null;
        currentMenu = currentEntry;
        open.push(currentMenu);
        return currentMenu;
    }

    /** Take the end of a block; the wrong kind of end is reported and ends it all the same. */
    private void closeBlock(String kind) {
        String found = blockEnd();
        while (peek() != Token.END_OF_LINE) {
            // Something follows the end keyword: the line is no statement, and the block stays open.
            reportSyntaxError();
            skipStatement();
            statements(currentChoice != null);
            found = blockEnd();
        }
        take();
        open.pop();
        if (kind.equals("choice")) {
            currentChoice = null;
        }
        if (isProperEnd(found, kind)) {
            lastSibling = currentMenu;
            currentMenu = currentMenu.parent == null ? currentMenu : currentMenu.parent;
        }
    }

    /** Take an end keyword and return the kind of block that it ends. */
    private String blockEnd() {
        String found = switch (peek()) {
            case ENDMENU -> "menu";
            case ENDCHOICE -> "choice";
            case ENDIF -> "if";
            default -> "";
        };
        if (found.isEmpty()) {
            // The end of the input: the list of statements takes everything else.
            reportSyntaxError();
            throw new UnexpectedEnd();
        }
        take();
        return found;
    }

    private boolean isProperEnd(String found, String kind) {
        if (!found.equals(kind)) {
            error("unexpected '" + found + "' within " + kind + " block");
            errors++;
            return false;
        }
        if (!currentMenu.file.equals(lexer.statementFile())) {
            error("'" + found + "' in different file than '" + kind + "'");
            messages.err(currentMenu.file + ":" + currentMenu.line + ": location of the '" + kind + "'\n");
            errors++;
            return false;
        }
        return true;
    }

    // ---- symbols ----

    private void config() {
        take();
        addEntry(symbols.lookup(takeTextAtLineEnd()));
        configOptions();
        checkChoiceMember();
    }

    private void menuconfig() {
        take();
        addEntry(symbols.lookup(takeTextAtLineEnd()));
        configOptions();
        if (currentEntry.prompt != null) {
            currentEntry.prompt.kind = Property.Kind.MENU;
        } else {
            say("warning: menuconfig statement without prompt");
        }
    }

    private String takeTextAtLineEnd() {
        String name = takeText(Token.WORD);
        expect(Token.END_OF_LINE);
        return name;
    }

    private void checkChoiceMember() {
        Symbol symbol = currentEntry.symbol;
        if (currentChoice == null || symbol == null) {
            return;
        }
        if (currentEntry.prompt == null) {
            errorAt(currentEntry, "choice member must have a prompt");
        }
        if (symbol.type != SymbolType.BOOL) {
            errorAt(currentEntry, "choice member must be bool");
        }
        if (symbol.choice == null) {
            symbol.choice = currentChoice;
            currentChoice.choiceMembers.add(symbol);
        }
    }

    private void configOptions() {
        while (configOption()) {
            // Each call takes one line.
        }
    }

    private boolean configOption() {
        switch (peek()) {
            case BOOL -> typeLine(SymbolType.BOOL);
            case TRISTATE -> typeLine(SymbolType.TRISTATE);
            case INT -> typeLine(SymbolType.INT);
            case HEX -> typeLine(SymbolType.HEX);
            case STRING -> typeLine(SymbolType.STRING);
            case PROMPT -> promptLine();
            case DEFAULT -> defaultLine(SymbolType.UNKNOWN);
            case DEF_BOOL -> defaultLine(SymbolType.BOOL);
            case DEF_TRISTATE -> defaultLine(SymbolType.TRISTATE);
            case SELECT -> targetLine(Property.Kind.SELECT);
            case IMPLY -> targetLine(Property.Kind.IMPLY);
            case RANGE -> rangeLine();
            case MODULES -> modulesLine();
            case TRANSITIONAL -> transitionalLine();
            case DEPENDS -> depends();
            case HELP -> help();
            default -> {
                return false;
            }
        }
        return true;
    }

    private void typeLine(SymbolType type) {
        take();
        if (peek() == Token.QUOTED) {
            String title = takeText(Token.QUOTED);
            Expr condition = condition();
            addPrompt(Property.Kind.PROMPT, title, condition);
        }
        expect(Token.END_OF_LINE);
        setType(type);
    }

    private void promptLine() {
        take();
        String title = takeText(Token.QUOTED);
        Expr condition = condition();
        expect(Token.END_OF_LINE);
        addPrompt(Property.Kind.PROMPT, title, condition);
    }

    private void defaultLine(SymbolType type) {
        take();
        Expr value = expression();
        Expr condition = condition();
        expect(Token.END_OF_LINE);
        addProperty(Property.Kind.DEFAULT, value, condition);
        if (type != SymbolType.UNKNOWN) {
            setType(type);
        }
    }

    private void targetLine(Property.Kind kind) {
        take();
        Symbol target = symbols.lookup(takeText(Token.WORD));
        Expr condition = condition();
        expect(Token.END_OF_LINE);
        addProperty(kind, pool.symbol(target), condition);
    }

    private void rangeLine() {
        take();
        Symbol low = operand();
        Symbol high = operand();
        Expr condition = condition();
        expect(Token.END_OF_LINE);
        addProperty(Property.Kind.RANGE, pool.pair(Kind.RANGE, low, high), condition);
    }

    private void modulesLine() {
        take();
        expect(Token.END_OF_LINE);
        Symbol symbol = currentEntry.symbol;
        if (symbol == null) {
            return;
        }
        if (tree.hasModules()) {
            error("symbol '" + symbol.name() + "' redefines option 'modules' already defined by symbol '"
                    + tree.modules().name() + "'");
        }
        tree.setModules(symbol);
    }

    private void transitionalLine() {
        take();
        expect(Token.END_OF_LINE);
        if (currentEntry.symbol != null) {
            currentEntry.symbol.transitional = true;
            tree.setHasTransitional();
        }
    }

    private void depends() {
        take();
        expect(Token.ON);
        Expr dependency = expression();
        Expr condition = language.hasConditionalDepends() ? condition() : null;
        expect(Token.END_OF_LINE);
        // X if Y binds only where Y holds: X || !Y.
        addDependency(condition == null ? dependency : pool.junction(Kind.OR, dependency, pool.not(condition)));
    }

    private void help() {
        take();
        expect(Token.END_OF_LINE);
        lexer.expectHelp();
        String text = takeText(Token.HELP_TEXT);
        String name = currentEntry.symbol == null ? "" : currentEntry.symbol.name();
        if (currentEntry.help != null) {
            say("warning: '" + name + "' defined with more than one help text -- only the last one will be used");
        }
        if (isBlank(text)) {
            say("warning: '" + name + "' defined with blank help text");
        }
        currentEntry.help = text;
    }

    private static boolean isBlank(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!Numbers.isSpace(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    // ---- expressions ----

    /** The expression behind an {@code if}, or {@code null} if there is none. */
    private @Nullable Expr condition() {
        return takeIf(Token.IF) ? expression() : null;
    }

    private Expr expression() {
        if (++nesting > MAX_NESTED_EXPRESSIONS) {
            say("expression is nested too deeply");
            throw messages.failure();
        }
        try {
            Expr left = conjunction();
            while (takeIf(Token.OR)) {
                left = pool.junction(Kind.OR, left, conjunction());
            }
            return left;
        } finally {
            nesting--;
        }
    }

    private Expr conjunction() {
        Expr left = factor();
        while (takeIf(Token.AND)) {
            left = pool.junction(Kind.AND, left, factor());
        }
        return left;
    }

    private Expr factor() {
        int negations = 0;
        while (takeIf(Token.NOT)) {
            if (++negations > MAX_NESTED_EXPRESSIONS) {
                say("expression is nested too deeply");
                throw messages.failure();
            }
        }
        Expr operand;
        if (takeIf(Token.OPEN)) {
            operand = expression();
            expect(Token.CLOSE);
        } else {
            operand = comparison();
        }
        for (; negations > 0; negations--) {
            operand = pool.not(operand);
        }
        return operand;
    }

    private Expr comparison() {
        Symbol left = operand();
        Kind kind = switch (peek()) {
            case ASSIGN_RECURSIVE_OR_EQUAL -> Kind.EQUAL;
            case UNEQUAL -> Kind.UNEQUAL;
            case LESS -> Kind.LESS;
            case LESS_EQUAL -> Kind.LESS_EQUAL;
            case GREATER -> Kind.GREATER;
            case GREATER_EQUAL -> Kind.GREATER_EQUAL;
            default -> null;
        };
        if (kind == null) {
            return pool.symbol(left);
        }
        take();
        return pool.pair(kind, left, operand());
    }

    private Symbol operand() {
        return peek() == Token.QUOTED
                ? symbols.lookupConstant(takeText(Token.QUOTED))
                : symbols.lookup(takeText(Token.WORD));
    }

    // ---- building the tree ----

    private void addEntry(@Nullable Symbol symbol) {
        Menu entry = new Menu(symbol, currentMenu, lexer.statementFile(), lexer.statementLine());
        if (lastSibling == null) {
            currentMenu.firstChild = entry;
        } else {
            lastSibling.next = entry;
        }
        lastSibling = entry;
        currentEntry = entry;
        if (symbol != null) {
            symbol.menus.add(entry);
        }
    }

    private void addDependency(Expr dependency) {
        currentEntry.dependency = pool.and(currentEntry.dependency, dependency);
    }

    private void setType(SymbolType type) {
        Symbol symbol = currentEntry.symbol;
        if (symbol == null || symbol.type == type) {
            return;
        }
        if (symbol.type == SymbolType.UNKNOWN) {
            symbol.type = type;
            return;
        }
        messages.err(currentEntry.file + ":" + currentEntry.line + ":warning: ignoring type redefinition of '"
                + symbol.name() + "' from '" + symbol.type.label() + "' to '" + type.label() + "'\n");
    }

    private Property addProperty(Property.Kind kind, @Nullable Expr value, @Nullable Expr condition) {
        Property property = new Property(kind, currentEntry, lexer.statementFile(), lexer.statementLine(), value,
            condition);
        if (currentEntry.symbol != null) {
            currentEntry.symbol.properties.add(property);
        }
        return property;
    }

    private void addPrompt(Property.Kind kind, String title, @Nullable Expr condition) {
        Property prompt = addProperty(kind, null, condition);
        int start = 0;
        while (start < title.length() && Numbers.isSpace(title.charAt(start))) {
            start++;
        }
        if (start > 0) {
            warn(prompt, "leading whitespace ignored");
        }
        if (currentEntry.prompt != null) {
            warn(prompt, "prompt redefined");
        }
        if (kind == Property.Kind.PROMPT) {
            for (Menu menu = currentEntry.parent; menu != null; menu = menu.parent) {
                prompt.condition = pool.and(prompt.condition, menu.visibility);
            }
        }
        currentEntry.prompt = prompt;
        prompt.text = title.substring(start);
    }

    private void warn(Property property, String text) {
        messages.err(property.file + ":" + property.line + ":warning: " + text + "\n");
    }
}
