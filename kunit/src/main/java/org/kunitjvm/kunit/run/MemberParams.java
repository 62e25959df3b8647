package org.kunitjvm.kunit.run;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.BaseStream;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.printk.Printf;
import org.kunitjvm.kunit.Kunit;
import org.kunitjvm.kunit.KunitCase;
import org.kunitjvm.kunit.KunitMode;
import org.kunitjvm.kunit.run.SuiteMethods.SuiteMethod;

/**
 * Parameters that a field or method of the suite gives. Models {@code KUNIT_ARRAY_PARAM} and hand-written generators.
 */
final class MemberParams implements ParamSource {
    /** Longest description in bytes ({@code KUNIT_PARAM_DESC_SIZE} less the NUL). */
    private static final int DESC_MAX = 127;

    private final Class<?> type;
    private final SuiteInstance instance;
    private final @Nullable Field field;
    private final @Nullable SuiteMethod method;
    private final @Nullable SuiteMethod describe;
    private final boolean described;
    private final @Nullable SuiteMethod init;
    private final @Nullable SuiteMethod exit;

    private MemberParams(Class<?> type, SuiteMethods methods, SuiteInstance instance, CaseMark mark) {
        this.type = type;
        this.instance = instance;
        boolean registered = mark.params().equals(KunitCase.REGISTERED);
        this.field = registered ? null : field(type, mark.params());
        this.method = registered || field != null ? null : required(type, methods, mark.params(), "params");
        this.described = !mark.desc().equals(KunitCase.NO_DESC);
        this.describe = mark.desc().isEmpty() || !described ? null : required(type, methods, mark.desc(), "desc");
        this.init = mark.paramInit().isEmpty() ? null : required(type, methods, mark.paramInit(), "paramInit");
        this.exit = mark.paramExit().isEmpty() ? null : required(type, methods, mark.paramExit(), "paramExit");
    }

    static MemberParams of(Class<?> type, SuiteMethods methods, SuiteInstance instance, CaseMark mark) {
        return new MemberParams(type, methods, instance, mark);
    }

    private static @Nullable Field field(Class<?> type, String name) {
        for (Class<?> in = type; in != null; in = in.getSuperclass()) {
            try {
                Field field = in.getDeclaredField(name);
                field.setAccessible(true);
                return field;
            } catch (NoSuchFieldException e) {
                // Perhaps the superclass has it, or a method is meant.
            }
        }
        return null;
    }

    private static SuiteMethod required(Class<?> type, SuiteMethods methods, String name, String what) {
        SuiteMethod method = methods.named(name);
        if (method != null) {
            return method;
        }
        throw new SuiteLoadException(type, what + " = \"" + name + "\": there is no such method"
            + (what.equals("params") ? " or field" : ""));
    }

    @Override
    public int init(Kunit parent) throws Throwable {
        return init != null && instance.call(init, parent) instanceof Integer error ? error : 0;
    }

    @Override
    public void exit(Kunit parent) throws Throwable {
        if (exit != null) {
            instance.call(exit, parent);
        }
    }

    @Override
    public Params open(Kunit test) {
        if ((init != null || exit != null) && test.environment().mode() == KunitMode.V6_12) {
            throw new SuiteLoadException(type, "paramInit and paramExit need a 7.x kernel; run in 7.x mode");
        }
        if (method != null && isGenerator(method)) {
            return new Generated(test, method);
        }
        Object source = source(test);
        if (source != null && source.getClass().isArray()) {
            return new Listed(arrayIterator(source), Array.getLength(source));
        }
        // No switch over types: its first use costs a short run several milliseconds.
        if (source instanceof List<?> list) {
            return new Listed(list.iterator(), list.size());
        }
        if (source instanceof Iterable<?> iterable) {
            return new Listed(iterable.iterator(), -1);
        }
        if (source instanceof Iterator<?> iterator) {
            return new Listed(iterator, -1);
        }
        if (source instanceof BaseStream<?, ?> stream) {
            return new Listed(stream.iterator(), -1);
        }
        throw new SuiteLoadException(type, "params must be an array, an Iterable, an Iterator or a Stream");
    }

    private static boolean isGenerator(SuiteMethod method) {
        return method.sketch().parameterCount() >= 2 && method.sketch().endsWith(StringBuilder.class);
    }

    private @Nullable Object source(Kunit test) {
        Object[] result = new Object[1];
        Calls.sneaky(() -> {
            if (field != null) {
                result[0] = field.get(Modifier.isStatic(field.getModifiers()) ? null : instance.object());
            } else if (method != null) {
                result[0] = method.sketch().parameterCount() == 0 ? instance.call(method) : instance.call(method, test);
            } else {
                result[0] = test.registeredParams();
            }
        });
        return result[0];
    }

    private static Iterator<Object> arrayIterator(Object array) {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < Array.getLength(array);
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return Array.get(array, next++);
            }
        };
    }

    private String describe(@Nullable Object value) {
        if (!described) {
            return "";
        }
        String[] text = new String[1];
        Calls.sneaky(() -> text[0] = String.valueOf(describe == null ? value : instance.call(describe, value)));
        return Printf.truncate(text[0].equals("null") ? "" : text[0], DESC_MAX);
    }

    /** Parameters from a collection. */
    private final class Listed implements Params {
        private final Iterator<?> values;
        private final int count;

        Listed(Iterator<?> values, int count) {
            this.values = values;
            this.count = count;
        }

        @Override
        public int count() {
            return count;
        }

        @Override
        public boolean hasNext() {
            return values.hasNext();
        }

        @Override
        public Param next() {
            Object value = values.next();
            return new Param(value, describe(value));
        }
    }

    /** Parameters from a generator in the C protocol: each from the one before, {@code null} ends. */
    private final class Generated implements Params {
        private final Kunit test;
        private final SuiteMethod generator;
        private @Nullable Param next;
        private @Nullable Object previous;

        Generated(Kunit test, SuiteMethod generator) {
            this.test = test;
            this.generator = generator;
        }

        @Override
        public int count() {
            return -1;
        }

        @Override
        public boolean hasNext() {
            if (next == null) {
                StringBuilder desc = new StringBuilder();
                Object[] value = new Object[1];
                Calls.sneaky(() -> value[0] = generator.sketch().parameterCount() == 2
                    ? instance.call(generator, previous, desc)
                    : instance.call(generator, test, previous, desc));
                next = value[0] == null ? null : new Param(value[0], Printf.truncate(desc.toString(), DESC_MAX));
            }
            return next != null;
        }

        @Override
        public Param next() {
            if (!hasNext() || next == null) {
                throw new NoSuchElementException();
            }
            Param param = next;
            next = null;
            previous = param.value();
            return param;
        }
    }
}
