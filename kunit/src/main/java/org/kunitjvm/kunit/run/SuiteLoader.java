package org.kunitjvm.kunit.run;

import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.hw.MemorySize;
import org.kunitjvm.kernel.sched.Scheduler;
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
import org.kunitjvm.kunit.stub.SymbolLinker;
import org.kunitjvm.kunit.stub.WeavingLoader;

/** Makes suites from annotated classes. */
public final class SuiteLoader {
    private final Class<?> type;
    private final ClassFileSketch.Marks marks;
    /** The elements of {@link KunitSuite} that are written out. */
    private final Map<String, String> annotation;
    private final List<Marked> methods;
    private final SuiteInstance instance;

    /** A method and what its class file says of it. */
    private record Marked(Method method, ClassFileSketch.MethodSketch sketch) {
        ClassFileSketch.Marks annotations() {
            return sketch.annotations();
        }
    }

    private SuiteLoader(Class<?> type, ClassFileSketch sketch, Map<String, String> annotation) {
        this.type = type;
        this.marks = sketch.annotations();
        this.annotation = annotation;
        this.methods = methodsInSourceOrder(type, sketch);
        this.instance = new SuiteInstance(type);
    }

    /**
     * The suite that {@code type} declares. If its code, or test code that it uses, speaks of stubs, the suite is made
     * from a class of the same name in a {@link WeavingLoader}.
     */
    public static TestSuite load(Class<?> type) {
        return load(type, new StubUse().in(type), new Weavers(), null);
    }

    private static TestSuite load(Class<?> original, StubReach reach, Weavers weavers, byte @Nullable [] classFile) {
        Class<?> type = reach == StubReach.NONE ? original : reload(original, weavers.of(original, reach));
        ClassFileSketch sketch = sketch(type, classFile == null ? classFile(type) : classFile);
        Map<String, String> annotation = sketch.annotations().of(KunitSuite.class);
        if (annotation == null) {
            throw new SuiteLoadException(type, "no suite: annotate the class with @KunitSuite");
        }
        return new SuiteLoader(type, sketch, annotation).load();
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
        return methodsInSourceOrder(type, sketch(type, classFile(type))).stream()
            .filter(marked -> marked.annotations().have(KunitCase.class)).map(Marked::method).toList();
    }

