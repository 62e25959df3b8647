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
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
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
    private static final byte[] MARK = KunitStubbable.class.descriptorString().getBytes(StandardCharsets.UTF_8);
    private static final List<String> PARENT_FIRST = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.",
        "org.junit.",
        "org.opentest4j.", "org.jspecify.", "org.slf4j.", "ch.qos.", "net.bytebuddy.", "picocli.", "com.fasterxml.",
        "com.tngtech.", "org.apiguardian.");

    static {
        registerAsParallelCapable();
    }

    private final List<String> parentPlaces;

    /** A loader on the class path of {@code parent}. */
    public WeavingLoader(ClassLoader parent) {
        super("kunit-weave", parent);
        this.parentPlaces = List.of(place(Kernel.class), place(Kunit.class));
    }

    private static String place(Class<?> type) {
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
            byte[] woven = contains(bytes, MARK) ? weave(name, bytes) : bytes;
            ProtectionDomain domain = new ProtectionDomain(new CodeSource(URI.create(place).toURL(),
                (Certificate[]) null), null);
            return defineClass(name, woven, 0, woven.length, domain);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
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

    private static boolean contains(byte[] bytes, byte[] text) {
        for (int i = 0; i <= bytes.length - text.length; i++) {
            int same = 0;
            while (same < text.length && bytes[i + same] == text[same]) {
                same++;
            }
            if (same == text.length) {
                return true;
            }
        }
        return false;
    }

    private byte[] weave(String name, byte[] bytes) {
        ClassFileLocator locator = new ClassFileLocator.Compound(ClassFileLocator.Simple.of(name, bytes),
            ClassFileLocator.ForClassLoader.of(getParent()));
        TypeDescription type = TypePool.Default.of(locator).describe(name).resolve();
        ElementMatcher<MethodDescription> marked = ElementMatchers.isAnnotatedWith(KunitStubbable.class);
        return new ByteBuddy().redefine(type, locator).visit(Advice.to(StubAdvice.class).on(marked)).make().getBytes();
    }
}
