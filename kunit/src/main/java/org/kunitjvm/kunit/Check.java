package org.kunitjvm.kunit;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.kunitjvm.kernel.errno.ErrPtr;
import org.kunitjvm.kernel.hook.Pointer;
import org.kunitjvm.kernel.printk.Printf;
import org.kunitjvm.kunit.assertion.AssertFormat;
import org.kunitjvm.kunit.assertion.CallSite;
import org.kunitjvm.kunit.assertion.Operand;

/** One macro: what it is called, what it compares with, and whether a failure ends the case. */
final class Check {
    /** Comparison operators. */
    enum Op {
        EQ("=="), NE("!="), LT("<"), LE("<="), GT(">"), GE(">=");

        private final String text;

        Op(String text) {
            this.text = text;
        }

        boolean holds(int order) {
            return switch (this) {
                case EQ -> order == 0;
                case NE -> order != 0;
                case LT -> order < 0;
                case LE -> order <= 0;
                case GT -> order > 0;
                case GE -> order >= 0;
            };
        }
    }

    /** A caller's message that was not given. */
    static final @Nullable String NO_MSG = null;

    private static final String NULL_TEXT = "((void *)0)";
    private static final Object[] NO_ARGS = {};

    private final String macro;
    private final Op op;
    private final boolean assertion;

    private Check(String macro, Op op, boolean assertion) {
        this.macro = macro;
        this.op = op;
        this.assertion = assertion;
    }

    static Check expect(String name, Op op) {
        return new Check("KUNIT_EXPECT_" + name, op, false);
    }

    static Check require(String name, Op op) {
        return new Check("KUNIT_ASSERT_" + name, op, true);
    }

    /** {@code KUNIT_SUCCEED}. */
    static void succeed(Kunit test) {
        test.enter();
        test.see(new CheckPoint());
    }

    /** {@code KUNIT_FAIL} and {@code KUNIT_FAIL_AND_ABORT}. */
    static void fail(Kunit test, boolean assertion, String format, @Nullable Object... args) {
        test.enter();
        test.see(new CheckPoint());
        String text = Printf.format(format, args);
        test.report(new Kunit.Failed(assertion, CallSites.caller(), text, null, null));
    }

    /** For the framework's own functions: end the case unless {@code value}, which they call {@code text}, is there. */
    static void requireNotNull(Kunit test, @Nullable Object value, String text, String message) {
        test.enter();
        if (value == null) {
            Operand nothing = new Operand(NULL_TEXT, NULL_TEXT);
            String body = AssertFormat.pointers(Op.NE.text, new Operand(text, text), 0, nothing, 0) + "\n" + message;
            test.report(new Kunit.Failed(true, CallSites.caller(), body, null, null));
        }
    }

    /** A condition; EQ wants it true, NE wants it false. */
    void condition(Kunit test, boolean value, @Nullable String format, @Nullable Object... args) {
        test.enter();
        test.see(new CheckPoint());
        boolean wanted = op == Op.EQ;
        if (value != wanted) {
            CallSite site = CallSites.caller();
            String text = operand(test, site, format, 1, "condition").text();
            report(test, site, AssertFormat.unary(text, wanted), Boolean.toString(wanted), Boolean.toString(value),
                format, args);
        }
    }

    /** {@code EQ} to {@code GE}: the operands choose the format. */
    void compare(Kunit test, @Nullable Object left, @Nullable Object right, @Nullable String format,
        @Nullable Object... args) {
        test.enter();
        test.see(new CheckPoint());
        if (left instanceof Integer l && right instanceof Integer r) {
            if (!op.holds(Integer.compare(l, r))) {
                integers(test, l, r, format, args);
            }
            return;
        }
        switch (Values.kind(left, right)) {
            case INTEGER -> {
                if (!op.holds(Values.compareIntegers(Objects.requireNonNull(left), Objects.requireNonNull(right)))) {
                    integers(test, Values.integer(left), Values.integer(right), format, args);
                }
            }
            case STRING -> strings(test, left, right, format, args);
            case MEMORY -> memory(test, Objects.requireNonNull(left), Objects.requireNonNull(right), format, args);
            case POINTER -> pointers(test, left, right, false, format, args);
            case OBJECT -> objects(test, left, right, format, args);
        }
    }

    /** {@code PTR_EQ} and {@code PTR_NE}. */
    void pointer(Kunit test, @Nullable Object left, @Nullable Object right, @Nullable String format,
        @Nullable Object... args) {
        test.enter();
        test.see(new CheckPoint());
        pointers(test, left, right, false, format, args);
    }

    /** {@code NULL} and {@code NOT_NULL}. */
    void pointerToNull(Kunit test, @Nullable Object pointer, @Nullable String format, @Nullable Object... args) {
        test.enter();
        test.see(new CheckPoint());
        pointers(test, pointer, null, true, format, args);
    }

    /** {@code NOT_ERR_OR_NULL}. */
    void pointerNotError(Kunit test, @Nullable Object pointer, @Nullable String format, @Nullable Object... args) {
        test.enter();
        test.see(new CheckPoint());
        long address = pointer == null ? 0 : pointer instanceof Pointer p ? p.pointer() : pointer instanceof Number n
            ? n.longValue() : 1;
        if (address == 0 || ErrPtr.isErr(address)) {
            CallSite site = CallSites.caller();
            String text = operand(test, site, format, 1, AssertFormat.pointer(address)).text();
            report(test, site, AssertFormat.pointerNotError(text, address), "a valid pointer", Long.toString(address),
                format, args);
        }
    }

