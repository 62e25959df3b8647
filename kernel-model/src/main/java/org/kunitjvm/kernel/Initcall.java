package org.kunitjvm.kernel;

import java.util.List;

/**
 * A part of the kernel that sets itself up at boot. Other modules provide implementations as services; they run in
 * order of {@link Level}, then of {@link #name()}. Models include/linux/init.h: initcall levels.
 */
public interface Initcall {
    /** When an initcall runs. */
    enum Level {
        /** Memory management, before anything that allocates. */
        CORE,
        /** Parts that use memory. */
        SUBSYS,
        /** Everything else. */
        LATE
    }

    /** Unique name, for logs and for the order inside a level. */
    String name();

    /** When to run. */
    Level level();

    /**
     * Names of the kernel parameters that this part understands; a name ending in {@code .} or {@code *} stands for a
     * prefix.
     */
    default List<String> params() {
        return List.of();
    }

    /**
     * Set the part up: register its objects with {@link Kernel#provide}, its leak checks with
     * {@link Kernel#addAuditor}.
     *
     * @throws KernelParamException if one of its parameters has a value that makes no sense
     */
    void init(Kernel kernel);
}
