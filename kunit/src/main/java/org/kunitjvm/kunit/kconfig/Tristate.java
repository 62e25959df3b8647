package org.kunitjvm.kunit.kconfig;

/** The three truth values of Kconfig, in ascending order: {@code n < m < y}. */
public enum Tristate {
    NO("n"),
    MOD("m"),
    YES("y");

    private final String letter;

    Tristate(String letter) {
        this.letter = letter;
    }

    /** The value as it is written in a {@code .config}: {@code n}, {@code m} or {@code y}. */
    public String letter() {
        return letter;
    }

    /** The smaller of the two. */
    Tristate and(Tristate other) {
        return compareTo(other) <= 0 ? this : other;
    }

    /** The larger of the two. */
    Tristate or(Tristate other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /** The mirror image: {@code n} and {@code y} change places, {@code m} stays. */
    Tristate not() {
        return switch (this) {
            case NO -> YES;
            case MOD -> MOD;
            case YES -> NO;
        };
    }

    static Tristate of(boolean value) {
        return value ? YES : NO;
    }
}
