package org.kunitjvm.kunit.assertion;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The source text of the arguments of a call. When several calls of one name stand on one line, the class file tells
 * which of them it is: calls are compiled in the order in which they are written.
 */
public final class ArgumentSource {
    private final SourceFinder sources;

    /** Read source text from {@code sources}. */
    public ArgumentSource(SourceFinder sources) {
        this.sources = sources;
    }

    /**
     * The texts of the arguments of the call of {@code method} at {@code site}, or {@code null} if the source is not
     * there or the call in it does not have at least {@code minArgs} arguments.
     */
    public @Nullable List<String> arguments(CallSite site, String method, int minArgs) {
        String text = sources.find(site.type(), site.file()).text();
        if (text == null) {
            return null;
        }
        int lineStart = lineStart(text, site.line());
        if (lineStart < 0) {
            return null;
        }
        int lineEnd = text.indexOf('\n', lineStart);
        int open = nthCall(text, method, lineStart, lineEnd < 0 ? text.length() : lineEnd, site);
        List<String> args = open < 0 ? null : ArgumentScanner.arguments(text, open);
        return args == null || args.size() < minArgs ? null : args;
    }

    private static int nthCall(String text, String method, int from, int lineEnd, CallSite site) {
        int first = callBefore(text, method, from, lineEnd);
        if (first < 0 || callBefore(text, method, first, lineEnd) < 0) {
            return first;
        }
        int open = first;
        for (int skip = callsBefore(site, method); skip > 0 && open >= 0; skip--) {
            open = callBefore(text, method, open, lineEnd);
        }
        return open;
    }

    /** The bracket of the next call whose name begins before {@code lineEnd}. */
    private static int callBefore(String text, String method, int from, int lineEnd) {
        int open = ArgumentScanner.findCall(text, method, from);
        return open >= 0 && text.lastIndexOf(method, open) < lineEnd ? open : -1;
    }

    private static int lineStart(String text, int line) {
        int start = 0;
        for (int i = 1; i < line; i++) {
            start = text.indexOf('\n', start) + 1;
            if (start == 0) {
                return -1;
            }
        }
        return start;
    }

    /** How many calls of {@code method} the compiler put on the same line before the one at {@code site}. */
    private static int callsBefore(CallSite site, String method) {
        String resource = site.type().getName().replace('.', '/') + ".class";
        ClassLoader loader = site.type().getClassLoader();
        try (InputStream in = loader == null ? null : loader.getResourceAsStream(resource)) {
            return in == null ? 0 : callsBefore(in.readAllBytes(), site, method);
        } catch (IOException e) {
            return 0;
        }
    }

    private static int callsBefore(byte[] classBytes, CallSite site, String method) {
        return ClassFile.of().parse(classBytes).methods().stream()
            .filter(m -> m.methodName().equalsString(site.method()) && m.methodType().equalsString(site.descriptor()))
            .flatMap(m -> m.code().stream())
            .mapToInt(code -> count(code, site, method))
            .sum();
    }

    private static int count(Iterable<CodeElement> code, CallSite site, String method) {
        int line = -1;
        int index = 0;
        int calls = 0;
        for (CodeElement element : code) {
            if (element instanceof LineNumber number) {
                line = number.line();
            } else if (element instanceof Instruction instruction) {
                if (index >= site.bytecodeIndex()) {
                    return calls;
                }
                index += instruction.sizeInBytes();
                if (line == site.line() && element instanceof InvokeInstruction call
                    && call.name().equalsString(method)) {
                    calls++;
                }
            }
        }
        return calls;
    }
}
