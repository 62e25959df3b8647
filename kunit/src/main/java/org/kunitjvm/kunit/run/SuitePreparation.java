package org.kunitjvm.kunit.run;

import java.io.IOException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.stub.ModuleLinkException;
import org.kunitjvm.kunit.stub.SymbolLinker;

/**
 * Does, when an archive of suites is made, what loading and calling them would do in every start: reads class files,
 * finds out about stubs, and generates the code that reaches the suites and their symbols. What was found stands in the
 * index, as if it were more annotations of the suite.
 */
public final class SuitePreparation {
    /** The class files that link fields with symbols for tests, in base 64, by the names of their interfaces. */
    static final String SYMBOLS = "symbols";
    /** Which calls were generated: the {@link #NUMBER} of the suite, and the numbers of methods that were not. */
    static final String CALLS = "calls";
    static final String NUMBER = "number";
    static final String UNCALLED = "not";

    private final ClassLoader loader;
    private final List<SuiteScanner.Found> suites = new ArrayList<>();
    private final List<@Nullable String> called = new ArrayList<>();
    private final Map<String, byte[]> classes = new LinkedHashMap<>();

    /** Prepare suites that {@code loader} loads. */
    public SuitePreparation(ClassLoader loader) {
        this.loader = loader;
    }

    /** Prepare one more. */
    public void add(SuiteScanner.Found found) throws IOException {
        try {
            Class<?> type = Class.forName(found.className(), false, loader);
            // Stubs of suites alone are woven into the classes of the archive.
            StubReach reach = StubUse.reach(type) == StubReach.PROGRAM ? StubReach.PROGRAM : StubReach.NONE;
            suites.add(found.known(reach, sketch(type, reach)));
        } catch (ClassNotFoundException | LinkageError e) {
            throw new IOException(found.className() + " cannot be loaded", e);
        }
    }

    private String sketch(Class<?> type, StubReach reach) throws IOException {
        List<ClassFileSketch> sketches = new ArrayList<>(SuiteLoader.sketches(type));
        ClassFileSketch first = sketches.getFirst();
        ClassFileSketch.Marks marks = first.annotations().with(SYMBOLS, linkedSymbols(type, first));
        // The methods as they are numbered when the text is read.
        SuiteMethods methods = new SuiteMethods(type, SketchText.decode(SketchText.encode(sketches)));
        boolean callable = reach == StubReach.NONE && SuiteCallsCode.isPossible(type);
        if (callable) {
            marks = marks.with(CALLS, calls(type, methods));
        }
        called.add(callable ? type.getName() : null);
        sketches.set(0, new ClassFileSketch(first.className(), marks, first.methods()));
        return SketchText.encode(sketches);
    }

    private Map<String, String> calls(Class<?> type, SuiteMethods methods) {
        List<String> uncalled = new ArrayList<>();
        for (SuiteMethods.SuiteMethod method : methods.all()) {
            if (!SuiteCallsCode.reaches(type, method.reflected())) {
                uncalled.add(Integer.toString(method.number()));
            }
        }
        put(SuiteCallsCode.nameOf(type.getName()), SuiteCallsCode.of(type, methods.all()));
        Map<String, String> calls = new LinkedHashMap<>();
        calls.put(NUMBER, Integer.toString(called.size()));
        calls.put(UNCALLED, String.join(" ", uncalled));
        return calls;
    }

    private static Map<String, String> linkedSymbols(Class<?> type, ClassFileSketch sketch) {
        Map<String, String> linked = new LinkedHashMap<>();
        Map<String, String> annotation = sketch.annotations().of(KunitSuite.class);
        for (Field field : annotation == null ? List.<Field>of() : SuiteLoader.symbolFields(type)) {
            try {
                byte[] code = new SymbolLinker(type, SuiteLoader.module(type, annotation), KernelConfig.defconfig())
                    .code(field.getType());
                linked.put(field.getType().getName(), Base64.getEncoder().encodeToString(code));
            } catch (ModuleLinkException e) {
                // The suite will be told so when it is run.
                linked.put(field.getType().getName(), "");
            }
        }
        return linked;
    }

    private void put(String className, byte[] code) {
        classes.put(className.replace('.', '/') + ".class", code);
    }

    /** The index of the suites so far. */
    public SuiteIndex index(List<String> initcalls) {
        return new SuiteIndex(initcalls, suites);
    }

    /** The class files that were generated for the suites so far, by the names of their entries. */
    public Map<String, byte[]> classes() {
        put(SuiteCallsCode.REGISTRY, SuiteCallsCode.registry(called));
        return Map.copyOf(classes);
    }
}
