package org.kunitjvm.kunit.kconfig;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A parsed and checked tree of Kconfig files: the entries in menu order, and all symbols. The values of the symbols
 * belong to the one evaluation that is made of the tree.
 */
public final class KconfigTree {
    private static final String DEFAULT_TITLE = "Main menu";

    private final SymbolTable symbols = new SymbolTable();
    private final ExprPool pool = new ExprPool();
    private final ExprRewriter rewriter;
    private final Messages messages;
    private final Menu root;
    private @Nullable Symbol modules;
    private boolean hasTransitional;
    private Set<String> fileNames = Set.of();

    private KconfigTree(Messages messages, String name) {
        this.messages = messages;
        this.rewriter = new ExprRewriter(pool, symbols, messages);
        this.root = new Menu(null, null, name, 0);
    }

    /**
     * Parse the files that start with {@code name}.
     *
     * @throws KconfigException if something is wrong; the messages name file and line
     */
    static KconfigTree parse(String name, KconfigFiles files, Map<String, String> environment, ShellCommand shell,
            KconfigLanguage language, Messages messages) {
        KconfigTree tree = new KconfigTree(messages, name);
        tree.load(name, files, environment, shell, language);
        return tree;
    }

    private void load(String name, KconfigFiles files, Map<String, String> environment, ShellCommand shell,
            KconfigLanguage language) {
        KconfigLexer lexer = new KconfigLexer(files, messages, environment, shell, language);
        lexer.open(name);
        int errors = new KconfigParser(this, lexer, language).parse();
        fileNames = lexer.fileNames();
        if (errors > 0) {
            throw messages.failure();
        }
        if (root.prompt == null) {
            root.prompt = new Property(Property.Kind.MENU, root, name, 0, null, null);
            root.prompt.text = DEFAULT_TITLE;
        }
        new MenuFinisher(this, rewriter).finish();
        if (checkEntries(language) > 0) {
            throw messages.failure();
        }
    }

    private int checkEntries(KconfigLanguage language) {
        DependencyChecker dependencies = new DependencyChecker(messages);
        int errors = 0;
        for (Menu menu = root; menu != null; menu = menu.following(root)) {
            Symbol symbol = menu.symbol;
            if (symbol == null) {
                continue;
            }
            if (dependencies.check(symbol) != null) {
                errors++;
            }
            if (symbol.transitional && !isPlainTransitional(menu, symbol)) {
                errors++;
            }
            if (symbol.isChoice()) {
                errors += checkMembers(menu, language);
            }
        }
        return errors;
    }

    private boolean isPlainTransitional(Menu menu, Symbol symbol) {
        if (!rewriter.isYes(menu.dependency) || !rewriter.isYes(menu.visibility)) {
            error(menu.file, menu.line, "transitional symbols can only have help sections");
            return false;
        }
        if (!symbol.properties.isEmpty()) {
            Property first = symbol.properties.getFirst();
            error(first.file, first.line, "transitional symbols can only have help sections");
            return false;
        }
        return true;
    }

    private int checkMembers(Menu choice, KconfigLanguage language) {
        int errors = 0;
        for (Menu menu = choice.following(choice); menu != null; menu = menu.following(choice)) {
            if (menu.symbol != null && !isPlainMember(menu, menu.symbol, language)) {
                errors++;
            }
        }
        return errors;
    }

    private boolean isPlainMember(Menu menu, Symbol symbol, KconfigLanguage language) {
        boolean plain = true;
        for (Property property : symbol.properties) {
            if (property.kind == Property.Kind.DEFAULT) {
                error(property.file, property.line, "defaults for choice values not supported");
                plain = false;
            }
            if (property.menu == menu || property.kind != Property.Kind.PROMPT) {
                continue;
            }
            if (property.menu.parent != menu.parent) {
                error(property.file, property.line, "choice value has a prompt outside its choice group");
                plain = false;
            } else if (language.refusesRepeatedChoiceMember()) {
                error(property.file, property.line, "choice value must not have a prompt in another entry");
                plain = false;
            }
        }
        return plain;
    }

    private void error(String file, int line, String text) {
        messages.err(file + ":" + line + ": error: " + text + "\n");
    }

    // ---- parts ----

    SymbolTable symbols() {
        return symbols;
    }

    ExprPool pool() {
        return pool;
    }

    ExprRewriter rewriter() {
        return rewriter;
    }

    Messages messages() {
        return messages;
    }

    Menu root() {
        return root;
    }

    /** The symbol that says whether there are modules; the constant n if no symbol does. */
    Symbol modules() {
        return modules == null ? symbols.no : modules;
    }

    boolean hasModules() {
        return modules != null;
    }

    void setModules(Symbol symbol) {
        modules = symbol;
    }

    boolean hasTransitional() {
        return hasTransitional;
    }

    void setHasTransitional() {
        hasTransitional = true;
    }

    /** All entries below the root, in menu order. */
    List<Menu> entries() {
        List<Menu> entries = new ArrayList<>();
        for (Menu menu = root.following(root); menu != null; menu = menu.following(root)) {
            entries.add(menu);
        }
        return entries;
    }

    /** The files that were read, in order, by the names under which they were asked for. */
    public List<String> fileNames() {
        return List.copyOf(fileNames);
    }

    /** The title from {@code mainmenu}. */
    public String title() {
        return root.title();
    }
}
