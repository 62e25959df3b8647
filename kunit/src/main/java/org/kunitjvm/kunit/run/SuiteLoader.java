package org.kunitjvm.kunit.run;

import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.hw.MemorySize;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitExit;
import org.kunitjvm.kunit.KunitInit;
import org.kunitjvm.kunit.KunitNeeds;
import org.kunitjvm.kunit.KunitSuite;
import org.kunitjvm.kunit.KunitSuiteExit;
import org.kunitjvm.kunit.KunitSuiteInit;
import org.kunitjvm.kunit.KunitSymbols;
import org.kunitjvm.kunit.Needs;
import org.kunitjvm.kunit.Speed;
import org.kunitjvm.kunit.SuiteContext;
import org.kunitjvm.kunit.run.SuiteMethods.SuiteMethod;
import org.kunitjvm.kunit.stub.SymbolLinker;
import org.kunitjvm.kunit.stub.WeavingLoader;

/** Makes suites from annotated classes. */
public final class SuiteLoader {
    private final Class<?> type;
    private final ClassFileSketch.Marks marks;
    /** The elements of {@link KunitSuite} that are written out. */
    private final Map<String, String> annotation;
    private final SuiteMethods methods;
    private final SuiteInstance instance;

    private SuiteLoader(Class<?> type, List<ClassFileSketch> sketches, Map<String, String> annotation,
        ArchivedCalls archived) {
        this.type = type;
        this.marks = sketches.getFirst().annotations();
        this.annotation = annotation;
        this.methods = new SuiteMethods(type, sketches);
        this.instance = archived.instance(type, marks);
    }

    /**
     * The suite that {@code type} declares. If its code, or test code that it uses, speaks of stubs, the suite is made
     * from a class of the same name in a {@link WeavingLoader}.
     */
    public static TestSuite load(Class<?> type) {
        return load(type, new StubUse().in(type), new Weavers(), List.of(), new ArchivedCalls());
    }

    private static TestSuite load(Class<?> original, StubReach reach, Weavers weavers, List<ClassFileSketch> known,
        ArchivedCalls archived) {
        Class<?> type = reach == StubReach.NONE ? original : reload(original, weavers.of(original, reach));
        List<ClassFileSketch> sketches = known.isEmpty() ? sketches(type) : known;
        Map<String, String> annotation = sketches.getFirst().annotations().of(KunitSuite.class);
        if (annotation == null) {
            throw new SuiteLoadException(type, "no suite: annotate the class with @KunitSuite");
        }
        return new SuiteLoader(type, sketches, annotation, archived).load();
    }

    /** What the files of a class and of those above it say, nearest first; the JDK's have nothing to say. */
    static List<ClassFileSketch> sketches(Class<?> type) {
        List<ClassFileSketch> sketches = new ArrayList<>();
        for (Class<?> each = type; each != null && each.getClassLoader() != null; each = each.getSuperclass()) {
            sketches.add(sketch(each, classFile(each)));
        }
        return sketches;
    }

    private static List<ClassFileSketch> sketches(SuiteScanner.Found found, Class<?> type, ClassFiles files)
        throws IOException {
        if (!found.sketch().isEmpty()) {
            return SketchText.decode(found.sketch());
        }
        byte[] classFile = files.read(found.className());
        if (classFile == null) {
            return sketches(type);
        }
        List<ClassFileSketch> sketches = new ArrayList<>(List.of(sketch(type, classFile)));
        Class<?> above = type.getSuperclass();
        sketches.addAll(above == null ? List.of() : sketches(above));
        return sketches;
    }

