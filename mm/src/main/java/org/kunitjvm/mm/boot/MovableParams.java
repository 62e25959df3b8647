package org.kunitjvm.mm.boot;

import java.util.List;

import org.kunitjvm.kernel.KernelCommandLine;
import org.kunitjvm.kernel.KernelParamException;

/**
 * The kernel parameters that decide how much memory is only for movable pages.
 *
 * @param kernelcore memory that must stay usable by the kernel
 * @param movablecore memory that should be only for movable pages
 * @param movableNode whether nodes that could be unplugged are only for movable pages; the sizes are then ignored
 */
public record MovableParams(CoreSize kernelcore, CoreSize movablecore, boolean movableNode) {
    /** Names of the parameters. */
    public static final List<String> NAMES = List.of("kernelcore", "movablecore", "movable_node");
    /** No parameter given. */
    public static final MovableParams NONE = new MovableParams(CoreSize.NONE, CoreSize.NONE, false);

    /**
     * Read them.
     *
     * @throws KernelParamException if a value makes no sense; names parameter, value and remedy
     */
    public static MovableParams of(KernelCommandLine cmdline) {
        String kernelcore = cmdline.get("kernelcore");
        if ("mirror".equals(kernelcore)) {
            throw new KernelParamException("kernelcore=mirror: no modelled machine has mirrored memory; give a size as in kernelcore=2G");
        }
        return new MovableParams(CoreSize.parse("kernelcore", kernelcore),
            CoreSize.parse("movablecore", cmdline.get("movablecore")), cmdline.has("movable_node"));
    }
}
