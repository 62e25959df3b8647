package org.kunitjvm.mm.mermap;

import java.util.List;

import org.kunitjvm.kernel.Initcall;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.KernelParamException;
import org.kunitjvm.mm.page.UnmappedClearer;

/** Sets the mermap up where CONFIG_MERMAP is on. */
public final class MermapInitcall implements Initcall {
    private static final String VARIANT = "mermap.variant";

    @Override
    public String name() {
        return "mermap";
    }

    @Override
    public Level level() {
        return Level.SUBSYS;
    }

    @Override
    public List<String> params() {
        return List.of(VARIANT);
    }

    @Override
    public void init(Kernel kernel) {
        String text = kernel.cmdline().get(VARIANT);
        if (kernel.config().isEnabled("MERMAP")) {
            Mermap mermap = new Mermap(kernel, variant(text == null ? MermapVariant.LATEST.name() : text));
            kernel.provide(Mermap.class, mermap);
            kernel.provide(UnmappedClearer.class, mermap);
        }
    }

    private static MermapVariant variant(String text) {
        try {
            return MermapVariant.parse(text);
        } catch (IllegalArgumentException e) {
            throw new KernelParamException(String.valueOf(e.getMessage()));
        }
    }
}
