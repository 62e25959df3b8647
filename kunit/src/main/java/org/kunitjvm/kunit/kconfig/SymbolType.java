package org.kunitjvm.kunit.kconfig;

/** The type of a symbol; {@link #UNKNOWN} is one that is only mentioned, never defined. */
public enum SymbolType {
    UNKNOWN("unknown"),
    BOOL("bool"),
    TRISTATE("tristate"),
    INT("integer"),
    HEX("hex"),
    STRING("string");

    private final String label;

    SymbolType(String label) {
        this.label = label;
    }

    /** The name used in messages; it is {@code integer} for {@code int}. */
    public String label() {
        return label;
    }

    boolean isLogic() {
        return this == BOOL || this == TRISTATE;
    }

    boolean isNumber() {
        return this == INT || this == HEX;
    }
}
