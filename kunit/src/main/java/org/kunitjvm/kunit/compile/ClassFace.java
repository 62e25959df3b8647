package org.kunitjvm.kunit.compile;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.InnerClassInfo;
import java.lang.classfile.attribute.InnerClassesAttribute;
import java.lang.classfile.attribute.NestHostAttribute;
import java.lang.classfile.attribute.NestMembersAttribute;
import java.lang.classfile.attribute.SourceDebugExtensionAttribute;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.reflect.AccessFlag;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What other sources can see of a class file: everything but the code of its methods and its private members. As long
 * as that stays the same, what was compiled against the class need not be compiled again. Constants belong to it,
 * because the compiler copies them into their users.
 *
 * <p>Private fields stay in if the class inherits from something of the program: a field hides one of its name above
 * it from others too, who then must be told that they may not use it.
 */
public final class ClassFace {
    private static final List<String> WITHOUT_FIELDS = List.of("java/lang/Object", "java/lang/Record",
        "java/lang/Enum");

    /** The compiler lists classes as it meets them in code. */
    private static final Comparator<InnerClassInfo> BY_NAME = Comparator.comparing(
        inner -> inner.innerClass().asInternalName());

    private final byte[] bytes;

    private ClassFace(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The face of a class file, or {@code null} if no other source can name the class. */
    public static @Nullable ClassFace of(byte[] classFile) {
        ClassFile context = ClassFile.of(ClassFile.ConstantPoolSharingOption.NEW_POOL);
        ClassModel model = context.parse(classFile);
        if (model.findAttribute(Attributes.enclosingMethod()).isPresent()) {
            return null;
        }
        boolean plain = model.interfaces().isEmpty() && model.superclass()
            .map(type -> WITHOUT_FIELDS.contains(type.asInternalName())).orElse(true);
        return new ClassFace(context.transformClass(model, (builder, element) -> keep(builder, element, model, plain)));
    }

    /** The name of the source that a class file was compiled from, without folder; empty if it does not say. */
    public static String source(byte[] classFile) {
        return ClassFile.of().parse(classFile).findAttribute(Attributes.sourceFile())
            .map(attribute -> attribute.sourceFile().stringValue()).orElse("");
    }

    private static void keep(ClassBuilder builder, ClassElement element, ClassModel model, boolean plain) {
        switch (element) {
            case MethodModel method -> keep(builder, method);
            case FieldModel field when plain && field.flags().has(AccessFlag.PRIVATE) -> { }
            case InnerClassesAttribute inner -> builder.with(InnerClassesAttribute.of(inner.classes().stream()
                .filter(each -> isMember(each, model)).sorted(BY_NAME).toList()));
            case SourceFileAttribute _, SourceDebugExtensionAttribute _ -> { }
            // Anonymous classes are members of a nest, and only the JVM looks at it.
            case NestMembersAttribute _, NestHostAttribute _ -> { }
            default -> builder.with(element);
        }
    }

    private static void keep(ClassBuilder builder, MethodModel method) {
        if (method.flags().has(AccessFlag.PRIVATE)) {
            return;
        }
        builder.withMethod(method.methodName(), method.methodType(), method.flags().flagsMask(), kept -> {
            for (var element : method) {
                if (!(element instanceof CodeModel)) {
                    kept.with(element);
                }
            }
        });
    }

    /** Whether others can name the class through {@code model}, or it is {@code model} and says how it is nested. */
    private static boolean isMember(InnerClassInfo inner, ClassModel model) {
        String self = model.thisClass().asInternalName();
        return inner.innerClass().asInternalName().equals(self)
            || inner.outerClass().map(outer -> outer.asInternalName().equals(self)).orElse(false);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ClassFace face && Arrays.equals(bytes, face.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
