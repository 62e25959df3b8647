package org.kunitjvm.kunit.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.KernelBuilder;
import org.kunitjvm.kernel.KernelCommandLine;
import org.kunitjvm.kernel.KernelCommandLine.Param;

/**
 * Checks parameters of a kernel's command line that a user wrote. A kernel says a word in its log about one that it does
 * not know, and goes on; here that is an error, because the commonest effect of a misspelt parameter is a test that is
 * skipped.
 */
public final class KunitParams {
    private static final String PREFIX = "kunit.";
    private static final List<String> NAMES = List.of("enable", "stats_enabled", "action", "filter_glob", "filter",
        "filter_action", "autorun", "timeout");
    private static final List<String> SWITCHES = List.of("enable", "autorun");

    private KunitParams() {
    }

    /** What is wrong with a command line, and what to do about it; {@code null} if nothing is. */
    public static @Nullable String trouble(String cmdline) {
        if (cmdline.chars().filter(c -> c == '"').count() % 2 != 0) {
            return cmdline + ": no closing quotation; close the quotes";
        }
        KernelCommandLine parsed = KernelCommandLine.parse(cmdline);
        List<String> unknown = new ArrayList<>(KernelBuilder.unknownParams(parsed));
        for (Param param : parsed.params()) {
            String name = own(param);
            if (name != null && !NAMES.contains(name)) {
                unknown.add(param.toString());
            }
        }
        if (!unknown.isEmpty()) {
            return "no part of the kernel knows " + String.join(", ", unknown) + "; check the spelling";
        }
        for (Param param : parsed.params()) {
            String wrong = wrongValue(param);
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    /** The name behind the prefix, or {@code null} for a parameter of another part of the kernel. */
    private static @Nullable String own(Param param) {
        String name = param.name().replace('-', '_');
        return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : null;
    }

    private static @Nullable String wrongValue(Param param) {
        String name = own(param);
        if (name == null) {
            return null;
        }
        String value = param.value() == null ? "" : param.value();
        if (SWITCHES.contains(name) && param.value() != null && toSwitch(value) == null) {
            return param + ": '" + value + "' is neither yes nor no; write 1 or 0";
        }
        if (name.equals("timeout") && !value.matches("[0-9]{1,9}")) {
            return param + ": '" + value + "' is no number of seconds";
        }
        return null;
    }

    /** A switch as the kernel reads it, {@code null} if it does not understand it. Models lib/kstrtox.c: kstrtobool. */
    static @Nullable Boolean toSwitch(String value) {
        String text = value.toLowerCase(Locale.ROOT);
        if (text.startsWith("on") || text.startsWith("of")) {
            return text.startsWith("on");
        }
        return switch (text.isEmpty() ? ' ' : text.charAt(0)) {
            case '1', 'y', 't' -> true;
            case '0', 'n', 'f' -> false;
            default -> null;
        };
    }
}
