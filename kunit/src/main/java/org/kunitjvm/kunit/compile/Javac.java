package org.kunitjvm.kunit.compile;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The JDK's compiler, with the options of the project. */
public final class Javac {
    private Javac() {
    }

    /**
     * Compile {@code files} into {@code output}, a folder that exists.
     *
     * @param classPath folders and jars, the first that has a class wins
     * @return what the compiler says if that fails, else the empty text
     */
    public static String compile(Collection<Path> files, List<Path> classPath, Path output) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IOException("this Java has no compiler; use a JDK");
        }
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, Locale.ROOT,
            StandardCharsets.UTF_8)) {
            String path = classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
            List<String> options = List.of("-d", output.toString(), "-cp", path, "-proc:none", "-implicit:none",
                "-parameters", "-g", "-Xlint:none");
            boolean done = compiler.getTask(messages, manager, null, options, null,
                manager.getJavaFileObjectsFromPaths(files)).call();
            return done ? "" : messages.toString();
        }
    }
}
