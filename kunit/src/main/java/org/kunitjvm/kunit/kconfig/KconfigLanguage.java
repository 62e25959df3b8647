package org.kunitjvm.kunit.kconfig;

/** Which revision of the Kconfig language is accepted. The messages are those of 6.12 in all of them. */
public enum KconfigLanguage {
    /**
     * Linux 6.12 to the letter: no {@code transitional}, no {@code depends on X if Y}, a file may be sourced
     * repeatedly.
     */
    LINUX_6_12(false),
    /**
     * Linux 6.12 with every later addition (6.18 to 7.x). A file sourced twice is an error, a choice member may have
     * one definition only; everything else that 6.12 accepts still means the same.
     */
    CURRENT(true);

    private final boolean additions;

    KconfigLanguage(boolean additions) {
        this.additions = additions;
    }

    boolean hasTransitional() {
        return additions;
    }

    boolean hasConditionalDepends() {
        return additions;
    }

    boolean refusesRepeatedInclusion() {
        return additions;
    }

    boolean refusesRepeatedChoiceMember() {
        return additions;
    }

    boolean warnsOfChangedInput() {
        return additions;
    }
}
