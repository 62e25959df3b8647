package org.kunitjvm.kernel;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A parsed kernel command line: blank-separated parameters, {@code name} or {@code name=value}, where double quotes
 * protect blanks. Dashes and underscores in names are the same. Models lib/cmdline.c: next_arg, kernel/params.c:
 * parameq.
 */
public final class KernelCommandLine {
    /** The command line without parameters. */
    public static final KernelCommandLine EMPTY = parse("");

    /**
     * One parameter.
     *
     * @param name name as written, without quotes
     * @param value text after the first equals sign, or {@code null} if there is none
     */
    public record Param(String name, @Nullable String value) {
        @Override
        public String toString() {
            return value == null ? name : name + "=" + value;
        }
    }

    private final String text;
    private final List<Param> params;

    private KernelCommandLine(String text, List<Param> params) {
        this.text = text;
        this.params = List.copyOf(params);
    }

    /** Split {@code text} into parameters; never fails, as the kernel's own parser. */
    public static KernelCommandLine parse(String text) {
        List<Param> params = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean quoted = false;
        boolean any = false;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : ' ';
            if (c == '"') {
                quoted = !quoted;
                any = true;
            } else if (Character.isWhitespace(c) && (!quoted || i == text.length())) {
                if (any) {
                    params.add(param(word.toString()));
                }
                word.setLength(0);
                any = false;
            } else {
                word.append(c);
                any = true;
            }
        }
        return new KernelCommandLine(text, params);
    }

    private static Param param(String word) {
        int eq = word.indexOf('=');
        return eq < 0 ? new Param(word, null) : new Param(word.substring(0, eq), word.substring(eq + 1));
    }

    /** The text as given. */
    public String text() {
        return text;
    }

    /** All parameters in order. */
    public List<Param> params() {
        return params;
    }

    /** Value of the last parameter of this name: the empty string if it has none, {@code null} if it is absent. */
    public @Nullable String get(String name) {
        for (int i = params.size() - 1; i >= 0; i--) {
            Param param = params.get(i);
            if (sameName(param.name(), name)) {
                return param.value() == null ? "" : param.value();
            }
        }
        return null;
    }

    /** Whether a parameter of this name is present. */
    public boolean has(String name) {
        return get(name) != null;
    }

    /** Whether two parameter names are the same to the kernel. */
    public static boolean sameName(String a, String b) {
        return a.replace('-', '_').equals(b.replace('-', '_'));
    }

    @Override
    public String toString() {
        return text;
    }
}
