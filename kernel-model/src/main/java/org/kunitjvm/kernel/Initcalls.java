package org.kunitjvm.kernel;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** Finds the initcalls of a program: its services of type {@link Initcall}. */
public final class Initcalls {
    /** Those on the class path, found once. */
    private static final class Services {
        private static final List<Initcall> INITCALLS = ServiceLoader.load(Initcall.class,
            Kernel.class.getClassLoader()).stream().map(ServiceLoader.Provider::get).toList();
    }

    private Initcalls() {
    }

    /** The names of the classes that {@link KernelBuilder#initcallNames} takes, so that they need not be looked for. */
    public static List<String> names() {
        return Services.INITCALLS.stream().map(call -> call.getClass().getName()).toList();
    }

    /** The usual initcalls. */
    static List<Initcall> ofServices() {
        return Services.INITCALLS;
    }

    /**
     * Those of the calling thread's context loader, which may have versions of its own of the kernel's parts.
     *
     * @param names their classes, if they are known; empty to look for them
     */
    static List<Initcall> visible(List<String> names) {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader home = Kernel.class.getClassLoader();
        boolean usual = context == null || context == home || context == ClassLoader.getSystemClassLoader();
        if (!names.isEmpty()) {
            return named(names, usual ? home : context);
        }
        return usual ? Services.INITCALLS
            : ServiceLoader.load(Initcall.class, context).stream().map(ServiceLoader.Provider::get).toList();
    }

    private static List<Initcall> named(List<String> names, ClassLoader loader) {
        List<Initcall> calls = new ArrayList<>();
        for (String name : names) {
            calls.add(make(name, loader));
        }
        return calls;
    }

    /** By a handle: reflection generates code for every constructor that it is used on. */
    private static Initcall make(String name, ClassLoader loader) {
        try {
            MethodHandle constructor = MethodHandles.publicLookup().findConstructor(Class.forName(name, true, loader),
                MethodType.methodType(void.class)).asType(MethodType.methodType(Object.class));
            return (Initcall) (Object) constructor.invokeExact();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("cannot make initcall " + name, e);
        }
    }
}
