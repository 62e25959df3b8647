package org.kunitjvm.kunit.kconfig;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the menu tree: a definition of a symbol, a menu, comment, choice or {@code if} block. Siblings are
 * linked because finishing the tree moves whole runs of them below another entry.
 */
final class Menu {
    final @Nullable Symbol symbol;
    final String file;
    final int line;
    @Nullable Menu parent;
    @Nullable Menu next;
    @Nullable Menu firstChild;
    /** Dependencies; while parsing only the entry's own, afterwards with everything inherited. */
    @Nullable Expr dependency;
    /** The {@code visible if} of a menu. */
    @Nullable Expr visibility;
    @Nullable Property prompt;
    @Nullable String help;
    /** Members of a choice, the ones the user named last in front. */
    final List<Symbol> choiceMembers = new ArrayList<>();

    Menu(@Nullable Symbol symbol, @Nullable Menu parent, String file, int line) {
        this.symbol = symbol;
        this.parent = parent;
        this.file = file;
        this.line = line;
    }

    /** The text of the prompt, else the name of the symbol, else nothing. */
    String title() {
        if (prompt != null) {
            return prompt.text;
        }
        return symbol != null && !symbol.isChoice() ? symbol.name() : "";
    }

    /** The entry after this one in a walk through everything below {@code top}, or {@code null} at the end. */
    @Nullable Menu following(Menu top) {
        if (firstChild != null) {
            return firstChild;
        }
        for (Menu menu = this; menu != null && menu != top; menu = menu.parent) {
            if (menu.next != null) {
                return menu.next;
            }
        }
        return null;
    }

    /** Put {@code member} in front of the other members. */
    void preferMember(Symbol member) {
        if (choiceMembers.remove(member)) {
            choiceMembers.addFirst(member);
        }
    }

    /** Put {@code member} behind the other members. */
    void deferMember(Symbol member) {
        if (choiceMembers.remove(member)) {
            choiceMembers.addLast(member);
        }
    }
}
