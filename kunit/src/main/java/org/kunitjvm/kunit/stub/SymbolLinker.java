package org.kunitjvm.kunit.stub;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import net.bytebuddy.ByteBuddy;
import net.bytebuddy.ClassFileVersion;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.modifier.TypeManifestation;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.implementation.bytecode.ByteCodeAppender;
import net.bytebuddy.implementation.bytecode.member.MethodReturn;
import net.bytebuddy.implementation.bytecode.member.MethodVariableAccess;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import net.bytebuddy.matcher.ElementMatchers;
import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.config.KernelConfig;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.hook.ExportSymbolIfKunit;
import org.kunitjvm.kernel.hook.VisibleIfKunit;
import org.kunitjvm.kunit.ImportNs;
import org.kunitjvm.kunit.KunitSymbols;

/**
 * Links a suite with the symbols that are exported for tests. An interface marked {@link KunitSymbols} is implemented
 * by a hidden class that is a nestmate of the target, so that a call through it costs what a direct call costs.
 *
 * <p>Linking fails as loading the module would: with CONFIG_KUNIT off there is nothing to link with; a symbol must be
 * exported, its namespace imported, and its type the one that the suite was compiled for. Models kernel/module/main.c:
 * simplify_symbols.
 */
public final class SymbolLinker {
    private static final String CONSTRUCTOR = "newInstance";

    private final Class<?> suite;
    private final String module;
    private final boolean kunitEnabled;

    /** Link for {@code suite}, which is in {@code module}, with a kernel of this configuration. */
    public SymbolLinker(Class<?> suite, String module, KernelConfig config) {
        this.suite = suite;
        this.module = module;
        this.kunitEnabled = config.isEnabled("KUNIT");
    }

    /**
     * Implement {@code symbols}.
     *
     * @throws ModuleLinkException if a symbol is not to be had
     */
    public <T> T link(Class<T> symbols) throws ModuleLinkException {
        return link(symbols, null);
    }

    /**
     * Implement {@code symbols}.
     *
     * @param code what {@link #code} gave for the same classes, which need not be generated again then
     * @throws ModuleLinkException if a symbol is not to be had
     */
    public <T> T link(Class<T> symbols, byte @Nullable [] code) throws ModuleLinkException {
        Class<?> target = target(symbols);
        Map<Method, Member> members = members(symbols, target);
        return symbols.cast(define(symbols, target, code == null ? generate(symbols, target, members) : code));
    }

    /** The class file that {@link #link} defines; it fits as long as neither of the classes changes. */
    public byte[] code(Class<?> symbols) throws ModuleLinkException {
        Class<?> target = target(symbols);
        return generate(symbols, target, members(symbols, target));
    }

    private static Class<?> target(Class<?> symbols) {
        return symbols.getAnnotation(KunitSymbols.class).of();
    }

    private Map<Method, Member> members(Class<?> symbols, Class<?> target) throws ModuleLinkException {
        Map<Method, Member> members = new LinkedHashMap<>();
        for (Method wanted : symbols.getMethods()) {
            if (Modifier.isAbstract(wanted.getModifiers())) {
                members.put(wanted, resolve(target, wanted));
            }
        }
        return members;
    }

    private Member resolve(Class<?> target, Method wanted) throws ModuleLinkException {
        List<Member> named = candidates(target, wanted.getName());
        if (named.isEmpty() || !kunitEnabled) {
            throw unknown(symbolName(null, wanted), Errno.ENOENT);
        }
        Member fitting = named.stream().filter(member -> fits(target, member, wanted)).findFirst().orElse(null);
        Member member = fitting == null ? named.getFirst() : fitting;
        ExportSymbolIfKunit export = ((AccessibleObject) member).getAnnotation(ExportSymbolIfKunit.class);
        String symbol = symbolName(export, wanted);
        if (export == null) {
            throw unknown(symbol, Errno.ENOENT);
        }
        if (!imports(export.namespace())) {
            throw unknown(symbol, Errno.EINVAL, module + ": module uses symbol (" + symbol + ") from namespace "
                + export.namespace() + ", but does not import it.");
        }
        if (fitting == null) {
            throw unknown(symbol, Errno.EINVAL, module + ": disagrees about version of symbol " + symbol);
        }
        return member;
    }

