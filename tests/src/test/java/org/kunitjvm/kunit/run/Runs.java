package org.kunitjvm.kunit.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitSuite;

/** Runs suites on small kernels and keeps what came out. */
public final class Runs {
    private final List<TestSuite> suites;
    private KunitOptions options = KunitOptions.DEFAULT;
    private UnaryOperator<KernelConfig> config = c -> c;
    private final List<Kernel> kernels = new ArrayList<>();

    private Runs(List<TestSuite> suites) {
        this.suites = suites;
    }

    /** What a run printed and told. */
    public record Result(String text, List<KunitEvent> events, List<Kernel> kernels, KunitExecutor executor) {
        /** The lines without trailing blanks. */
        public List<String> lines() {
            return text.lines().map(String::stripTrailing).toList();
        }

        /** The events of one type. */
        public <T extends KunitEvent> List<T> only(Class<T> type) {
            return events.stream().filter(type::isInstance).map(type::cast).toList();
        }

        /** The result of the case called {@code name}. */
        public KunitEvent.Result of(String name) {
            return only(KunitEvent.CaseFinished.class).stream().filter(e ->
                e.testCase().name().equals(name)).findFirst()
                .orElseThrow().result();
        }
    }

    /** Run these suites. */
    public static Runs of(TestSuite... suites) {
        return new Runs(List.of(suites));
    }

    /** Run the suites that these classes declare. */
    public static Runs of(Class<?>... types) {
        return new Runs(SuiteLoader.loadAll(Arrays.stream(types).filter(t ->
            t.isAnnotationPresent(KunitSuite.class)).toList()));
    }

    /** Run a suite called {@code suite} with one case of the same name. */
    public static Runs ofCase(TestCase.Body body) {
        return of(TestSuite.named("suite").cases(TestCase.of("test", body).withModule("mod")));
    }

    /** Run with other options. */
    public Runs with(UnaryOperator<KunitOptions> change) {
        options = change.apply(options);
        return this;
    }

    /** Run on kernels of another configuration. */
    public Runs config(String symbol, String value) {
        UnaryOperator<KernelConfig> before = config;
        config = c -> before.apply(c).with(symbol, value);
        return this;
    }

    /** Run as a booting kernel does. */
    public Result run() {
        StringBuilder text = new StringBuilder();
        List<KunitEvent> events = new ArrayList<>();
        KtapWriter writer = KtapWriter.to(text);
        KunitExecutor executor = new KunitExecutor((console, platform) -> {
            Kernel kernel = Kernel.builder().memory("64M").initcalls(List.of()).console(console)
                .platformThreads(platform)
                .config(config.apply(KernelConfig.defconfig())).build();
            kernels.add(kernel);
            return kernel;
        }, options, event -> {
            events.add(event);
            writer.accept(event);
        });
        executor.run(suites);
        return new Result(text.toString(), events, kernels, executor);
    }

    /** A case that checks nothing. */
    public static void nothing(Kunit test) {
        test.name();
    }
}