    private static byte[] classFile(Class<?> type) {
        String file = type.getName().replace('.', '/') + ".class";
        ClassLoader loader = type.getClassLoader();
        try (InputStream in = loader == null ? null : loader.getResourceAsStream(file)) {
            if (in == null) {
                throw new SuiteLoadException(type, "its loader does not find its class file");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new SuiteLoadException(type, "its class file cannot be read: " + e.getMessage());
        }
    }

    private static ClassFileSketch sketch(Class<?> type, byte[] classFile) {
        try {
            return ClassFileSketch.read(classFile);
        } catch (IOException e) {
            throw new SuiteLoadException(type, "its class file cannot be read: " + e.getMessage());
        }
    }

    /** The methods behind the cases of the suite that {@code type} declares, in the order of the cases. */
    public static List<Method> caseMethods(Class<?> type) {
        return new SuiteMethods(type, sketches(type)).all().stream()
            .filter(method -> method.annotations().have(KunitCase.class)).map(SuiteMethods.SuiteMethod::reflected)
            .toList();
    }

    /** The suites that {@code types} declare, in link order: init suites, then {@code link}, then class names. */
    public static List<TestSuite> loadAll(List<? extends Class<?>> types) {
        List<TestSuite> suites = new ArrayList<>();
        Weavers weavers = new Weavers();
        StubUse stubs = new StubUse();
        ArchivedCalls archived = new ArchivedCalls();
        types.forEach(type -> suites.add(load(type, stubs.in(type), weavers, List.of(), archived)));
        sort(suites);
        return suites;
    }

    private static void sort(List<TestSuite> suites) {
        suites.sort((a, b) -> SuiteScanner.Found.compareLinkOrder(a.isInit(), a.link(), a.className(), b.isInit(),
            b.link(), b.className()));
    }

    /** The suites that a scan of {@code places} found, loaded by {@code loader}, in link order. */
    public static List<TestSuite> loadFound(ClassLoader loader, List<Path> places, List<SuiteScanner.Found> found)
        throws ClassNotFoundException, IOException {
        List<TestSuite> suites = new ArrayList<>();
        Weavers weavers = new Weavers();
        StubUse stubs = new StubUse();
        ArchivedCalls archived = new ArchivedCalls();
        try (ClassFiles files = new ClassFiles(places)) {
            for (SuiteScanner.Found each : found) {
                Class<?> type = Class.forName(each.className(), false, loader);
                StubReach known = each.stubs();
                StubReach reach = known != null ? known : stubs.exactly(type);
                suites.add(load(type, reach, weavers, sketches(each, type, files), archived));
            }
        }
        sort(suites);
        return suites;
    }

    /** How far the stubs of the suite that {@code type} declares can reach. */
    public static StubReach stubReach(Class<?> type) throws IOException {
        return StubUse.reach(type);
    }

    /** The weaving loaders of one run: suites with the same reach share one. */
    private static final class Weavers {
        private final Map<ClassLoader, Map<String, WeavingLoader>> loaders = new IdentityHashMap<>();

        WeavingLoader of(Class<?> type, StubReach reach) {
            ClassLoader parent = type.getClassLoader();
            String place = reach == StubReach.SUITES ? WeavingLoader.place(type) : "";
            return loaders.computeIfAbsent(parent, _ -> new HashMap<>())
                .computeIfAbsent(place, _ -> new WeavingLoader(parent, place));
        }
    }

    /** The suites that classes of these names declare, loaded by {@code loader}, in link order. */
    public static List<TestSuite> loadByName(ClassLoader loader, List<String> classNames)
        throws ClassNotFoundException {
        List<Class<?>> types = new ArrayList<>();
        for (String className : classNames) {
            types.add(Class.forName(className, false, loader));
        }
        return loadAll(types);
    }

    private static Class<?> reload(Class<?> type, WeavingLoader loader) {
        try {
            return Class.forName(type.getName(), false, loader);
        } catch (ClassNotFoundException e) {
            throw new SuiteLoadException(type, "cannot be loaded again for its stubs");
        }
    }

    /** The KTAP name of a Java method or class: {@code splitLeavesOneBuddy} is {@code split_leaves_one_buddy}. */
    public static String snakeCase(String javaName) {
        StringBuilder out = new StringBuilder(javaName.length() + 8);
        for (int i = 0; i < javaName.length(); i++) {
            char c = javaName.charAt(i);
            boolean wordStart = Character.isUpperCase(c) && i > 0 && javaName.charAt(i - 1) != '_'
                && (!Character.isUpperCase(javaName.charAt(i - 1))
                    || i + 1 < javaName.length() && Character.isLowerCase(javaName.charAt(i + 1)));
            if (wordStart) {
                out.append('_');
            }
            out.append(Character.toLowerCase(c));
        }
        return out.toString();
    }

    private TestSuite load() {
        List<TestCase> cases = new ArrayList<>();
        for (SuiteMethod method : methods.all()) {
            Map<String, String> mark = method.annotations().of(KunitCase.class);
            if (mark != null) {
                cases.add(testCase(method, CaseMark.of(mark)));
            }
        }
        SuiteScanner.Found found = SuiteScanner.Found.of(type.getName(), annotation);
        return TestSuite.named(found.name())
            .config(found.config())
            .className(found.className())
            .loader(type.getClassLoader())
            .speed(Speed.valueOf(annotation.getOrDefault("speed", Speed.UNSET.name())))
            .init(found.init())
            .link(found.link())
            .needs(marks.have(KunitNeeds.class) ? needs(type.getAnnotation(KunitNeeds.class)) : Needs.NOTHING)
            .parallel(annotation.getOrDefault("parallel", "0").equals("1"))
            .hooks(hooks())
            .cases(cases);
    }

    private TestCase testCase(SuiteMethod method, CaseMark mark) {
        String name = mark.name().isEmpty() ? snakeCase(method.name()) : mark.name();
        ParamSource params = mark.params().isEmpty() ? null : MemberParams.of(type, methods, instance, mark);
        boolean takesParam = params != null && method.sketch().takes(Kunit.class, 1);
        if (!method.sketch().isVoid() || !takesParam && !method.sketch().takes(Kunit.class, 0)) {
            throw new SuiteLoadException(type, "case " + method.name() + " must be void " + method.name()
                + "(Kunit test" + (params == null ? ")" : " [, param])"));
        }
        TestCase.Body body = takesParam ? test -> instance.call(method, test, test.paramValue())
            : test -> instance.callCase(method, test);
        return new TestCase(name, module(type, annotation), mark.speed(), mark.explores() ? body.exploring() : body,
            params, false, method.annotations().have(KunitNeeds.class)
            ? needs(method.reflected().getAnnotation(KunitNeeds.class))
            : Needs.NOTHING, method.declaringClass() == type ? method.sketch().line() : 0);
    }

    private Needs needs(KunitNeeds said) {
        try {
            return new Needs(said.cpus(), said.nodes(), MemorySize.parse(said.memory()), List.of(said.config()));
        } catch (IllegalArgumentException e) {
            throw new SuiteLoadException(type, "@KunitNeeds: " + e.getMessage());
        }
    }

    private TestSuite.Hooks hooks() {
        SuiteMethod suiteInit = one(KunitSuiteInit.class, SuiteContext.class);
        SuiteMethod suiteExit = one(KunitSuiteExit.class, SuiteContext.class);
        SuiteMethod init = one(KunitInit.class, Kunit.class);
        SuiteMethod exit = one(KunitExit.class, Kunit.class);
        return new TestSuite.Hooks() {
            @Override
            public void begin(Kernel kernel) throws Throwable {
                instance.renew();
                linkSymbols(kernel);
            }

            @Override
            public void end() {
                instance.forget();
            }

            @Override
            public int suiteInit(SuiteContext suite) throws Throwable {
                return suiteInit == null ? 0 : instance.callHook(suiteInit, suite);
            }

            @Override
            public void suiteExit(SuiteContext suite) throws Throwable {
                if (suiteExit != null) {
                    instance.callHook(suiteExit, suite);
                }
            }

            @Override
            public int init(Kunit test) throws Throwable {
                return init == null ? 0 : instance.callHook(init, test);
            }

            @Override
            public void exit(Kunit test) throws Throwable {
                if (exit != null) {
                    instance.callHook(exit, test);
                }
            }
        };
    }

    /** Fill in the fields through which the suite reaches what is exported for tests. */
    private void linkSymbols(Kernel kernel) throws Throwable {
        // Asking reflection whether a type is annotated is dear.
        Map<String, String> known = marks.elements().get(SuitePreparation.SYMBOLS);
        for (Field field : known != null && known.isEmpty() ? List.<Field>of() : symbolFields(type)) {
            field.setAccessible(true);
            String code = known == null ? null : known.get(field.getType().getName());
            Object symbols = new SymbolLinker(type, module(type, annotation), kernel.config()).link(field.getType(),
                code == null || code.isEmpty() ? null : Base64.getDecoder().decode(code));
            field.set(Modifier.isStatic(field.getModifiers()) ? null : instance.object(), symbols);
        }
    }

    /** The fields through which a suite reaches what is exported for tests. */
    static List<Field> symbolFields(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields())
            .filter(field -> field.getType().isAnnotationPresent(KunitSymbols.class)).toList();
    }

    static String module(Class<?> type, Map<String, String> annotation) {
        String name = annotation.getOrDefault("module", "");
        return name.isEmpty() ? snakeCase(type.getSimpleName()) : name;
    }

    private @Nullable SuiteMethod one(Class<? extends Annotation> mark, Class<?> argument) {
        SuiteMethod found = null;
        for (SuiteMethod method : methods.all()) {
            if (!method.annotations().have(mark)) {
                continue;
            }
            if (found != null) {
                throw new SuiteLoadException(type, "two methods are marked @" + mark.getSimpleName() + ": "
                    + found.name() + " and " + method.name());
            }
            boolean returns = method.sketch().isVoid() || method.sketch().returnsInt();
            if (!returns || !method.sketch().takes(argument, 0)) {
                throw new SuiteLoadException(type, method.name() + " is marked @" + mark.getSimpleName()
                    + " and must be int or void with one argument of type " + argument.getSimpleName());
            }
            found = method;
        }
        return found;
    }
}
