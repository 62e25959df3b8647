package org.kunitjvm.mm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.hw.Machine;
import org.kunitjvm.kunit.run.BootOptions;
import org.kunitjvm.kunit.run.KtapWriter;
import org.kunitjvm.kunit.run.KunitExecutor;
import org.kunitjvm.kunit.run.KunitOptions;
import org.kunitjvm.kunit.run.SuiteLoader;

/** The sensitivity cases, which no default configuration selects, pass where their symbol is on. */
final class PageAllocSensitivityTest {
    @Test
    void casesPassWithAddressSpaceIsolation() {
        KernelConfig config = KernelConfig.defconfig().with("MITIGATION_ADDRESS_SPACE_ISOLATION", "y");
        StringBuilder out = new StringBuilder();
        BootOptions boot = new BootOptions(config, "", Machine.pc(2, 4L << 30), 1L, null);
        new KunitExecutor(boot, KunitOptions.DEFAULT, KtapWriter.to(out))
            .run(SuiteLoader.loadAll(List.<Class<?>>of(PageAllocSensitivityKunit.class)));
        assertTrue(out.toString().contains("# Totals: pass:9 fail:0 skip:0 total:9"), out.toString());
    }
}
