package org.kunitjvm.kunit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.Errno;
import org.kunitjvm.kernel.hook.Pointer;

/** Which of KUnit's formats an operand of a comparison has, and how C would compare two integers. */
final class Values {
    private Values() {
    }

    /** Formats of comparisons. */
    enum Kind { INTEGER, STRING, MEMORY, POINTER, OBJECT }

    static Kind kind(@Nullable Object left, @Nullable Object right) {
        if (isInteger(left) && isInteger(right)) {
            return Kind.INTEGER;
        }
        if (isA(CharSequence.class, left, right)) {
            return Kind.STRING;
        }
        if (isMemory(left) && isMemory(right)) {
            return Kind.MEMORY;
        }
        boolean pointers = isPointer(left) && isPointer(right) && !(isInteger(left) && isInteger(right));
        return pointers ? Kind.POINTER : Kind.OBJECT;
    }

    private static boolean isA(Class<?> type, @Nullable Object left, @Nullable Object right) {
        boolean some = left != null || right != null;
        return some && (left == null || type.isInstance(left)) && (right == null || type.isInstance(right));
    }

    private static boolean isMemory(@Nullable Object value) {
        return value instanceof byte[] || value instanceof MemorySegment;
    }

    private static boolean isPointer(@Nullable Object value) {
        return value == null || value instanceof Pointer || value instanceof Long;
    }

    /** Whether C would hold the value in an integer; constants of an enum are integers there. */
    static boolean isInteger(@Nullable Object value) {
        return value instanceof Integer || value instanceof Long || value instanceof Boolean
            || value instanceof Unsigned || value instanceof Enum<?>
            || value instanceof Character || value instanceof Byte || value instanceof Short;
    }

    /** The value cast to a signed 64-bit integer. */
    static long integer(@Nullable Object value) {
        if (value instanceof Number number) {
            return number.longValue();
        }
        if (value instanceof Boolean bool) {
            return bool ? 1 : 0;
        }
        if (value instanceof Character character) {
            return character;
        }
        if (value instanceof Errno errno) {
            return errno.number();
        }
        if (value instanceof Enum<?> constant) {
            return constant.ordinal();
        }
        throw new IllegalArgumentException("no integer: " + value);
    }

    /** Compare with C's usual arithmetic conversions. */
    static int compareIntegers(Object left, Object right) {
        long l = integer(left);
        long r = integer(right);
        int leftBits = unsignedBits(left);
        int rightBits = unsignedBits(right);
        if (leftBits == Long.SIZE || rightBits == Long.SIZE) {
            return Long.compareUnsigned(l, r);
        }
        boolean wide = left instanceof Long || right instanceof Long;
        if (!wide && (leftBits == Integer.SIZE || rightBits == Integer.SIZE)) {
            return Integer.compareUnsigned((int) l, (int) r);
        }
        return Long.compare(l, r);
    }

    private static int unsignedBits(Object value) {
        return value instanceof Unsigned unsigned ? unsigned.bits() : 0;
    }

    /** The first {@code size} bytes. */
    static byte[] bytes(Object memory, long size) {
        if (memory instanceof byte[] array) {
            if (size > array.length) {
                throw new IndexOutOfBoundsException(size + " bytes wanted, " + array.length + " there");
            }
            return Arrays.copyOf(array, (int) size);
        }
        if (memory instanceof MemorySegment segment) {
            return segment.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE);
        }
        throw new IllegalArgumentException("no memory: " + memory.getClass().getName());
    }

    static long size(Object memory) {
        return memory instanceof byte[] array ? array.length : ((MemorySegment) memory).byteSize();
    }

    /** Order of two objects of a type that has one. */
    // Operands of different types make the case fail with a ClassCastException.
    @SuppressWarnings("unchecked")
    static int compareObjects(@Nullable Object left, @Nullable Object right) {
        if (left instanceof Comparable<?> comparable && right != null) {
            return ((Comparable<Object>) comparable).compareTo(right);
        }
        throw new IllegalArgumentException("there is no order between " + left + " and " + right);
    }
}
