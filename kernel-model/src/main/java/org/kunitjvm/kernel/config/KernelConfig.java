package org.kunitjvm.kernel.config;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * The CONFIG symbols of one kernel, without the {@code CONFIG_} prefix, as {@code autoconf.h} would show them.
 *
 * <p>A symbol that is absent is {@code n}. Values are {@code y}, {@code m}, a number as it was written, or text without
 * quotes.
 */
public final class KernelConfig {
    private final Map<String, String> values;

    private KernelConfig(Map<String, String> values) {
        this.values = Collections.unmodifiableMap(new TreeMap<>(values));
    }

    /** A configuration in which exactly the given symbols are set. */
    public static KernelConfig of(Map<String, String> values) {
        return new KernelConfig(values);
    }

    /**
     * The configuration that a kernel has when nobody says otherwise: x86-64, SMP, NUMA, every part of the model and
     * KUnit on, the debug checks that cost nothing on.
     */
    public static KernelConfig defconfig() {
        return DefaultConfig.CONFIG;
    }

    /** Read the text of a {@code .config} file; comments and {@code is not set} lines mean {@code n}. */
    public static KernelConfig parse(String dotConfig) {
        Map<String, String> values = new TreeMap<>();
        for (String line : dotConfig.split("\n")) {
            int eq = line.indexOf('=');
            if (line.startsWith("CONFIG_") && eq > 0) {
                values.put(line.substring("CONFIG_".length(), eq), unquote(line.substring(eq + 1).strip()));
            }
        }
        return new KernelConfig(values);
    }

    /** A copy with one symbol changed; {@code n} removes it. */
    public KernelConfig with(String symbol, String value) {
        Map<String, String> copy = new TreeMap<>(values);
        if (value.equals("n")) {
            copy.remove(symbol);
        } else {
            copy.put(symbol, value);
        }
        return new KernelConfig(copy);
    }

    /** Whether the symbol is {@code y} or {@code m} ({@code IS_ENABLED}). */
    public boolean isEnabled(String symbol) {
        String value = values.get(symbol);
        return "y".equals(value) || "m".equals(value);
    }

    /** The value as it was written, or {@code null} if the symbol is off. */
    public @Nullable String value(String symbol) {
        return values.get(symbol);
    }

    /** The value of an int or hex symbol, or {@code fallback} if it is off. */
    public long longValue(String symbol, long fallback) {
        String value = values.get(symbol);
        return value == null ? fallback : Long.decode(value);
    }

    /** All symbols that are set, in name order. */
    public Map<String, String> values() {
        return values;
    }

    private static String unquote(String text) {
        if (text.length() < 2 || text.charAt(0) != '"') {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 1; i < text.length() - 1; i++) {
            if (text.charAt(i) == '\\' && i + 1 < text.length() - 1) {
                i++;
            }
            out.append(text.charAt(i));
        }
        return out.toString();
    }
}
