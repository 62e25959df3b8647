package org.kunitjvm.kernel;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

import org.jspecify.annotations.Nullable;

/** Finds the initcalls of a program: its services of type {@link Initcall}. */
public final class Initcalls {
    /** Those that are looked for, which opens every jar of the class path. */
    public static final Initcalls SERVICES = new Initcalls(List.of());

    /** Services of the program itself, found once. */
    private static final class Services {
        private static final List<Initcall> FOUND = ServiceLoader.load(Initcall.class, Kernel.class.getClassLoader())
            .stream().map(ServiceLoader.Provider::get).toList();
    }

    private final List<String> names;
    private @Nullable List<Initcall> made;

    private Initcalls(List<String> names) {
        this.names = names;
    }

    /**
     * Those of these classes.
     *
     * @param names what {@link #names} gave for the same program; empty to look for services
     */
    public static Initcalls named(List<String> names) {
        return names.isEmpty() ? SERVICES : new Initcalls(List.copyOf(names));
    }

    /** The classes of the program's initcalls, so that they need not be looked for again. */
    public static List<String> names() {
        return SERVICES.home().stream().map(call -> call.getClass().getName()).toList();
    }

    /** Those of the calling thread's context loader, which may have versions of its own of the kernel's parts. */
    List<Initcall> visible() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        boolean usual = context == null || context == Kernel.class.getClassLoader()
            || context == ClassLoader.getSystemClassLoader();
        return usual ? home() : find(context);
    }

    /** Those of the program itself. */
    List<Initcall> home() {
        return names.isEmpty() ? Services.FOUND : made();
    }

    private synchronized List<Initcall> made() {
        List<Initcall> known = made;
        if (known == null) {
            known = make(Kernel.class.getClassLoader());
            made = known;
        }
        return known;
    }

    private List<Initcall> find(ClassLoader loader) {
        return names.isEmpty() ? ServiceLoader.load(Initcall.class, loader).stream().map(ServiceLoader.Provider::get)
            .toList() : make(loader);
    }

    private List<Initcall> make(ClassLoader loader) {
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
