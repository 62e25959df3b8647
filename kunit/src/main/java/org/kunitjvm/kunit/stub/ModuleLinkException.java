package org.kunitjvm.kunit.stub;

import java.util.List;

/** A suite's module cannot be loaded, because a symbol that it uses is not to be had. */
public final class ModuleLinkException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> lines;
    private final int error;

    ModuleLinkException(List<String> lines, int error) {
        super(String.join("; ", lines));
        this.lines = List.copyOf(lines);
        this.error = error;
    }

    /** What the kernel logs about it, line by line. */
    public List<String> lines() {
        return lines;
    }

    /** The negative error number of the symbol. */
    public int error() {
        return error;
    }
}
