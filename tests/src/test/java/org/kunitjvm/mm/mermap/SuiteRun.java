package org.kunitjvm.mm.mermap;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.sched.RoundRobinPolicy;
import org.kunitjvm.kernel.sched.SchedulingPolicy;
import org.kunitjvm.kunit.run.KernelFactory;
import org.kunitjvm.kunit.run.KtapWriter;
import org.kunitjvm.kunit.run.KunitExecutor;
import org.kunitjvm.kunit.run.KunitOptions;
import org.kunitjvm.kunit.run.SuiteLoader;

/**
 * One run of one suite on a kernel of its own.
 *
 * @param output the KTAP text
 * @param results {@code ok}, {@code not ok} or {@code skip} for each case, in order
 */
record SuiteRun(String output, Map<String, String> results) {
    private static final Pattern RESULT = Pattern.compile(" {4}(ok|not ok) \\d+ (\\w+)( # SKIP.*)?");

    /** Run {@code suite} under the default policy. */
    static SuiteRun of(Class<?> suite, String cmdline) {
        return of(suite, cmdline, "*", RoundRobinPolicy::new);
    }

    /** Run the cases of {@code suite} that match {@code glob}. */
    static SuiteRun of(Class<?> suite, String cmdline, String glob, Supplier<SchedulingPolicy> policy) {
        return of(suite, kernel(cmdline, KernelConfig.defconfig(), policy), glob);
    }

    /** Run {@code suite} on a kernel with this configuration, under the default policy. */
    static SuiteRun of(Class<?> suite, String cmdline, KernelConfig config) {
        return of(suite, kernel(cmdline, config, RoundRobinPolicy::new), "*");
    }

    private static KernelFactory kernel(String cmdline, KernelConfig config, Supplier<SchedulingPolicy> policy) {
        return (console, platform) -> Kernel.builder().cpus(2).memory("256M").cmdline(cmdline).config(config)
            .policy(policy.get()).console(console).platformThreads(platform).build();
    }

    private static SuiteRun of(Class<?> suite, KernelFactory kernels, String glob) {
        StringBuilder out = new StringBuilder();
        new KunitExecutor(kernels, KunitOptions.DEFAULT.withFilterGlob(glob).withShutdown("halt"), KtapWriter.to(out))
            .run(SuiteLoader.loadAll(List.of(suite)));
        return parse(out.toString());
    }

    private static SuiteRun parse(String output) {
        Map<String, String> results = new LinkedHashMap<>();
        for (String line : output.split("\n")) {
            Matcher matcher = RESULT.matcher(line);
            if (matcher.matches()) {
                results.put(matcher.group(2), matcher.group(3) != null ? "skip" : matcher.group(1));
            }
        }
        return new SuiteRun(output, results);
    }

    /** The cases that failed, in order. */
    List<String> failures() {
        return results.entrySet().stream().filter(e -> e.getValue().equals("not ok")).map(Map.Entry::getKey).toList();
    }
}
