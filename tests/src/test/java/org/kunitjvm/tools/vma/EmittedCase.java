package org.kunitjvm.tools.vma;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.kunitjvm.kernel.Kernel;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.run.KtapWriter;
import org.kunitjvm.kunit.run.KunitExecutor;
import org.kunitjvm.kunit.run.KunitOptions;
import org.kunitjvm.kunit.run.SuiteLoader;
import org.kunitjvm.mm.vma.VmaSpace;

/** Compiles and runs a suite as somebody would who pasted it into the project. */
public final class EmittedCase {
    private EmittedCase() {
    }

    /** The console after a run of the only suite in {@code source}, which is compiled into {@code directory}. */
    public static String run(String source, Path directory) throws IOException, ReflectiveOperationException {
        String name = source.substring(source.indexOf("final class ") + "final class ".length(),
            source.indexOf(" {\n"));
        Path file = Files.writeString(directory.resolve(name + ".java"), source);
        compile(file, directory);
        StringBuilder console = new StringBuilder();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()},
            EmittedCase.class.getClassLoader())) {
            Class<?> suite = Class.forName("org.kunitjvm.mm.vma." + name, false, loader);
            new KunitExecutor((out, platform) -> Kernel.builder().memory("64M").initcalls(List.of()).console(out)
                .platformThreads(platform).build(), KunitOptions.DEFAULT.withShutdown("halt"), KtapWriter.to(console))
                .run(SuiteLoader.loadAll(List.of(suite)));
        }
        return console.toString();
    }

    private static void compile(Path file, Path directory) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            boolean ok = compiler.getTask(messages, manager, null,
                List.of("-proc:none", "-Xlint:all", "-Werror", "-d", directory.toString(), "-cp", classPath()), null,
                manager.getJavaFileObjects(file)).call();
            if (!ok) {
                throw new AssertionError(messages + "\n" + Files.readString(file));
            }
        }
    }

    private static String classPath() {
        TreeSet<String> entries = new TreeSet<>();
        for (Class<?> type : List.of(Kunit.class, VmaSpace.class, VmaReplay.class, Kernel.class)) {
            try {
                entries.add(Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
            } catch (URISyntaxException e) {
                throw new IllegalStateException(e);
            }
        }
        return String.join(File.pathSeparator, entries);
    }
}
