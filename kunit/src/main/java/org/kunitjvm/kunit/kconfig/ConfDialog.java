package org.kunitjvm.kunit.kconfig;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The line-oriented questions of oldaskconfig and oldconfig, and the lists of new symbols. What is read is echoed,
 * unless it was typed on a terminal, which has done that. Models the dialogue of scripts/kconfig/conf.c.
 */
final class ConfDialog {
    private static final int MAX_ROUNDS = 10_000;

    private final KconfigTree tree;
    private final SymbolEvaluator evaluator;
    private final Messages messages;
    private final ConfigWriter writer;
    private final Answers input;
    private ConfMode mode;
    private int indent = 1;
    private int restarts;
    private boolean inputEnded;
    private @Nullable Menu shownRoot;
    /** The last line read, without its end; {@code null} where a question was not asked. */
    private String line = "";

    ConfDialog(KconfigTree tree, SymbolEvaluator evaluator, ConfigWriter writer, Answers input, ConfMode mode) {
        this.tree = tree;
        this.evaluator = evaluator;
        this.messages = tree.messages();
        this.writer = writer;
        this.input = input;
        this.mode = mode;
    }

    /** Ask, or list, until nothing is new. */
    void run() {
        if (mode == ConfMode.OLDASKCONFIG) {
            shownRoot = tree.root();
            show(tree.root());
            mode = ConfMode.OLDCONFIG;
        }
        int rounds = 0;
        do {
            restarts = 0;
            visitNew(tree.root());
        } while (restarts > 0 && ++rounds < MAX_ROUNDS);
    }

    /** Look for symbols without a value of the user, and deal with them. Models check_conf. */
    private void visitNew(Menu menu) {
        if (!evaluator.isVisible(menu)) {
            return;
        }
        Symbol symbol = menu.symbol;
        if (symbol != null && !symbol.hasUserValue && SymbolEvaluator.isChangeable(symbol)) {
            switch (mode) {
                case LISTNEWCONFIG -> messages.out(writer.listLine(symbol));
                case HELPNEWCONFIG -> {
                    messages.out("-----\n");
                    help(menu);
                    messages.out("-----\n");
                }
                default -> restart(menu);
            }
        }
        for (Menu child = menu.firstChild; child != null; child = child.next) {
            visitNew(child);
        }
    }

    private void restart(Menu menu) {
        if (restarts++ == 0) {
            messages.out("*\n* Restart config...\n*\n");
        }
        Menu top = menu;
        while (top.parent != null && !isTitle(top)) {
            top = top.parent;
        }
        shownRoot = top;
        show(top);
    }

    private static boolean isTitle(Menu menu) {
        return menu.prompt != null && menu.prompt.kind == Property.Kind.MENU;
    }

    /** Go through an entry and those below. Models conf(). */
    private void show(Menu menu) {
        if (!evaluator.isVisible(menu)) {
            return;
        }
        Property.Kind kind = menu.prompt == null ? Property.Kind.PROMPT : menu.prompt.kind;
        if (kind == Property.Kind.MENU && mode != ConfMode.OLDASKCONFIG && shownRoot != menu) {
            visitNew(menu);
            return;
        }
        if (kind == Property.Kind.MENU || kind == Property.Kind.COMMENT) {
            String star = " ".repeat(indent - 1) + "*";
            messages.out(star + "\n" + star + " " + menu.title() + "\n" + star + "\n");
        }
        Symbol symbol = menu.symbol;
        if (symbol != null && symbol.isChoice()) {
            askChoice(menu);
            return;
        }
        if (symbol != null) {
            if (symbol.type.isLogic() || symbol.type == SymbolType.UNKNOWN) {
                askLogic(menu, symbol);
            } else {
                askText(menu, symbol);
            }
            indent += 2;
        }
        for (Menu child = menu.firstChild; child != null; child = child.next) {
            show(child);
        }
        if (symbol != null) {
            indent -= 2;
        }
    }

    private String margin() {
        return " ".repeat(indent - 1);
    }

    private void help(Menu menu) {
        messages.out("\n" + ExtendedHelp.of(menu, tree, evaluator, writer.prefix()) + "\n");
    }

    // ---- questions ----

    /** Finish the line of a question and read the answer; false if nothing is to be asked. */
    private boolean ask(Symbol symbol, String shown) {
        if (!symbol.hasUserValue) {
            messages.out("(NEW) ");
        }
        line = "";
        if (!SymbolEvaluator.isChangeable(symbol) || mode == ConfMode.OLDCONFIG && symbol.hasUserValue) {
            messages.out(shown + "\n");
            return false;
        }
        readLine("\n");
        return true;
    }

    /** Read a line and echo it; at the end of the input the echo is {@code atEnd}. */
    private void readLine(String atEnd) {
        messages.flush();
        String read = input.nextLine();
        if (read == null) {
            messages.err("\nError in reading or end of file.\n");
            inputEnded = true;
        }
        String shown = read == null ? atEnd : read;
        line = read == null ? "" : read.endsWith("\n") ? read.substring(0, read.length() - 1) : read;
        if (!input.areTyped()) {
            messages.out(shown);
        }
    }

