package org.kunitjvm.mm.proc;

import java.util.Locale;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/** A file under {@code /proc}. */
public enum ProcFile {
    /** Free blocks per order. */
    BUDDYINFO(BuddyInfo::append),
    /** Free blocks per order and migrate type, and pageblocks per migrate type. */
    PAGETYPEINFO(PageTypeInfo::append),
    /** All about each zone. */
    ZONEINFO(ZoneInfo::append),
    /** All counters. */
    VMSTAT(VmStat::append),
    /** Summary in kB. */
    MEMINFO(MemInfo::append);

    private final BiConsumer<ProcView, StringBuilder> format;

    ProcFile(BiConsumer<ProcView, StringBuilder> format) {
        this.format = format;
    }

    /** Name without directory. */
    public String fileName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The file of this name, with or without {@code /proc/}, or {@code null}. */
    public static @Nullable ProcFile named(String name) {
        String base = name.startsWith("/proc/") ? name.substring("/proc/".length()) : name;
        for (ProcFile file : values()) {
            if (file.fileName().equals(base)) {
                return file;
            }
        }
        return null;
    }

    /** The whole text. */
    public String text(ProcView view) {
        StringBuilder out = new StringBuilder();
        append(view, out);
        return out.toString();
    }

    /** Append the whole text. */
    public void append(ProcView view, StringBuilder out) {
        format.accept(view, out);
    }
}
