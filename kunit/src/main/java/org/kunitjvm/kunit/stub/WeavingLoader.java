package org.kunitjvm.kunit.stub;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.List;

import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.modifier.FieldManifestation;
import net.bytebuddy.description.modifier.Ownership;
import net.bytebuddy.description.modifier.SyntheticState;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.pool.TypePool;
import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kernel.hook.KunitStubbable;
import org.kunitjvm.kunit.Kunit;

/**
 * Loads suites that use stubs, and everything that they use, anew: the classes of the program under test and of the
 * tests become this loader's own, with a call of the stub table at the entry of each marked method. The kernel model,
 * KUnit and libraries stay those of the parent, so that a test and its runner speak of the same kernel.
 */
public final class WeavingLoader extends ClassLoader {
    /** The folder of a jar with classes that were woven when it was made, by binary name. */
    public static final String WOVEN = "META-INF/kunit/woven/";

    private static final byte[] MARK = KunitStubbable.class.descriptorString().getBytes(StandardCharsets.UTF_8);
    private static final List<String> PARENT_FIRST = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.",
        "org.junit.",
        "org.opentest4j.", "org.jspecify.", "org.slf4j.", "ch.qos.", "net.bytebuddy.", "picocli.", "com.fasterxml.",
        "com.tngtech.", "org.apiguardian.");

    static {
        registerAsParallelCapable();
    }

    private final List<String> parentPlaces;
    /** The only place whose classes become this loader's, or empty for all but the parent's. */
    private final String ownPlace;

    /** A loader on the class path of {@code parent}. */
    public WeavingLoader(ClassLoader parent) {
        this(parent, "");
    }

    /**
     * A loader for the classes of one folder or jar alone; all others stay those of {@code parent}.
     *
     * @param ownPlace the place, as {@link #place} names it; empty for all but the kernel model and KUnit
     */
    public WeavingLoader(ClassLoader parent, String ownPlace) {
        super("kunit-weave", parent);
        this.parentPlaces = List.of(place(Kernel.class), place(Kunit.class));
        this.ownPlace = ownPlace;
    }

    /** The folder or jar that a class came from. */
    public static String place(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return source == null || source.getLocation() == null ? "" : source.getLocation().toString();
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known == null) {
                known = isParents(name) ? null : findOwn(name);
            }
            return known == null ? super.loadClass(name, resolve) : known;
        }
    }

    private static boolean isParents(String name) {
        return PARENT_FIRST.stream().anyMatch(name::startsWith);
    }

    private @Nullable Class<?> findOwn(String name) throws ClassNotFoundException {
        if (!ownPlace.isEmpty()) {
            Class<?> parents = getParent().loadClass(name);
            if (!place(parents).equals(ownPlace)) {
                return parents;
            }
        }
        URL file = getResource(name.replace('.', '/') + ".class");
        if (file == null) {
            return null;
        }
        try {
            String place = place(file, name);
            if (parentPlaces.contains(place)) {
                return null;
            }
            byte[] bytes;
            try (InputStream in = file.openStream()) {
                bytes = in.readAllBytes();
            }
            byte[] woven = isMarked(bytes) ? woven(name, bytes) : bytes;
            ProtectionDomain domain = new ProtectionDomain(new CodeSource(URI.create(place).toURL(),
                (Certificate[]) null), null);
            return defineClass(name, woven, 0, woven.length, domain);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    /**
     * Whether a class is of the program under test or of tests, so that this loader would make one of its own of it.
     */
    public boolean owns(String name) throws IOException {
        URL file = isParents(name) ? null : getResource(name.replace('.', '/') + ".class");
        return file != null && !parentPlaces.contains(place(file, name));
    }

    private byte[] woven(String name, byte[] bytes) throws IOException {
        try (InputStream in = getParent().getResourceAsStream(WOVEN + name + ".class")) {
            return in != null ? in.readAllBytes() : weave(name, bytes, getParent());
        }
    }

    /** The directory or jar that a class file is in. */
    private static String place(URL file, String className) throws IOException {
        URLConnection connection = file.openConnection();
        if (connection instanceof JarURLConnection jar) {
            return jar.getJarFileURL().toString();
        }
        String text = file.toString();
        return text.substring(0, text.length() - className.length() - ".class".length());
    }

    /** Whether a class file may hold a method that can be stubbed. */
    public static boolean isMarked(byte[] bytes) {
        for (int i = 0; i <= bytes.length - MARK.length; i++) {
            int same = 0;
            while (same < MARK.length && bytes[i + same] == MARK[same]) {
                same++;
            }
            if (same == MARK.length) {
                return true;
            }
        }
        return false;
    }

    /**
     * Put a call of the stub table at the entry of each marked method.
     *
     * @param name binary name of the class
     * @param bytes its class file
     * @param others where the classes are that it mentions
     */
    public static byte[] weave(String name, byte[] bytes, ClassLoader others) {
        ClassFileLocator locator = new ClassFileLocator.Compound(ClassFileLocator.Simple.of(name, bytes),
            ClassFileLocator.ForClassLoader.of(others));
        TypeDescription type = TypePool.Default.of(locator).describe(name).resolve();
        ElementMatcher.Junction<MethodDescription> marked = ElementMatchers.isAnnotatedWith(KunitStubbable.class);
        DynamicType.Builder<?> builder = new ByteBuddy().with(TypeValidation.DISABLED).redefine(type, locator)
            .visit(Advice.to(StubAdvice.class).on(marked));
        for (MethodDescription method : type.getDeclaredMethods().filter(marked)) {
            builder = builder.defineField(wovenMark(method.getInternalName(), method.getDescriptor()), boolean.class,
                Visibility.PUBLIC, Ownership.STATIC, FieldManifestation.FINAL, SyntheticState.SYNTHETIC);
        }
        return builder.make().getBytes();
    }

    /**
     * The name of the field that tells that a method of a class was woven. Asking for a field costs nothing; asking for
     * an annotation makes the JDK generate a class.
     */
    private static String wovenMark(String method, String descriptor) {
        return "kunit$" + method + descriptor.replace('/', '|').replace(';', ',').replace('[', ']');
    }

    /** Whether calls of a method of {@code type} can be redirected. */
    static boolean isWoven(Class<?> type, String method, String descriptor) {
        try {
            return type.getDeclaredField(wovenMark(method, descriptor)).isSynthetic();
        } catch (NoSuchFieldException e) {
            return false;
        }
    }
}
