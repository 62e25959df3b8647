package org.kunitjvm.kunit.run;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Generates {@link SuiteCalls}. They stand in the package of their suite and reach what Java code there reaches;
 * methods that they do not reach, or whose arguments would have to be unboxed, are left to reflection.
 */
final class SuiteCallsCode {
    /** The class that knows all others. */
    static final String REGISTRY = "org.kunitjvm.kunit.run.ArchivedSuites";
    private static final String SUFFIX = "$KunitCalls";
    private static final ClassDesc CALLS = SuiteCalls.class.describeConstable().orElseThrow();
    private static final ClassDesc INTEGER = ConstantDescs.CD_Integer;
    private static final MethodTypeDesc CALL = MethodTypeDesc.of(ConstantDescs.CD_Object, ConstantDescs.CD_int,
        ConstantDescs.CD_Object, ConstantDescs.CD_Object.arrayType());
    private static final int METHOD = 1;
    private static final int SUITE = 2;
    private static final int ARGS = 3;

    private SuiteCallsCode() {
    }

    /** The name of the class that calls {@code suite}. */
    static String nameOf(String suite) {
        return suite + SUFFIX;
    }

    /** Whether a class can be generated that makes objects of {@code suite}. */
    static boolean isPossible(Class<?> suite) {
        try {
            Constructor<?> constructor = suite.getDeclaredConstructor();
            return !Modifier.isPrivate(constructor.getModifiers()) && !Modifier.isAbstract(suite.getModifiers());
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    /** Whether the class that calls {@code suite} can call this method. */
    static boolean reaches(Class<?> suite, Method method) {
        boolean near = method.getDeclaringClass().getPackageName().equals(suite.getPackageName());
        boolean visible = Modifier.isPublic(method.getModifiers()) && isPublic(method.getDeclaringClass())
            || near && !Modifier.isPrivate(method.getModifiers());
        Class<?> result = method.getReturnType();
        return visible && (!result.isPrimitive() || result == int.class || result == void.class)
            && Arrays.stream(method.getParameterTypes()).noneMatch(Class::isPrimitive);
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
            && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }

    /** The class file of the class that calls {@code suite}. */
    static byte[] of(Class<?> suite, List<SuiteMethods.SuiteMethod> methods) {
        ClassDesc type = suite.describeConstable().orElseThrow();
        return ClassFile.of().build(ClassDesc.of(nameOf(suite.getName())), calls -> {
            calls.withFlags(AccessFlag.PUBLIC, AccessFlag.FINAL, AccessFlag.SUPER, AccessFlag.SYNTHETIC)
                .withSuperclass(CALLS);
            constructor(calls, CALLS);
            calls.withMethodBody("make", MethodTypeDesc.of(ConstantDescs.CD_Object), ClassFile.ACC_PUBLIC, code ->
                code.new_(type).dup().invokespecial(type, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void).areturn());
            calls.withMethodBody("call", CALL, ClassFile.ACC_PUBLIC, code -> dispatch(code, suite, methods));
        });
    }

    private static void constructor(java.lang.classfile.ClassBuilder type, ClassDesc above) {
        type.withMethodBody(ConstantDescs.INIT_NAME, ConstantDescs.MTD_void, ClassFile.ACC_PUBLIC, code ->
            code.aload(0).invokespecial(above, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void).return_());
    }

    private static void dispatch(CodeBuilder code, Class<?> suite, List<SuiteMethods.SuiteMethod> methods) {
        Map<SwitchCase, Method> cases = new LinkedHashMap<>();
        for (SuiteMethods.SuiteMethod method : methods) {
            if (reaches(suite, method.reflected())) {
                cases.put(SwitchCase.of(method.number(), code.newLabel()), method.reflected());
            }
        }
        Label unknown = code.newLabel();
        code.iload(METHOD).lookupswitch(unknown, List.copyOf(cases.keySet()));
        cases.forEach((number, method) -> {
            code.labelBinding(number.target());
            call(code, method);
        });
        code.labelBinding(unknown).aconst_null().areturn();
    }

    private static void call(CodeBuilder code, Method method) {
        ClassDesc owner = method.getDeclaringClass().describeConstable().orElseThrow();
        boolean isStatic = Modifier.isStatic(method.getModifiers());
        if (!isStatic) {
            code.aload(SUITE).checkcast(owner);
        }
        Class<?>[] parameters = method.getParameterTypes();
        for (int i = 0; i < parameters.length; i++) {
            code.aload(ARGS).loadConstant(i).aaload().checkcast(parameters[i].describeConstable().orElseThrow());
        }
        MethodTypeDesc type = MethodTypeDesc.of(method.getReturnType().describeConstable().orElseThrow(),
            Arrays.stream(parameters).map(each -> each.describeConstable().orElseThrow()).toList());
        if (isStatic) {
            code.invokestatic(owner, method.getName(), type);
        } else {
            code.invokevirtual(owner, method.getName(), type);
        }
        if (method.getReturnType() == void.class) {
            code.aconst_null();
        } else if (method.getReturnType() == int.class) {
            code.invokestatic(INTEGER, "valueOf", MethodTypeDesc.of(INTEGER, ConstantDescs.CD_int));
        }
        code.areturn();
    }

    /** The class file of the {@link SuiteCalls.Registry} of these suites; {@code null} stands for one without calls. */
    static byte[] registry(List<@Nullable String> suites) {
        return ClassFile.of().build(ClassDesc.of(REGISTRY), registry -> {
            registry.withFlags(AccessFlag.PUBLIC, AccessFlag.FINAL, AccessFlag.SUPER, AccessFlag.SYNTHETIC)
                .withInterfaceSymbols(SuiteCalls.Registry.class.describeConstable().orElseThrow());
            constructor(registry, ConstantDescs.CD_Object);
            registry.withMethodBody("of", MethodTypeDesc.of(CALLS, ConstantDescs.CD_int), ClassFile.ACC_PUBLIC,
                code -> choose(code, suites));
        });
    }

    private static void choose(CodeBuilder code, List<@Nullable String> suites) {
        Map<SwitchCase, ClassDesc> cases = new LinkedHashMap<>();
        for (int i = 0; i < suites.size(); i++) {
            String suite = suites.get(i);
            if (suite != null) {
                cases.put(SwitchCase.of(i, code.newLabel()), ClassDesc.of(nameOf(suite)));
            }
        }
        Label unknown = code.newLabel();
        code.iload(METHOD).lookupswitch(unknown, List.copyOf(cases.keySet()));
        // The cast spares the verifier the question what each of the classes is, for which it would load them all.
        cases.forEach((number, type) -> code.labelBinding(number.target()).new_(type).dup()
            .invokespecial(type, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void).checkcast(CALLS).areturn());
        code.labelBinding(unknown).aconst_null().areturn();
    }
}
