package org.kunitjvm.kunit.kconfig;

import org.jspecify.annotations.Nullable;

/**
 * Completes a parsed tree: conditions are inherited downwards and simplified, selects and implies are collected at
 * their targets, entries that depend on the one before become its submenu, {@code if} blocks are dissolved, and symbols
 * are checked. Models menu_finalize of scripts/kconfig/menu.c.
 */
final class MenuFinisher {
    private final KconfigTree tree;
    private final ExprPool pool;
    private final ExprRewriter rewriter;
    private final Messages messages;

    MenuFinisher(KconfigTree tree, ExprRewriter rewriter) {
        this.tree = tree;
        this.pool = tree.pool();
        this.rewriter = rewriter;
        this.messages = tree.messages();
    }

    void finish() {
        finish(tree.root(), false);
    }

    private void finish(Menu parent, boolean insideChoice) {
        Symbol symbol = parent.symbol;
        if (parent.firstChild != null) {
            for (Menu menu = parent.firstChild; menu != null; menu = menu.next) {
                inherit(parent, menu);
            }
            boolean isChoice = symbol != null && symbol.isChoice();
            for (Menu menu = parent.firstChild; menu != null; menu = menu.next) {
                finish(menu, isChoice);
            }
        } else if (!insideChoice && symbol != null) {
            makeSubmenu(parent, symbol);
            symbol.directDependency = pool.or(symbol.directDependency, parent.dependency);
        }
        dissolvePromptless(parent);
        if (symbol != null && !symbol.warned) {
            symbol.warned = true;
            if (symbol.type == SymbolType.UNKNOWN) {
                warn(parent.file, parent.line, "config symbol defined without type");
            }
            for (Property property : symbol.properties) {
                check(symbol, property);
            }
        }
    }

    // ---- conditions ----

    private void inherit(Menu parent, Menu menu) {
        Expr dependency = rewriter.normalize(rewriter.requireModules(menu.dependency, tree.modules()));
        menu.dependency = rewriter.removeDuplicates(pool.and(parent.dependency, dependency));
        if (menu.symbol == null) {
            if (menu.prompt != null) {
                inherit(menu, menu.prompt);
            }
            return;
        }
        for (Property property : menu.symbol.properties) {
            if (property.menu == menu) {
                inherit(menu, property);
                collectAtTarget(menu.symbol, property);
            }
        }
    }

    private void inherit(Menu menu, Property property) {
        Expr condition = rewriter.normalize(rewriter.requireModules(property.condition, tree.modules()));
        property.condition = rewriter.removeDuplicates(pool.and(menu.dependency, condition));
    }

    private void collectAtTarget(Symbol selector, Property property) {
        Symbol target = property.valueSymbol();
        if (target == null) {
            return;
        }
        if (property.kind == Property.Kind.SELECT) {
            target.reverseDependency = pool.or(target.reverseDependency,
                    pool.and(pool.symbol(selector), property.condition));
        } else if (property.kind == Property.Kind.IMPLY) {
            target.implied = pool.or(target.implied, pool.and(pool.symbol(selector), property.condition));
        }
    }

    // ---- structure ----

    /** Move the entries behind {@code parent} that depend on its symbol below it. */
    private void makeSubmenu(Menu parent, Symbol symbol) {
        Expr base = rewriter.isNotNo(parent.prompt == null ? null : parent.prompt.condition);
        Menu last = null;
        for (Menu menu = parent.next; menu != null; menu = menu.next) {
            Expr dependency = menu.prompt != null ? menu.prompt.condition : menu.dependency;
            if (!rewriter.mentions(dependency, symbol)
                    || !rewriter.requires(dependency, symbol)
                            && !rewriter.isYes(rewriter.remainder(rewriter.isNotNo(dependency), base))) {
                break;
            }
            finish(menu, false);
            menu.parent = parent;
            last = menu;
        }
        if (last != null) {
            parent.firstChild = parent.next;
            parent.next = last.next;
            last.next = null;
        }
    }

    /** Replace children without a title (if blocks, promptless symbols) by themselves and their own children. */
    private static void dissolvePromptless(Menu parent) {
        for (Menu menu = parent.firstChild; menu != null; menu = menu.next) {
            Menu child = menu.firstChild;
            if (child == null || menu.prompt != null) {
                continue;
            }
            Menu last = child;
            while (true) {
                last.parent = parent;
                if (last.next == null) {
                    break;
                }
                last = last.next;
            }
            last.next = menu.next;
            menu.next = child;
            menu.firstChild = null;
        }
    }

    // ---- checks ----

    private void check(Symbol symbol, Property property) {
        switch (property.kind) {
            case DEFAULT -> checkDefault(symbol, property);
            case SELECT, IMPLY -> checkTarget(symbol, property, property.valueSymbol());
            case RANGE -> checkRange(symbol, property);
            default -> {
                // Titles need no check.
            }
        }
    }

    private void checkDefault(Symbol symbol, Property property) {
        Symbol value = property.valueSymbol();
        if (value == null) {
            if (symbol.type == SymbolType.STRING || symbol.type.isNumber()) {
                warn(property, "default for config symbol '" + symbol.name() + "' must be a single symbol");
            }
            return;
        }
        if (symbol.type.isNumber() && !isNumberFor(symbol, value)) {
            warn(property, "'" + symbol.name() + "': number is invalid");
        }
        if (symbol.isChoice()) {
            Menu choice = value.choiceMenu();
            if (choice == null || choice.symbol != symbol) {
                warn(property, "choice default symbol '" + value.name() + "' is not contained in the choice");
            }
        }
    }

    private void checkTarget(Symbol symbol, Property property, @Nullable Symbol target) {
        String use = property.kind.label();
        if (!symbol.type.isLogic()) {
            warn(property, "config symbol '" + symbol.name() + "' uses " + use + ", but is not bool or tristate");
        } else if (target != null && target.type != SymbolType.UNKNOWN && !target.type.isLogic()) {
            warn(property, "'" + target.name() + "' has wrong type. '" + use
                    + "' only accept arguments of bool and tristate type");
        }
    }

    private void checkRange(Symbol symbol, Property property) {
        if (!symbol.type.isNumber()) {
            warn(property, "range is only allowed for int or hex symbols");
        }
        Expr bounds = property.valueOrFail();
        if (!isNumberFor(symbol, bounds.symbol()) || !isNumberFor(symbol, bounds.otherSymbol())) {
            warn(property, "range is invalid");
        }
    }

    private static boolean isNumberFor(Symbol symbol, Symbol value) {
        return value.type.isNumber() || value.type == SymbolType.UNKNOWN && symbol.accepts(value.name());
    }

    private void warn(Property property, String text) {
        warn(property.file, property.line, text);
    }

    private void warn(String file, int line, String text) {
        messages.err(file + ":" + line + ":warning: " + text + "\n");
    }
}
