package org.kunitjvm.mm.mermap;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A version of the mermap: the latest form, changed by rules. The text form, {@code v1} or {@code latest,sentinel-pte},
 * is what the kernel parameter {@code mermap.variant} takes.
 *
 * @param name name of the version it started from
 * @param rules what it does differently, in declaration order
 */
public record MermapVariant(String name, Set<MermapRule> rules) {
    /** The latest form with the two known defects mended: the default. */
    public static final MermapVariant LATEST = of("latest");
    /** The latest form exactly as it was posted. */
    public static final MermapVariant POSTED = of("posted", MermapRule.MISSED_MIGRATE_ENABLE,
        MermapRule.TEARDOWN_THIS_CPU);
    /** The second posting: a reserve slot, but room is still tested by an unsigned difference. */
    public static final MermapVariant V2 = of("v2", MermapRule.UNSIGNED_DIFFERENCE, MermapRule.MISSED_MIGRATE_ENABLE,
        MermapRule.TEARDOWN_THIS_CPU);
    /** The first posting. */
    public static final MermapVariant V1 = of("v1", MermapRule.FOUR_SLOTS, MermapRule.SENTINEL_PTE,
        MermapRule.UNSIGNED_DIFFERENCE, MermapRule.MISSED_MIGRATE_ENABLE, MermapRule.TEARDOWN_THIS_CPU);
    /** The draft before the first posting: as v1, elsewhere in the address space. */
    public static final MermapVariant DRAFT = of("draft", MermapRule.FOUR_SLOTS, MermapRule.PUD_ALIGNED_BASE,
        MermapRule.PAGECACHE_ORDER_REGION, MermapRule.SENTINEL_PTE, MermapRule.UNSIGNED_DIFFERENCE,
        MermapRule.MISSED_MIGRATE_ENABLE, MermapRule.TEARDOWN_THIS_CPU);

    /** The versions that have a name, latest first. */
    public static final List<MermapVariant> NAMED = List.of(LATEST, POSTED, V2, V1, DRAFT);

    /** Copy. */
    public MermapVariant {
        EnumSet<MermapRule> copy = EnumSet.noneOf(MermapRule.class);
        copy.addAll(rules);
        rules = Collections.unmodifiableSet(copy);
    }

    private static MermapVariant of(String name, MermapRule... rules) {
        return new MermapVariant(name, Set.of(rules));
    }

    /** Whether this version does it that way. */
    public boolean has(MermapRule rule) {
        return rules.contains(rule);
    }

    /** This version with one more difference. */
    public MermapVariant with(MermapRule rule) {
        EnumSet<MermapRule> more = EnumSet.of(rule);
        more.addAll(rules);
        return new MermapVariant(name, more);
    }

    /**
     * Read the text form.
     *
     * @throws IllegalArgumentException if it names no version or rule; the message lists what there is
     */
    public static MermapVariant parse(String text) {
        List<String> words = Arrays.asList(text.split(","));
        MermapVariant variant = named(words.getFirst());
        for (String word : words.subList(1, words.size())) {
            variant = variant.with(rule(word));
        }
        return variant;
    }

    private static MermapVariant named(String name) {
        return NAMED.stream().filter(variant -> variant.name.equals(name)).findFirst()
            .orElseThrow(() -> new IllegalArgumentException("mermap.variant: no version '" + name + "'; there are "
            + String.join(", ", NAMED.stream().map(MermapVariant::name).toList())));
    }

    private static MermapRule rule(String word) {
        return Arrays.stream(MermapRule.values()).filter(rule -> rule.text().equals(word)).findFirst()
            .orElseThrow(() -> new IllegalArgumentException("mermap.variant: no rule '" + word + "'; there are "
                + String.join(", ", Arrays.stream(MermapRule.values()).map(MermapRule::text).toList())));
    }

    @Override
    public String toString() {
        return name + (rules.isEmpty() ? "" : " " + rules.stream().map(MermapRule::text).toList());
    }
}
