package org.kunitjvm.kunit.kconfig;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds symbols whose value depends on itself, and reports each loop as a chain of reasons. A choice and its members
 * are visited together, as one. Models sym_check_deps of scripts/kconfig/symbol.c.
 */
final class DependencyChecker {
    /** What leads from one symbol of the chain to the next. */
    private enum Reason {
        DEPENDS,
        SELECTED,
        IMPLIED,
        VALUE,
        VISIBLE
    }

    /** A symbol being visited, with the part of it that is being looked at. */
    private static final class Visit {
        final Symbol symbol;
        Reason reason = Reason.VISIBLE;
        @Nullable Property property;

        Visit(Symbol symbol) {
            this.symbol = symbol;
        }
    }

    private final Messages messages;
    private final List<Visit> path = new ArrayList<>();

    DependencyChecker(Messages messages) {
        this.messages = messages;
    }

    /**
     * Visit everything the symbol depends on.
     *
     * @return the symbol at which a loop closed, or {@code null}; the loop has been reported
     */
    @Nullable Symbol check(Symbol symbol) {
        if (symbol.checking) {
            report(symbol);
            return symbol;
        }
        if (symbol.checked) {
            return null;
        }
        Menu choice = symbol.choiceMenu();
        if (choice != null && choice.symbol != null) {
            // A choice is entered by its own symbol.
            path.add(new Visit(symbol));
            Symbol loop = check(choice.symbol);
            path.removeLast();
            return loop;
        }
        if (symbol.isChoice()) {
            return checkChoice(symbol);
        }
        symbol.checking = true;
        symbol.checked = true;
        Symbol loop = checkParts(symbol);
        symbol.checking = false;
        return loop;
    }

    private @Nullable Symbol checkChoice(Symbol choice) {
        path.add(new Visit(choice));
        Menu menu = choice.menus.getFirst();
        for (Menu member = menu.following(menu); member != null; member = member.following(menu)) {
            if (member.symbol != null) {
                member.symbol.checking = true;
                member.symbol.checked = true;
            }
        }
        choice.checking = true;
        choice.checked = true;
        Symbol loop = checkParts(choice);
        choice.checking = false;
        for (Menu member = menu.following(menu); member != null && loop == null; member = member.following(menu)) {
            if (member.symbol != null) {
                loop = checkParts(member.symbol);
            }
        }
        for (Menu member = menu.following(menu); member != null; member = member.following(menu)) {
            if (member.symbol != null) {
                member.symbol.checking = false;
            }
        }
        if (loop != null && loop.choiceMenu() == menu) {
            loop = choice;
        }
        path.removeLast();
        return loop;
    }

    private @Nullable Symbol checkParts(Symbol symbol) {
        Visit visit = new Visit(symbol);
        path.add(visit);
        Symbol loop = checkParts(symbol, visit);
        path.removeLast();
        return loop;
    }

    private @Nullable Symbol checkParts(Symbol symbol, Visit visit) {
        visit.reason = Reason.DEPENDS;
        Symbol loop = check(symbol.directDependency);
        if (loop == null) {
            visit.reason = Reason.SELECTED;
            loop = check(symbol.reverseDependency);
        }
        if (loop == null) {
            visit.reason = Reason.IMPLIED;
            loop = check(symbol.implied);
        }
        for (int i = 0; i < symbol.properties.size() && loop == null; i++) {
            Property property = symbol.properties.get(i);
            if (property.kind == Property.Kind.SELECT || property.kind == Property.Kind.IMPLY) {
                continue;
            }
            visit.property = property;
            visit.reason = Reason.VISIBLE;
            loop = check(property.condition);
            if (loop == null && property.kind == Property.Kind.DEFAULT && !symbol.isChoice()) {
                visit.reason = Reason.VALUE;
                loop = check(property.value);
            }
        }
        return loop;
    }

    private @Nullable Symbol check(@Nullable Expr e) {
        if (e == null) {
            return null;
        }
        return switch (e.kind) {
            case AND, OR -> {
                Symbol loop = check(e.left());
                yield loop != null ? loop : check(e.right());
            }
            case NOT -> check(e.left());
            case SYMBOL -> check(e.symbol());
            case RANGE -> null;
            default -> {
                Symbol loop = check(e.symbol());
                yield loop != null ? loop : check(e.otherSymbol());
            }
        };
    }

    // ---- the report ----

    private void report(Symbol symbol) {
        Symbol last = symbol;
        Menu choice = symbol.choiceMenu();
        boolean viaChoice = choice != null && choice.symbol != null;
        if (viaChoice) {
            path.add(new Visit(symbol));
            last = choice.symbol;
        }
        int start = path.size() - 1;
        while (start >= 0 && path.get(start).symbol != last) {
            start--;
        }
        messages.err(start < 0 ? "unexpected recursive dependency error\n" : chain(start, last));
        if (viaChoice) {
            path.removeLast();
        }
    }

    private String chain(int start, Symbol last) {
        StringBuilder text = new StringBuilder();
        for (int i = start; i < path.size(); i++) {
            Visit visit = path.get(i);
            Symbol next = i + 1 < path.size() ? path.get(i + 1).symbol : last;
            if (visit.symbol == last) {
                text.append("error: recursive dependency detected!\n");
            }
            text.append("\tsymbol ").append(visit.symbol.name()).append(' ').append(reason(visit, next)).append('\n');
        }
        return text.append("For a resolution refer to Documentation/kbuild/kconfig-language.rst\n")
                .append("subsection \"Kconfig recursive dependency limitations\"\n\n").toString();
    }

    private static String reason(Visit visit, Symbol next) {
        if (next.isChoice()) {
            Menu choice = next.menus.getFirst();
            return "is part of choice block at " + choice.file + ":" + choice.line;
        }
        String kind = visit.property == null ? "unknown" : visit.property.kind.label();
        return switch (visit.reason) {
            case DEPENDS -> "depends on " + next.name();
            case SELECTED -> "is selected by " + next.name();
            case IMPLIED -> "is implied by " + next.name();
            case VALUE -> kind + " value contains " + next.name();
            case VISIBLE -> kind + " is visible depending on " + next.name();
        };
    }
}