    /** The suites that {@code types} declare, in link order: init suites, then {@code link}, then class names. */
    public static List<TestSuite> loadAll(List<? extends Class<?>> types) {
        List<TestSuite> suites = new ArrayList<>();
        Weavers weavers = new Weavers();
        StubUse stubs = new StubUse();
        types.forEach(type -> suites.add(load(type, stubs.in(type), weavers, null)));
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
        try (ClassFiles files = new ClassFiles(places)) {
            for (SuiteScanner.Found each : found) {
                Class<?> type = Class.forName(each.className(), false, loader);
                StubReach known = each.stubs();
                suites.add(load(type, known != null ? known : stubs.in(type), weavers, files.read(each.className())));
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
        for (Marked marked : methods) {
            Map<String, String> mark = marked.annotations().of(KunitCase.class);
            if (mark != null) {
                cases.add(testCase(marked, CaseMark.of(mark)));
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

    private TestCase testCase(Marked marked, CaseMark mark) {
        Method method = marked.method();
        String name = mark.name().isEmpty() ? snakeCase(method.getName()) : mark.name();
        String module = module();
        ParamSource params = mark.params().isEmpty() ? null
            : MemberParams.of(type, methods.stream().map(Marked::method).toList(), instance, mark);
        boolean takesParam = method.getParameterCount() == 2 && params != null;
        boolean fits = method.getParameterCount() >= 1 && method.getParameterTypes()[0] == Kunit.class
            && (method.getParameterCount() == 1 || takesParam);
        if (!fits || method.getReturnType() != void.class) {
            throw new SuiteLoadException(type, "case " + method.getName() + " must be void " + method.getName()
                + "(Kunit test"
                + (params == null ? ")" : " [, param])"));
        }
        TestCase.Body body = takesParam ? test -> instance.call(method, test, test.paramValue())
            : test -> instance.callCase(method, test);
        return new TestCase(name, module, mark.speed(), mark.explores() ? body.exploring() : body, params, false,
            marked.annotations().have(KunitNeeds.class) ? needs(method.getAnnotation(KunitNeeds.class)) : Needs.NOTHING,
            method.getDeclaringClass() == type ? marked.sketch().line() : 0);
    }

    private Needs needs(KunitNeeds said) {
        try {
            return new Needs(said.cpus(), said.nodes(), MemorySize.parse(said.memory()), List.of(said.config()));
        } catch (IllegalArgumentException e) {
            throw new SuiteLoadException(type, "@KunitNeeds: " + e.getMessage());
        }
    }

    private TestSuite.Hooks hooks() {
        Method suiteInit = one(KunitSuiteInit.class, SuiteContext.class);
        Method suiteExit = one(KunitSuiteExit.class, SuiteContext.class);
        Method init = one(KunitInit.class, Kunit.class);
        Method exit = one(KunitExit.class, Kunit.class);
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
        for (Field field : type.getDeclaredFields()) {
            if (field.getType().isAnnotationPresent(KunitSymbols.class)) {
                field.setAccessible(true);
                Object symbols = new SymbolLinker(type, module(), kernel.config()).link(field.getType());
                field.set(Modifier.isStatic(field.getModifiers()) ? null : instance.object(), symbols);
            }
        }
    }

    private String module() {
        String name = annotation.getOrDefault("module", "");
        return name.isEmpty() ? snakeCase(type.getSimpleName()) : name;
    }

    private @Nullable Method one(Class<? extends Annotation> mark, Class<?> argument) {
        Method found = null;
        for (Marked marked : methods) {
            if (!marked.annotations().have(mark)) {
                continue;
            }
            Method method = marked.method();
            if (found != null) {
                throw new SuiteLoadException(type, "two methods are marked @" + mark.getSimpleName() + ": "
                    + found.getName()
                    + " and " + method.getName());
            }
            boolean returns = method.getReturnType() == void.class || method.getReturnType() == int.class;
            if (!returns || method.getParameterCount() != 1 || method.getParameterTypes()[0] != argument) {
                throw new SuiteLoadException(type, method.getName() + " is marked @" + mark.getSimpleName()
                    + " and must be int or void with one argument of type " + argument.getSimpleName());
            }
            found = method;
        }
        return found;
    }

    /** All methods, those of superclasses first, each class in the order of its source. */
    private static List<Marked> methodsInSourceOrder(Class<?> type, ClassFileSketch sketch) {
        List<Marked> methods = new ArrayList<>();
        Class<?> superclass = type.getSuperclass();
        if (superclass != null && superclass.getClassLoader() != null) {
            methods.addAll(methodsInSourceOrder(superclass, sketch(superclass, classFile(superclass))));
        }
        Map<String, Method> declared = new HashMap<>();
        for (Method method : type.getDeclaredMethods()) {
            if (!method.isSynthetic()) {
                declared.put(method.getName() + descriptor(method), method);
            }
        }
        for (ClassFileSketch.MethodSketch inFile : sketch.methods()) {
            Method method = declared.get(inFile.key());
            if (method != null) {
                methods.add(new Marked(method, inFile));
            }
        }
        return methods;
    }

    private static String descriptor(Method method) {
        StringBuilder out = new StringBuilder("(");
        for (Class<?> parameter : method.getParameterTypes()) {
            out.append(parameter.descriptorString());
        }
        return out.append(')').append(method.getReturnType().descriptorString()).toString();
    }

    /**
     * The object whose methods are called: a new one for each run of the suite, and one for each kernel that runs it
     * now.
     */
    static final class SuiteInstance {
        private final Class<?> type;
        private final Map<Object, Object> objects = new ConcurrentHashMap<>();

        SuiteInstance(Class<?> type) {
            this.type = type;
        }

        /** What tells the kernel of the calling thread from others. */
        private static Object kernel() {
            Scheduler scheduler = Scheduler.ofCallingThread();
            return scheduler == null ? SuiteInstance.class : scheduler;
        }

        void renew() throws Throwable {
            try {
                Constructor<?> constructor = type.getDeclaredConstructor();
                constructor.setAccessible(true);
                objects.put(kernel(), constructor.newInstance());
            } catch (NoSuchMethodException e) {
                throw new SuiteLoadException(type, "a suite needs a constructor without arguments");
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        /** The kernel of the calling thread will run the suite no more. */
        void forget() {
            objects.remove(kernel());
        }

        @Nullable Object object() {
            return objects.get(kernel());
        }

        /**
         * Call a method that takes nothing but the test. Most cases run once: reflection would generate code for each
         * that is thrown away unused.
         */
        void callCase(Method method, Kunit test) throws Throwable {
            handle(method).invokeExact(test);
        }

        /** Call what comes before or after a case; returns its error, 0 if it has none to return. */
        int callHook(Method method, Kunit test) throws Throwable {
            MethodHandle handle = handle(method);
            if (method.getReturnType() == int.class) {
                return (int) handle.invokeExact(test);
            }
            handle.invokeExact(test);
            return 0;
        }

        /** Call what comes before or after all cases; returns its error, 0 if it has none to return. */
        int callHook(Method method, SuiteContext suite) throws Throwable {
            MethodHandle handle = handle(method);
            if (method.getReturnType() == int.class) {
                return (int) handle.invokeExact(suite);
            }
            handle.invokeExact(suite);
            return 0;
        }

        private MethodHandle handle(Method method) throws IllegalAccessException {
            method.setAccessible(true);
            MethodHandle handle = MethodHandles.lookup().unreflect(method);
            return Modifier.isStatic(method.getModifiers()) ? handle : handle.bindTo(object());
        }

        @Nullable Object call(Method method, @Nullable Object... args) throws Throwable {
            method.setAccessible(true);
            try {
                return method.invoke(Modifier.isStatic(method.getModifiers()) ? null : object(), args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }
}