    /** {@code STREQ} and {@code STRNEQ}: both must be there. */
    void string(Kunit test, @Nullable CharSequence left, @Nullable CharSequence right, @Nullable String format,
        @Nullable Object... args) {
        test.enter();
        test.see(new CheckPoint());
        strings(test, left, right, format, args);
    }

    /** {@code MEMEQ} and {@code MEMNEQ}: both must be there; no bytes are equal bytes. */
    void memory(Kunit test, @Nullable Object left, @Nullable Object right, long size, @Nullable String format,
        @Nullable Object... args) {
        test.enter();
        test.see(new CheckPoint());
        if (left == null || right == null) {
            CallSite site = CallSites.caller();
            String text = operand(test, site, format, left == null ? 1 : 2, left == null ? "left" : "right").text();
            // The kernel drops the caller's message here.
            report(test, site, AssertFormat.memoryNull(text), "memory", "null", NO_MSG, NO_ARGS);
            return;
        }
        memoryBytes(test, Values.bytes(left, size), Values.bytes(right, size), format, args);
    }

    private void integers(Kunit test, long left, long right, @Nullable String format,
        @Nullable Object... args) {
        CallSite site = CallSites.caller();
        Operand l = operand(test, site, format, 1, Long.toString(left));
        Operand r = operand(test, site, format, 2, Long.toString(right));
        report(test, site, AssertFormat.integers(op.text, l, left, r, right), Long.toString(right), Long.toString(left),
            format, args);
    }

    private void strings(Kunit test, @Nullable Object left, @Nullable Object right,
        @Nullable String format,
        @Nullable Object... args) {
        String l = left == null ? null : left.toString();
        String r = right == null ? null : right.toString();
        if (l != null && r != null && op.holds(l.compareTo(r))) {
            return;
        }
        CallSite site = CallSites.caller();
        Operand lText = operand(test, site, format, 1, AssertFormat.quote(l));
        Operand rText = operand(test, site, format, 2, AssertFormat.quote(r));
        report(test, site, AssertFormat.strings(op.text, lText, l, rText, r), r, l, format, args);
    }

    private void memory(Kunit test, Object left, Object right, @Nullable String format,
        @Nullable Object... args) {
        memoryBytes(test, Values.bytes(left, Values.size(left)), Values.bytes(right, Values.size(right)), format,
            args);
    }

    private void memoryBytes(Kunit test, byte[] left, byte[] right, @Nullable String format,
        @Nullable Object... args) {
        if (op.holds(Arrays.compareUnsigned(left, right))) {
            return;
        }
        CallSite site = CallSites.caller();
        String l = operand(test, site, format, 1, "left").text();
        String r = operand(test, site, format, 2, "right").text();
        report(test, site, AssertFormat.memory(op.text, l, left, r, right), "", "", format, args);
    }

    private void pointers(Kunit test, @Nullable Object left, @Nullable Object right, boolean nullImplied,
        @Nullable String format, @Nullable Object... args) {
        boolean numeric = isAddress(left) && isAddress(right);
        if (numeric ? op.holds(Long.compareUnsigned(test.address(left), test.address(right))) : op.holds(left == right
            ? 0 : 1)) {
            return;
        }
        CallSite site = CallSites.caller();
        long l = test.address(left);
        long r = test.address(right);
        Operand lText = operand(test, site, format, 1, AssertFormat.pointer(l));
        Operand rText = nullImplied ? new Operand(NULL_TEXT, NULL_TEXT) : operand(test, site, format, 2,
            AssertFormat.pointer(r));
        report(test, site, AssertFormat.pointers(op.text, lText, l, rText, r), AssertFormat.pointer(r),
            AssertFormat.pointer(l),
            format, args);
    }

    private static boolean isAddress(@Nullable Object value) {
        return value == null || value instanceof Pointer || value instanceof Number;
    }

    private void objects(Kunit test, @Nullable Object left, @Nullable Object right,
        @Nullable String format,
        @Nullable Object... args) {
        boolean equality = op == Op.EQ || op == Op.NE;
        if (op.holds(equality ? Objects.equals(left, right) ? 0 : 1 : Values.compareObjects(left, right))) {
            return;
        }
        CallSite site = CallSites.caller();
        String l = String.valueOf(left);
        String r = String.valueOf(right);
        String body = AssertFormat.values(op.text, operand(test, site, format, 1, l), l, operand(test, site, format, 2,
            r), r);
        report(test, site, body, r, l, format, args);
    }

    private Operand operand(Kunit test, CallSite site, @Nullable String format, int index, String value) {
        List<String> texts = test.arguments(site, format == null ? macro : macro + "_MSG", index + 1);
        return new Operand(texts == null ? null : texts.get(index), value);
    }

    private void report(Kunit test, CallSite site, String body, @Nullable String expected, @Nullable String actual,
        @Nullable String format, @Nullable Object... args) {
        String text = AssertFormat.withMessage(body, format == null ? null : Printf.format(format, args));
        test.report(new Kunit.Failed(assertion, site, text, expected, actual));
    }
}
