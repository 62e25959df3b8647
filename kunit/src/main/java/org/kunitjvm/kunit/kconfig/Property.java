package org.kunitjvm.kunit.kconfig;

import org.jspecify.annotations.Nullable;

/** One line of a definition: a prompt, default, select, imply or range, or the title of a menu or comment. */
final class Property {
    enum Kind {
        PROMPT("prompt"),
        COMMENT("comment"),
        MENU("menu"),
        DEFAULT("default"),
        SELECT("select"),
        IMPLY("imply"),
        RANGE("range");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    /** A {@code menuconfig} turns its prompt into a menu title, so the kind can change once while parsing. */
    Kind kind;
    final Menu menu;
    final String file;
    final int line;
    /** The value of a default, the target of select and imply, the bounds of a range. */
    final @Nullable Expr value;
    /** The condition; while parsing only the line's own, afterwards with everything inherited. */
    @Nullable Expr condition;
    /** Value of the condition when it was last asked for. */
    Tristate visible = Tristate.NO;
    String text = "";

    Property(Kind kind, Menu menu, String file, int line, @Nullable Expr value, @Nullable Expr condition) {
        this.kind = kind;
        this.menu = menu;
        this.file = file;
        this.line = line;
        this.value = value;
        this.condition = condition;
    }

    Expr valueOrFail() {
        if (value == null) {
            throw new IllegalStateException("a " + kind.label() + " has no value");
        }
        return value;
    }

    /** The symbol this property names, or {@code null} if its value is a longer expression or absent. */
    @Nullable Symbol valueSymbol() {
        return value != null && value.kind == Expr.Kind.SYMBOL ? value.symbol() : null;
    }

    boolean isPromptText() {
        return kind == Kind.PROMPT || kind == Kind.MENU || kind == Kind.COMMENT;
    }
}