    private static List<Member> candidates(Class<?> target, String name) {
        List<Member> found = new ArrayList<>();
        for (Executable executable : name.equals(CONSTRUCTOR) ? target.getDeclaredConstructors()
            : target.getDeclaredMethods()) {
            boolean named = name.equals(CONSTRUCTOR) || executable.getName().equals(name);
            if (named && !executable.isSynthetic() && executable.isAnnotationPresent(VisibleIfKunit.class)) {
                found.add(executable);
            }
        }
        for (Field field : target.getDeclaredFields()) {
            if (field.getName().equals(name) && field.isAnnotationPresent(VisibleIfKunit.class)) {
                found.add(field);
            }
        }
        return found;
    }

    private static boolean fits(Class<?> target, Member member, Method wanted) {
        List<Class<?>> types = new ArrayList<>();
        boolean instance = !Modifier.isStatic(member.getModifiers()) && !(member instanceof Constructor<?>);
        if (instance) {
            types.add(target);
        }
        Class<?> result = switch (member) {
            case Method method -> {
                types.addAll(List.of(method.getParameterTypes()));
                yield method.getReturnType();
            }
            case Constructor<?> constructor -> {
                types.addAll(List.of(constructor.getParameterTypes()));
                yield target;
            }
            case Field field -> field.getType();
            default -> throw new IllegalArgumentException(member.toString());
        };
        return types.equals(Arrays.asList(wanted.getParameterTypes())) && result == wanted.getReturnType();
    }

    private boolean imports(String namespace) {
        ImportNs imported = suite.getAnnotation(ImportNs.class);
        return imported != null && Arrays.asList(imported.value()).contains(namespace);
    }

    private ModuleLinkException unknown(String symbol, Errno errno, String... before) {
        List<String> lines = new ArrayList<>(List.of(before));
        lines.add(module + ": Unknown symbol " + symbol + " (err -" + errno.number() + ")");
        return new ModuleLinkException(lines, -errno.number());
    }

    private static String symbolName(@Nullable ExportSymbolIfKunit export, Method wanted) {
        if (export != null && !export.symbol().isEmpty()) {
            return export.symbol();
        }
        StringBuilder out = new StringBuilder();
        for (char c : wanted.getName().toCharArray()) {
            if (Character.isUpperCase(c)) {
                out.append('_');
            }
            out.append(Character.toLowerCase(c));
        }
        return out.toString();
    }

    private static byte[] generate(Class<?> symbols, Class<?> target, Map<Method, Member> members) {
        DynamicType.Builder<?> builder = new ByteBuddy(ClassFileVersion.JAVA_V17).with(TypeValidation.DISABLED)
            .subclass(Object.class).implement(symbols).name(target.getName() + "$Kunit")
            .modifiers(Visibility.PUBLIC, TypeManifestation.FINAL);
        for (Map.Entry<Method, Member> entry : members.entrySet()) {
            builder = builder.method(ElementMatchers.is(entry.getKey()))
                .intercept(new Implementation.Simple((code, _, method) -> body(code, method, entry.getValue())));
        }
        return builder.make().getBytes();
    }

    private static Object define(Class<?> symbols, Class<?> target, byte[] code) {
        try {
            Lookup lookup = MethodHandles.privateLookupIn(target, MethodHandles.lookup());
            Class<?> type = lookup.defineHiddenClass(code, true, Lookup.ClassOption.NESTMATE).lookupClass();
            return type.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot implement " + symbols.getName() + " for " + target.getName(), e);
        }
    }

    private static ByteCodeAppender.Size body(MethodVisitor code, MethodDescription method, Member member) {
        String owner = Type.getInternalName(member.getDeclaringClass());
        boolean isStatic = Modifier.isStatic(member.getModifiers());
        int extra = 2;
        if (member instanceof Constructor<?>) {
            code.visitTypeInsn(Opcodes.NEW, owner);
            code.visitInsn(Opcodes.DUP);
            extra += 2;
        }
        int arguments = MethodVariableAccess.allArgumentsOf(method).apply(code, null).getMaximalSize();
        switch (member) {
            case Method target -> code.visitMethodInsn(isStatic ? Opcodes.INVOKESTATIC : Opcodes.INVOKEVIRTUAL, owner,
                target.getName(), Type.getMethodDescriptor(target), false);
            case Constructor<?> target -> code.visitMethodInsn(Opcodes.INVOKESPECIAL, owner, "<init>",
                Type.getConstructorDescriptor(target), false);
            case Field target -> code.visitFieldInsn(isStatic ? Opcodes.GETSTATIC : Opcodes.GETFIELD, owner,
                target.getName(),
                Type.getDescriptor(target.getType()));
            default -> throw new IllegalArgumentException(member.toString());
        }
        MethodReturn.of(method.getReturnType()).apply(code, null);
        return new ByteCodeAppender.Size(arguments + extra, method.getStackSize());
    }
}