    /** Keep a question that nobody answers any more from being asked for ever. */
    private void refuseEndlessQuestion(Symbol symbol) {
        if (inputEnded) {
            messages.err("no acceptable value for " + symbol.name() + " before the end of the input\n");
            throw messages.failure();
        }
    }

    private void askText(Menu menu, Symbol symbol) {
        while (true) {
            String value = SymbolEvaluator.text(symbol);
            messages.out(margin() + menu.title() + " (" + symbol.name() + ") [" + value + "] ");
            if (!ask(symbol, value)) {
                return;
            }
            if (line.equals("?")) {
                help(menu);
                continue;
            }
            if (evaluator.wish(symbol, line.isEmpty() ? value : line)) {
                return;
            }
            refuseEndlessQuestion(symbol);
        }
    }

    private void askLogic(Menu menu, Symbol symbol) {
        while (true) {
            Tristate old = symbol.value;
            messages.out(margin() + menu.title() + " (" + symbol.name() + ") " + choices(symbol, old));
            if (!ask(symbol, SymbolEvaluator.text(symbol))) {
                return;
            }
            String answer = line.strip();
            Tristate wish = answer.isEmpty() ? old : answer(answer);
            if (wish == null && !answer.startsWith("?")) {
                refuseEndlessQuestion(symbol);
                continue;
            }
            if (wish != null && evaluator.wish(symbol, wish)) {
                return;
            }
            refuseEndlessQuestion(symbol);
            help(menu);
        }
    }

    private String choices(Symbol symbol, Tristate old) {
        StringBuilder text = new StringBuilder("[").append(old.letter().toUpperCase(Locale.ROOT));
        for (Tristate other : Tristate.values()) {
            if (other != old && evaluator.mayBe(symbol, other)) {
                text.append('/').append(other.letter());
            }
        }
        return text.append("/?] ").toString();
    }

    private static @Nullable Tristate answer(String text) {
        return switch (text) {
            case "n", "N", "no", "No" -> Tristate.NO;
            case "m", "M" -> Tristate.MOD;
            case "y", "Y", "yes", "Yes" -> Tristate.YES;
            default -> null;
        };
    }

    private void askChoice(Menu choice) {
        boolean isNew = false;
        while (true) {
            messages.out(margin() + choice.title() + "\n");
            Symbol chosen = evaluator.chosen(choice);
            line = "";
            int count = 0;
            int chosenNumber = 0;
            for (Menu child = choice.firstChild; child != null; child = child.next) {
                if (!evaluator.isVisible(child)) {
                    continue;
                }
                if (child.symbol == null) {
                    messages.out(margin() + "* " + child.title() + "\n");
                    continue;
                }
                count++;
                if (child.symbol == chosen) {
                    chosenNumber = count;
                }
                isNew |= !child.symbol.hasUserValue;
                messages.out(margin() + (child.symbol == chosen ? '>' : ' ') + " " + count + ". " + child.title() + " ("
                        + child.symbol.name() + ")" + (child.symbol.hasUserValue ? "" : " (NEW)") + "\n");
            }
            Menu picked = pick(choice, count, chosenNumber, isNew);
            if (picked != null && picked.symbol != null) {
                evaluator.choose(choice, picked.symbol);
                return;
            }
            if (inputEnded || count == 0) {
                // Nothing to pick, or nobody to ask.
                return;
            }
        }
    }

    /** Ask for one of the members; {@code null} if the question must be put again. */
    private @Nullable Menu pick(Menu choice, int count, int chosenNumber, boolean isNew) {
        messages.out(margin() + "choice");
        int number = count;
        if (count == 1) {
            messages.out("[1]: 1\n");
        } else {
            messages.out("[1-" + count + "?]: ");
            if (mode == ConfMode.OLDCONFIG && !isNew) {
                number = chosenNumber;
                messages.out(number + "\n");
            } else {
                readLine("");
                line = line.strip();
                if (line.startsWith("?")) {
                    help(choice);
                    return null;
                }
                if (!line.isEmpty() && !Character.isDigit(line.charAt(0))) {
                    return null;
                }
                number = line.isEmpty() ? chosenNumber : (int) Math.min(Numbers.leadingLong(line, 10),
                    Integer.MAX_VALUE);
            }
        }
        Menu picked = member(choice, number);
        if (picked != null && line.endsWith("?")) {
            help(picked);
            return null;
        }
        return picked;
    }

    private @Nullable Menu member(Menu choice, int number) {
        int left = number;
        for (Menu child = choice.firstChild; child != null; child = child.next) {
            if (child.symbol != null && evaluator.isVisible(child) && --left == 0) {
                return child;
            }
        }
        return null;
    }
}
